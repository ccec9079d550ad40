/// <reference lib="dom" />
/// <reference lib="dom.asynciterable" />
import axe from 'axe-core';
import type { ConsoleMessage, Page } from 'playwright-core';

import type { IDataObject } from 'n8n-workflow';

import { isNote, readNote, type NoteContent, type RoomState } from '../../../nodes/Jelou/shared/triggerNote';
import { startSandbox, type DeskConversation, type Room, type Sandbox } from '../../../sandbox';
import { endAll, integrate, PROJECT, receiver, send, signed, type Receiver } from '../../sandbox/support';
import { startRecorder } from '../../support/recorder';
import { startBrowser, type Browser } from './chromium';

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/** Where the pictures of messages come from: the browser gets one without a network. */
export const MEDIA = 'https://media.example';
const PICTURE =
	'<svg xmlns="http://www.w3.org/2000/svg" width="240" height="140"><rect width="240" height="140" fill="#789"/></svg>';

declare global {
	interface Window {
		axe: typeof axe;
	}
}

/** What a page said or asked for that nobody should see. */
interface Complaints {
	/** Console messages from warnings upwards, uncaught errors, requests that failed or got an error. */
	problems: string[];
	/** Origins of all requests that are not the sandbox's. */
	elsewhere: string[];
}

const ending: Array<() => Promise<void>> = [];

/** A sandbox with its page open in a browser. */
export interface Stage {
	sandbox: Sandbox;
	page: Page;
	complaints: Complaints;
	close(): Promise<void>;
}

/**
 * One sandbox and browser for all tests of a file, reset for each of them. After each test the page must have had nothing
 * to complain about.
 */
export function useStage(): () => Stage {
	let stage: Stage | undefined;
	const current = () => {
		if (stage) return stage;
		throw new Error('The page is not open');
	};
	beforeAll(async () => {
		stage = await openStage();
	});
	afterEach(async () => {
		const { page, sandbox, complaints } = current();
		const { problems, elsewhere } = complaints;
		const seen = { problems: [...problems], elsewhere: elsewhere.filter((origin) => origin !== MEDIA) };
		await page.request.post(`${sandbox.url}/sandbox/reset`);
		await endAll();
		while (ending.length > 0) await ending.pop()?.();
		await page.setViewportSize(DESKTOP);
		await page.emulateMedia({ colorScheme: null, reducedMotion: null, forcedColors: null });
		await page.reload();
		await page.getByText('Connected', { exact: true }).waitFor();
		problems.length = elsewhere.length = 0;
		expect(seen).toEqual({ problems: [], elsewhere: [] });
	});
	afterAll(async () => {
		await stage?.close();
		await endAll();
	});
	return current;
}

/** Where a phone shows one part of the page only. */
export async function showSide(page: Page): Promise<void> {
	if (await page.locator('#view-side').isVisible()) await page.locator('#view-side').click();
}

/** The agent's side, which is beside the chat where there is room. */
export async function showDesk(page: Page): Promise<void> {
	if (await page.locator('#view-desk').isVisible()) await page.locator('#view-desk').click();
	else await showChat(page);
}

export async function showChat(page: Page): Promise<void> {
	if (await page.locator('#view-chat').isVisible()) await page.locator('#view-chat').click();
}

/** How many rows the controls of the page's header take. */
export async function rowsOfHead(page: Page): Promise<number> {
	const middles = await page
		.locator('.top')
		.locator('h1, button, select')
		.evaluateAll((all) =>
			all
				.filter((each) => each.checkVisibility())
				.map((each) => each.getBoundingClientRect())
				.map(({ top, bottom }) => Math.round((top + bottom) / 2)),
		);
	return new Set(middles).size;
}

/** Starts everything. If something fails, whatever has been started is ended again. */
async function openStage(): Promise<Stage> {
	const sandbox = await startSandbox({ projects: [PROJECT], allowInsecureWebhooks: true });
	let browser: Browser | undefined;
	const close = async () => {
		await browser?.close();
		await sandbox.close();
	};
	try {
		browser = await startBrowser({ viewport: DESKTOP });
		const { context } = browser;
		context.setDefaultTimeout(180_000);
		await context.addInitScript({ content: axe.source });
		await context.route(`${MEDIA}/**`, async (route) => {
			await route.fulfill({ contentType: 'image/svg+xml', body: PICTURE });
		});
		const page = context.pages()[0] ?? (await context.newPage());
		const complaints = listen(page, sandbox.url);
		await page.goto(sandbox.url);
		await page.getByText('Connected', { exact: true }).waitFor();
		return { sandbox, page, complaints, close };
	} catch (error) {
		await close();
		throw error;
	}
}

function listen(page: Page, own: string): Complaints {
	const complaints: Complaints = { problems: [], elsewhere: [] };
	const { problems, elsewhere } = complaints;
	page.on('console', (message: ConsoleMessage) => {
		if (['error', 'warning', 'assert'].includes(message.type())) problems.push(message.text());
	});
	page.on('pageerror', ({ message }) => problems.push(message));
	page.on('requestfailed', (request) =>
		problems.push(`${request.url()} ${request.failure()?.errorText ?? ''}`),
	);
	page.on('response', (response) => {
		if (response.status() >= 400) problems.push(`${response.url()} ${String(response.status())}`);
	});
	page.on('request', (request) => {
		const { origin, protocol } = new URL(request.url());
		if (origin !== own && protocol !== 'data:') elsewhere.push(origin);
	});
	return complaints;
}

/** A message of every type in both directions, one that came twice, and the events of it all in the log. */
export async function writeEverything({ sandbox, page }: Stage): Promise<void> {
	const hook: Receiver = await receiver();
	const secret = await integrate(sandbox, hook.url);
	const media = (type: string, ending: string, mime_type: string, more: object = {}) => ({
		type,
		content: { url: `${MEDIA}/summer-catalogue.${ending}`, mime_type, ...more },
	});
	const all = [
		{ type: 'text', content: { body: 'Hola, ¿dónde está mi pedido 1042? '.repeat(3) } },
		media('image', 'jpg', 'image/jpeg', { caption: 'La caja llegó abierta' }),
		media('document', 'pdf', 'application/pdf', { filename: 'factura-2026-11.pdf' }),
		media('audio', 'ogg', 'audio/ogg'),
		media('video', 'mp4', 'video/mp4', { caption: 'Así suena' }),
	];
	for (const message of all) {
		await page.request.post(`${sandbox.url}/sandbox/projects/${PROJECT.id}/messages?wait=true`, {
			data: message,
		});
		await send(sandbox, secret, { ...message, id: `reply-${message.type}` });
	}
	await send(sandbox, secret, { ...all[0], id: 'reply-text' });
	await page.getByText('Same message ID as an earlier message').waitFor({ state: 'attached' });
}

/** A published Jelou Trigger of the project: what it knows of rooms, and the notes that it was given. */
interface TriggerStandIn {
	rooms: RoomState[];
	readonly notes: NoteContent[];
	/** How often each thing happened, so that a test can wait for the next. */
	count(note: NoteContent['note']): number;
	/** Its statuses for events, one after the other, and then `paused`. */
	statuses: string[];
}

export async function trigger({ sandbox }: Stage): Promise<TriggerStandIn> {
	const notes: NoteContent[] = [];
	const standIn: TriggerStandIn = {
		rooms: [],
		notes,
		count: (note) => notes.filter((each) => each.note === note).length,
		statuses: [],
	};
	let secret = '';
	const recorder = await startRecorder(({ body, headers, path }) => {
		const payload = JSON.parse(body.toString()) as IDataObject;
		if (headers['x-jelou-signature'] !== signed(body, secret)) return { status: 401 };
		if (!isNote(payload)) return { body: JSON.stringify({ status: standIn.statuses.shift() ?? 'paused' }) };
		const note = readNote(payload);
		if (note?.address !== recorder.url + path) return { status: 403 };
		notes.push(note);
		if (note.note === 'endPause') {
			standIn.rooms = standIn.rooms.filter(({ room_id }) => room_id !== note.roomId);
		}
		const rooms = note.note === 'list' ? { rooms: standIn.rooms } : {};
		return { body: JSON.stringify({ status: 'confirmed', ...rooms }) };
	});
	ending.push(recorder.close);
	secret = await integrate(sandbox, `${recorder.url}/webhook/an-id/webhook`);
	return standIn;
}

/** The room of the first customer. */
export function firstRoom({ sandbox }: Stage): Room {
	const project = sandbox.store.projects.get(PROJECT.id);
	const [bot, user] = [project?.bots[0], project?.users[0]];
	if (!project || !bot || !user) throw new Error('The project has no bot or user');
	return sandbox.store.roomOf(project, bot, user);
}

/** A customer's conversation at the desk, with what customer, bot and agent wrote, and media. */
export async function handOver(stage: Stage, identifier = firstRoom(stage).id): Promise<DeskConversation> {
	const { desk, url } = stage.sandbox;
	const contact = desk.store.contactNamed(identifier) ?? desk.store.addContact('USER_NAME', identifier);
	const { id } = desk.open(contact, { room_id: identifier });
	const opened = desk.conversation(id);
	const file = async (name: string, mimeType: string) => {
		const response = await fetch(`${url}/${name}`);
		return { name, mimeType, bytes: Buffer.from(await response.arrayBuffer()) };
	};
	desk.write(opened, { from: 'bot', private: true, content: 'Lo dicho hasta ahora: la lámpara llegó rota' });
	desk.write(opened, { from: 'customer', content: 'Quiero hablar con una persona' });
	desk.write(opened, { from: 'bot', content: 'Te paso con una persona' });
	for (const [name, mimeType] of [
		['lampara.jpg', 'image/jpeg'],
		['nota-de-voz.ogg', 'audio/ogg'],
		['factura-1042.pdf', 'application/pdf'],
	] as const) {
		desk.write(opened, { from: 'customer', files: [await file(name, mimeType)] });
	}
	for (const message of [{ content: 'Soy Marta' }, { content: 'Es clienta desde 2019', private: true }]) {
		await stage.page.request.post(`${url}/sandbox/desk/conversations/${String(id)}/messages`, {
			data: message,
		});
	}
	await stage.page.locator('#desk-messages .entry').nth(7).waitFor({ state: 'attached' });
	return desk.store.view(opened);
}

/** A user's message to which a webhook responds with an error. */
export async function failDelivery({ sandbox, page }: Stage, status = 404): Promise<void> {
	const hook = await receiver((response) => void response.writeHead(status).end('no'));
	await integrate(sandbox, hook.url);
	await sandbox.userWrites(PROJECT.id, { text: 'hola' });
	await page.locator('#log .pill.bad').nth(1).waitFor({ state: 'attached' });
}

/** The rules of WCAG 2.1 A and AA that the page breaks now, each with the elements that do. */
export async function violations(page: Page): Promise<string[]> {
	return await page.evaluate(async () => {
		// What is still appearing has less contrast than it will have.
		await Promise.allSettled(document.getAnimations().map(async ({ finished }) => await finished));
		const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
		const result = await window.axe.run(document, { runOnly: { type: 'tag', values: tags } });
		return result.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
	});
}
