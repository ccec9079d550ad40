import type { Page } from 'playwright-core';

import { call, integrate, PROJECT, receiver, send } from '../../sandbox/support';
import { DESKTOP, MEDIA, PHONE, rowsOfHead, showSide, useStage } from '../support/page';

const stage = useStage();

const OTHER = { ...PROJECT, id: 'guided-order', apiKey: 'key-2', name: 'Appointments and reminders' };
const DAY_MS = 24 * 60 * 60 * 1000;

/** The customer writes; the webhook responds with these statuses, one after the other. */
async function writeTo(statuses: string[]): Promise<string> {
	const left = [...statuses];
	// The first event is the start of the conversation.
	left.unshift('accepted');
	const hook = await receiver((response) => void response.end(JSON.stringify({ status: left.shift() })));
	const secret = await integrate(stage().sandbox, hook.url);
	for (const status of statuses) await stage().sandbox.userWrites(PROJECT.id, { text: status });
	return secret;
}

async function say(secret: string, body: string): Promise<void> {
	const value = { id: `reply ${body}`, type: 'text', content: { body } };
	expect((await send(stage().sandbox, secret, value)).status).toBe(200);
}

/** Reloads the page, which cuts off its stream. */
async function reopen(): Promise<void> {
	const { page, complaints } = stage();
	const { problems } = complaints;
	await page.reload();
	await page.getByText('Connected', { exact: true }).waitFor({ state: 'attached' });
	problems.splice(0, problems.length, ...problems.filter((problem) => !problem.includes('/sandbox/stream')));
}

/** What is under the customer's bubbles, without the time. */
async function outcomes(page: Page): Promise<string[]> {
	return await page.locator('.line.user .meta > span').allInnerTexts();
}

/** The lines of the chat that are not messages. */
async function between(page: Page): Promise<string[]> {
	const texts = await page.locator('#messages > :not(.line)').allInnerTexts();
	return texts.map((text) => text.replace(/ · \d\d:\d\d$/, ''));
}

test.each([
	['desktop', DESKTOP],
	['phone', PHONE],
])('of 200 messages the last one is seen, and only the chat scrolls, on a %s', async (_name, size) => {
	const { page, sandbox } = stage();
	await page.setViewportSize(size);
	const secret = await writeTo([]);
	for (let number = 1; number <= 100; number++) {
		await sandbox.userWrites(PROJECT.id, { text: `Pregunta ${String(number)}` });
		await say(secret, `Respuesta ${String(number)}`);
	}
	const last = page.getByText('Respuesta 100', { exact: true });
	await last.waitFor();
	for (const anew of [false, true]) {
		if (anew) await reopen();
		await last.waitFor();
		expect(await page.locator('.line').count()).toBe(200);
		expect(
			await page.evaluate(() => {
				const { scrollHeight, clientHeight, scrollWidth, clientWidth } = document.documentElement;
				return [scrollHeight - clientHeight, scrollWidth - clientWidth];
			}),
		).toEqual([0, 0]);
		const chat = await page.locator('#chat-log').boundingBox();
		const box = await page.locator('.line').last().boundingBox();
		if (!chat || !box) throw new Error('The chat is not shown');
		expect(box.y).toBeGreaterThanOrEqual(chat.y);
		expect(box.y + box.height).toBeLessThanOrEqual(chat.y + chat.height);
		expect(chat.y + chat.height).toBeLessThan(size.height);
	}
});

test('the chat separates the days', async () => {
	const { page, sandbox } = stage();
	const secret = await writeTo(['accepted']);
	await say(secret, 'anteayer');
	for (const list of sandbox.store.messages.values()) for (const message of list) message.at -= 2 * DAY_MS;
	for (const event of sandbox.store.roomEvents) event.at -= 2 * DAY_MS;
	await sandbox.userWrites(PROJECT.id, { text: 'hoy' });
	await reopen();
	await page.getByText('hoy', { exact: true }).waitFor();
	const lines = await page.locator('#messages > li').allInnerTexts();
	expect(lines[0]).toMatch(/^(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \w+ \d+, \d{4}$/);
	expect(lines.slice(1).map((line) => line.split('\n').at(0))).toEqual([
		expect.stringContaining('started a conversation'),
		expect.stringContaining('Customer'),
		expect.stringContaining('Agent'),
		'Today',
		expect.stringContaining('Customer'),
	]);
});

test('one click closes the conversation as an agent does, and moves the focus to the text field', async () => {
	const { page } = stage();
	const close = page.getByRole('button', { name: 'Close conversation' });
	expect(await close.isVisible()).toBe(false);
	await writeTo(['accepted']);
	await close.click();
	await page
		.locator('#conversation-state')
		.getByText(/^Closed/)
		.waitFor();
	expect(await close.isVisible()).toBe(false);
	expect(await page.locator('#text').evaluate((element) => element === document.activeElement)).toBe(true);
	expect((await between(page)).at(-1)).toBe('An agent closed the conversation');
});

test('a hand-over and the end of a conversation are shown in the chat and in its header', async () => {
	const { page, sandbox } = stage();
	const state = page.locator('#conversation-state');
	expect(await state.innerText()).toBe('No conversation');
	await writeTo(['accepted']);
	await state.getByText(/^Open since \d\d:\d\d$/).waitFor();
	const path = `/v1/external-support/${PROJECT.id}/conversations`;
	const parties = { botId: 'BOT_ID', userId: 'USER_ID' };
	const assignment = { type: 'queue', target: 'support' };
	await call(sandbox.gatewayUrl, `${path}/start`, { body: { ...parties, assignment } });
	await state.getByText('With queue “support”').waitFor();
	const redirectPayload = { type: 'text', text: '¡Gracias!' };
	await call(sandbox.gatewayUrl, `${path}/close`, { body: { ...parties, redirectPayload } });
	await state.getByText(/^Closed \d\d:\d\d$/).waitFor();
	const told = [
		'Today',
		'The customer started a conversation',
		'The workflow handed the conversation over to the queue “support”',
		'The workflow closed the conversation',
	];
	expect(await between(page)).toEqual(told);
	// After the closing message, also for somebody who opens the page later.
	await reopen();
	await page.getByText('¡Gracias!').waitFor();
	expect(await between(page)).toEqual(told);
	expect(await page.locator('#messages > li').last().innerText()).toContain('closed');
});

test('what the workflow did with a message is shown in words, and an unknown status as it is', async () => {
	const { page } = stage();
	const asked = ['answered', 'asked next', 'asked again', 'invalid', 'exit', 'failed', 'kept'];
	const known = ['accepted', ...asked, 'combined', 'paused', 'duplicate', 'ignored'];
	await writeTo([...known, 'something new', '']);
	await page.locator('.line.user .delivered').nth(13).waitFor();
	expect(await outcomes(page)).toEqual([
		'Started the workflow',
		'Answered the waiting question',
		'Answered: the next question follows',
		'Did not fit the question: asked again',
		'Did not fit the question either: the workflow goes on without an answer',
		'Left the question: the workflow goes on without an answer',
		'Jelou refused the next question: the workflow goes on without it',
		'Came before the question: kept for its answer',
		'Combined with the next message',
		'Paused: a person has this conversation',
		'Received before: nothing started',
		'Ignored: the trigger does not listen for this',
		'Delivered: something new',
		'Delivered',
	]);
});

test('an event that goes to a test in the editor starts no published workflow, and says so', async () => {
	const { page, sandbox } = stage();
	const hook = await receiver((response) => void response.end('{"status":"accepted"}'));
	await integrate(sandbox, `${hook.url}/webhook-test/jelou`);
	await sandbox.userWrites(PROJECT.id, { text: 'hola' });
	await page.locator('.line.user .delivered').waitFor();
	expect(await outcomes(page)).toEqual(['Went to the test in the n8n editor']);
	expect(await page.locator('#log .told').first().innerText()).toMatch(/Went to the test in the n8n editor$/);
});

test('the log says what was written, to and by whom, and a cause comes before its effects', async () => {
	const { page, sandbox } = stage();
	const replies = [async () => {}, async () => await say(secret, 'Buenas, ¿en qué te ayudo?')];
	// As a workflow that sends before the trigger has responded.
	const hook = await receiver((response) => {
		void replies
			.shift()?.()
			.then(() => response.end('{"status":"accepted"}'));
	});
	const secret = await integrate(sandbox, hook.url);
	await sandbox.userWrites(PROJECT.id, { text: 'hola' });
	await page.locator('#log .said').nth(1).waitFor();
	expect((await page.locator('#log .said').allInnerTexts()).slice(0, 2)).toEqual([
		'To USER_NAME: “Buenas, ¿en qué te ayudo?”',
		'From USER_NAME: “hola”',
	]);
	expect(await page.locator('#log .way').first().innerText()).toBe('n8n → Jelou');
	// Its status once.
	expect(await page.locator('#log > li').nth(1).innerText()).toMatch(/^(?:(?!200)[^])*200(?:(?!200)[^])*$/);
});

test('an answer that did not reach its run says so', async () => {
	const { page, sandbox } = stage();
	const hook = await receiver((response) => void response.writeHead(503).end('{"status":"not passed on"}'));
	await integrate(sandbox, hook.url);
	await sandbox.userWrites(PROJECT.id, { text: 'hola' });
	await page.locator('.meta .bad').waitFor();
	expect(await outcomes(page)).toEqual([expect.stringMatching(/^Not delivered: the run .* WEBHOOK_URL/)]);
});

test('a numbered list is answered with a click, while it is the last message', async () => {
	const { page, sandbox } = stage();
	const secret = await writeTo(['accepted']);
	const choices = page.getByRole('group', { name: 'Quick replies: only on this page' });
	await say(secret, '1. the only one');
	await page.locator('.bubble').getByText('the only one').waitFor();
	expect(await choices.isVisible()).toBe(false);
	await say(secret, '¿Qué quieres?\n\n1. Lámpara\n2. Mochila');
	await choices.getByRole('button', { name: '2 Mochila' }).click();
	await page.locator('.bubble.user').getByText('2', { exact: true }).waitFor();
	expect(await choices.isVisible()).toBe(false);
	expect(await page.locator('#text').evaluate((element) => element === document.activeElement)).toBe(true);
	expect([...sandbox.store.messages.values()].flat().at(-1)).toMatchObject({ content: { body: '2' } });
});

test('the chat scrolls to its end when a picture loads late, unless the person is reading further up', async () => {
	const { page, sandbox } = stage();
	const secret = await writeTo(['accepted']);
	for (let number = 1; number <= 20; number++) await say(secret, `Respuesta ${String(number)}`);
	await page.getByText('Respuesta 20', { exact: true }).waitFor();
	const held: Array<() => void> = [];
	await page.route(`${MEDIA}/**`, async (route) => {
		await new Promise<void>((resolve) => held.push(resolve));
		await route.fallback();
	});
	/** How far the end of the chat is away, once a picture has come. */
	const pictureComes = async (id: number) => {
		const content = { url: `${MEDIA}/${String(id)}.jpg`, mime_type: 'image/jpeg' };
		expect((await send(sandbox, secret, { id: String(id), type: 'image', content })).status).toBe(200);
		const image = page.locator('.bubble img').nth(id - 1);
		await image.waitFor({ state: 'attached' });
		while (held.length < id) await page.evaluate(() => new Promise(requestAnimationFrame));
		held[id - 1]?.();
		await image.evaluate(async (element) => {
			if (element instanceof HTMLImageElement) await element.decode();
		});
		return await page.evaluate(async () => {
			for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
			const { clientHeight, scrollHeight, scrollTop } = document.getElementById('chat-log') ?? document.body;
			return scrollHeight - scrollTop - clientHeight;
		});
	};
	expect(await pictureComes(1)).toBeLessThan(2);
	await page.locator('#chat-log').hover();
	await page.mouse.wheel(0, -400);
	await page.waitForFunction(() => {
		const { clientHeight, scrollHeight, scrollTop } = document.getElementById('chat-log') ?? document.body;
		return scrollHeight - scrollTop - clientHeight > 200;
	});
	expect(await pictureComes(2)).toBeGreaterThan(200);
	await page.unroute(`${MEDIA}/**`);
});

test('sample files are sent with one click and shown', async () => {
	const { page } = stage();
	await writeTo([]);
	for (const name of ['Image', 'PDF', 'Audio']) {
		await page.locator('#attach-open').click();
		await page.getByRole('button', { name, exact: true }).click();
		await page.locator('#attach').waitFor({ state: 'hidden' });
	}
	await page.locator('.line.user').nth(2).waitFor();
	await page.waitForFunction(() => [...document.images].every(({ naturalWidth }) => naturalWidth > 0));
	expect(await page.getByRole('link').allInnerTexts()).toContainEqual(
		expect.stringContaining('factura-1042.pdf'),
	);
	const audio = page.locator('.bubble audio');
	await page.waitForFunction(() => (document.querySelector('audio')?.duration ?? 0) > 1);
	expect(await audio.getAttribute('aria-label')).toBe('Audio nota-de-voz.ogg');
});

describe('with several projects', () => {
	beforeAll(async () => {
		const { page, sandbox } = stage();
		expect((await page.request.post(`${sandbox.url}/sandbox/projects`, { data: OTHER })).status()).toBe(201);
	});

	test('the log is that of the chosen project, by its name, and its rows open', async () => {
		const { page, sandbox } = stage();
		await writeTo(['accepted']);
		const headers = { 'x-api-key': OTHER.apiKey };
		await call(sandbox.gatewayUrl, `/v1/external-support/${OTHER.id}`, { headers });
		await call(sandbox.gatewayUrl, `/v1/external-support/${OTHER.id}`, { headers: { 'x-api-key': 'no' } });
		const titles = page.locator('#log .title');
		await titles.nth(2).waitFor();
		expect(await titles.allInnerTexts()).toEqual([
			'Event: message',
			'Event: conversation.start',
			'Create integration',
		]);
		await page.locator('#pick-project-choice').selectOption(OTHER.id);
		await page.locator('#log-project').getByText(OTHER.name).waitFor();
		expect(await titles.allInnerTexts()).toEqual(['Read integration', 'Read integration']);
		expect(await page.locator('#log .told').allInnerTexts()).toEqual([
			expect.stringMatching(/^Set-up · wrong API key · .*ms · The API key is not valid for this project$/),
			expect.stringMatching(/^Set-up · API key · .*ms · The project has no integration yet$/),
		]);
		// What is not an error does not look like one.
		expect(await page.locator('#log .pill').allInnerTexts()).toEqual(['401✕', 'None yeti']);
		const summary = page.locator('#log summary').first();
		const look = async () =>
			await summary.evaluate((element) => {
				const { content, rotate } = getComputedStyle(element, '::after');
				return { cursor: getComputedStyle(element).cursor, chevron: content, rotate };
			});
		expect(await look()).toEqual({ cursor: 'pointer', chevron: '""', rotate: '45deg' });
		await summary.click();
		expect(await look()).toMatchObject({ rotate: '225deg' });
	});

	test('on a phone the header has two rows and cuts off no name', async () => {
		const { page } = stage();
		await page.setViewportSize(PHONE);
		await page.locator('#pick-project-choice').selectOption(OTHER.id);
		for (const view of ['chat', 'side']) {
			if (view === 'side') await showSide(page);
			expect(await rowsOfHead(page)).toBe(2);
		}
		const cut = await page.locator('.top select').evaluateAll((all) =>
			all.flatMap((select) => {
				if (!(select instanceof HTMLSelectElement) || !select.checkVisibility()) return [];
				const { font, paddingLeft, paddingRight } = getComputedStyle(select);
				const context = document.createElement('canvas').getContext('2d');
				if (!context) throw new Error('There is no canvas');
				context.font = font;
				const room = select.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
				const text = select.selectedOptions[0]?.text ?? '';
				return context.measureText(text).width > room ? [text] : [];
			}),
		);
		expect(cut).toEqual([]);
	});
});
