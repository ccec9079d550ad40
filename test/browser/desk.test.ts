import { randomUUID } from 'node:crypto';

import type { Page } from 'playwright-core';

import { DESK_TOKEN } from '../../sandbox';
import { openExample, type Example } from '../server/support/examples';
import { startStage, type Stage } from '../server/support/stage';
import { Chat } from './support/chat';
import { startBrowser, type Browser } from './support/chromium';
import { photograph, photographEachStep } from './support/screenshots';

const TOKEN = 'a-long-random-text';
const ANA = { id: '593990000001', name: 'Ana Torres', createdAt: '' };

/** The example with a desk, from a customer's first word to the agent's last, as both see it on the page. */
let stage: Stage;
let example: Example;
let browser: Browser;
let chat: Chat;
let page: Page;

beforeAll(async () => {
	stage = await startStage();
	const { client, n8n, sandbox } = stage;
	const data = { name: 'api_access_token', value: DESK_TOKEN };
	const id = await client.saveCredential('the desk', 'httpHeaderAuth', data);
	const path = randomUUID();
	example = await openExample(stage, 'support-desk-chatwoot.json', {
		users: [ANA],
		settings: { deskUrl: `${sandbox.url}/chatwoot`, webhookToken: TOKEN },
		parameters: {
			'Desk webhook': { path },
			'Jelou Trigger': { options: { combineMessages: 1 } },
		},
		credentials: { httpHeaderAuth: { id, name: 'the desk' } },
	});
	example.project.name = 'Support desk';
	await example.activate();
	sandbox.desk.store.webhookUrl = `${n8n.url}/webhook/${path}?token=${TOKEN}`;
	browser = await startBrowser({ viewport: { width: 1400, height: 900 }, locale: 'en-US' });
	page = await browser.context.newPage();
	page.setDefaultTimeout(180_000);
	chat = new Chat(page);
	await page.goto(sandbox.url);
	await chat.choose(example.project.name);
});
afterAll(async () => {
	await browser?.close();
	await stage?.stop();
});
photographEachStep('desk', () => page);

const atDesk = (text: string) => page.locator('#desk-messages').getByText(text, { exact: true });
const onPhone = (text: string) => page.locator('#messages').getByText(text, { exact: true });

async function agentWrites(text: string): Promise<void> {
	await page.locator('#desk-text').fill(text);
	await page.locator('#desk-text').press('Enter');
	await atDesk(text).waitFor();
}

test('the bot answers first, and nobody is asked at the desk', async () => {
	await chat.write('hola');
	await page.locator('#messages').getByText('¿En qué te ayudamos?').waitFor();
	expect(await page.locator('#desk-open button').count()).toBe(0);
});

test('a customer who asks for a person is handed over: the customer is told, the pause is shown, the desk has the history', async () => {
	await chat.write('quiero hablar con una persona');
	await page.locator('#messages').getByText('Te paso con una persona').waitFor();
	await page.locator('#desk-open').getByText(ANA.name).waitFor();
	await page
		.locator('#pause')
		.getByText(/^Paused until/)
		.waitFor();
	await page.locator('#desk-messages').getByText('quiero hablar con una persona').waitFor();
});

test('the agent and the customer write to each other', async () => {
	await agentWrites('Hola Ana, soy Marta. ¿En qué te ayudo?');
	await onPhone('Hola Ana, soy Marta. ¿En qué te ayudo?').waitFor();
	await chat.write('Mi lámpara llegó rota');
	await atDesk('Mi lámpara llegó rota').waitFor();
});

test('a private note stays at the desk', async () => {
	await page.locator('#desk-note').check();
	await agentWrites('Cliente de siempre: ofrecer el cambio');
	await page.locator('#desk-reply').check();
	// A later message has arrived, so the note would have as well.
	await agentWrites('Te la cambiamos hoy mismo.');
	await onPhone('Te la cambiamos hoy mismo.').waitFor();
	expect(await onPhone('Cliente de siempre: ofrecer el cambio').count()).toBe(0);
	// The two sides, without the log.
	await photograph(page, 'desk', { x: 0, y: 56, width: 930, height: 844 });
});

test('media goes both ways', async () => {
	await page.locator('#attach-open').click();
	await page.locator('[data-sample=image]').click();
	await page.locator('#desk-messages img').waitFor();
	await page.locator('#desk-attach-open').click();
	await page.locator('[data-desk-sample=document]').click();
	await page.locator('#messages .agent').getByText(/\.pdf/).waitFor();
});

test('resolving it gives the conversation back to the bot, which answers the next message', async () => {
	await page.locator('#desk-status').click();
	await page.locator('#desk-resolved').getByText(ANA.name).waitFor();
	await page.locator('#pause').waitFor({ state: 'hidden' });
	const asked = page.locator('#messages').getByText('¿En qué te ayudamos?');
	const before = await asked.count();
	await chat.write('gracias, otra pregunta');
	await asked.nth(before).waitFor();
});
