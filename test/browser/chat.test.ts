import type { Page } from 'playwright-core';

import { isRecord } from '../../scripts/json';
import { readExample } from '../../scripts/n8n/examples';
import {
	CREDENTIAL_NAME,
	credentialData,
	startStage,
	webhookAnswers,
	type Stage,
} from '../server/support/stage';
import { Chat } from './support/chat';
import { startBrowser, type Browser } from './support/chromium';
import { photographEachStep } from './support/screenshots';

const REACH = `Math.max(
	document.documentElement.scrollWidth,
	...[...document.querySelectorAll('button, input, select, textarea, summary, h2')]
		.filter((element) => element.checkVisibility())
		.map((element) => Math.floor(element.getBoundingClientRect().right)))`;

/** The chat page as a person sees it, with a workflow that answers. */
let stage: Stage;
let shown: Page | undefined;

beforeAll(async () => {
	stage = await startStage();
	const id = await stage.client.saveCredential(CREDENTIAL_NAME, 'jelouApi', credentialData(stage.sandbox));
	const example = readExample('echo-support.json', { id, name: CREDENTIAL_NAME });
	const [greet] = example.nodes.filter(({ name }) => name === 'Greet');
	const pause = {
		...greet,
		id: 'pause',
		name: 'Pause',
		parameters: { resource: 'conversation', operation: 'pause' },
	};
	const connections = isRecord(example.connections) ? example.connections : {};
	const toPause = { main: [[{ node: 'Pause', type: 'main', index: 0 }]] };
	const pausing = {
		...example,
		nodes: [...example.nodes, pause],
		connections: { ...connections, Greet: toPause },
	};
	await stage.client.activate(await stage.client.createWorkflow(pausing));
	await webhookAnswers(stage);
});
afterAll(async () => stage?.stop());

describe.each([
	['desktop', { width: 1280, height: 800 }],
	['phone', { width: 390, height: 844 }],
])('on a %s', (device, viewport) => {
	const TEXT = `Escribo desde ${device}`;
	let browser: Browser;
	let chat: Chat;
	const problems: string[] = [];

	beforeAll(async () => {
		browser = await startBrowser({ viewport, isMobile: device === 'phone', locale: 'en-US' });
		const page = await browser.context.newPage();
		page.setDefaultTimeout(180_000);
		page.on('pageerror', (error) => problems.push(error.message));
		page.on('console', (line) => {
			if (['error', 'warning'].includes(line.type())) problems.push(line.text());
		});
		chat = new Chat(page);
		shown = page;
		await page.goto(stage.sandbox.url);
	});
	afterAll(async () => browser?.close());
	photographEachStep(`chat-${device}`, () => shown);

	/** How far to the right the page extends, including what is cut off; a phone would zoom out to show it. */
	const reach = async () => await chat.page.evaluate<number>(REACH);

	test('a message gets its reply', async () => {
		await chat.write(TEXT);
		await chat.reply(`Recibimos tu mensaje: «${TEXT}». Te responderemos pronto.`).waitFor();
		await chat.page.locator('.meta').getByText('Started the workflow').last().waitFor();
		expect(await reach()).toBeLessThanOrEqual(viewport.width);
	});

	test('the log says how it went', async () => {
		if (device === 'phone') await chat.page.locator('#view-side').click();
		await chat.logged('Event: message').getByText('signed').first().waitFor();
		await chat.logged('Send message').getByText('signature verified').first().waitFor();
		await chat.logged('Send message').first().click();
		await chat.page.locator('#log pre').getByText(TEXT).waitFor();
		expect(await reach()).toBeLessThanOrEqual(viewport.width);
	});

	test('faults and attachments fit on it', async () => {
		await chat.page.locator('#faults summary').click();
		await chat.page.locator('#faults-form [name=retryAfter]').waitFor();
		expect(await reach()).toBeLessThanOrEqual(viewport.width);
		if (device === 'phone') await chat.page.locator('#view-chat').click();
		await chat.page.locator('#attach-open').click();
		await chat.page.locator('#attach [name=mime_type]').waitFor();
		expect(await reach()).toBeLessThanOrEqual(viewport.width);
	});

	test('a pause is shown, and can be ended', async () => {
		const pause = chat.page.locator('#pause');
		await chat.write('Hola');
		await pause.getByText(/^Paused until .*: a person answers$/).waitFor();
		await chat.write('¿Hay alguien?');
		await chat.toldOfLast('Paused: a person has this conversation');
		await chat.page.getByRole('button', { name: 'End pause' }).click();
		await pause.waitFor({ state: 'hidden' });
		await chat.write('¿Y ahora?');
		await chat.toldOfLast('Started the workflow');
		expect(await reach()).toBeLessThanOrEqual(viewport.width);
	});

	test('nothing went wrong in the console', () => {
		expect(problems).toEqual([]);
	});
});
