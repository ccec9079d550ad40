import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../../sandbox';
import { startRecorder } from '../../support/recorder';

export const PROJECT = {
	id: 'PROJECT_ID',
	apiKey: 'key-1',
	bots: [{ id: 'BOT_ID', name: 'BOT_NAME' }],
	users: [
		{ id: 'USER_ID', name: 'USER_NAME' },
		{ id: 'OTHER_USER', name: 'Íñigo' },
	],
};
export const OTHER_PROJECT = { ...PROJECT, id: 'OTHER_PROJECT', apiKey: 'key-2' };
export const INTEGRATION = '/v1/external-support/PROJECT_ID';
export const SEND = '/v1/external-support/webhook';

// Jest types its matchers as any; whoever uses these need not care.
export const SOME_TEXT: unknown = expect.any(String);
const SOME_NUMBER: unknown = expect.any(Number);
const SOME_OBJECT: unknown = expect.any(Object);
const SOME_TEXTS: unknown = expect.arrayContaining([SOME_TEXT]);

export function textWith(part: string): unknown {
	return expect.stringContaining(part);
}

const running: Array<() => Promise<void>> = [];

/** Ends whatever the test has started, newest first. */
export async function endAll(): Promise<void> {
	while (running.length > 0) await running.pop()?.();
}

export async function start(options: SandboxOptions = {}): Promise<Sandbox> {
	const projects = [PROJECT, OTHER_PROJECT];
	const sandbox = await startSandbox({ projects, allowInsecureWebhooks: true, ...options });
	running.push(async () => await sandbox.close());
	return sandbox;
}

interface Received {
	headers: IncomingHttpHeaders;
	rawBody: Buffer;
	json: Record<string, unknown>;
}

export interface Receiver {
	url: string;
	readonly received: Received[];
}

/** A webhook. By default it responds with 200 at once. */
export async function receiver(
	answer = (response: ServerResponse) => void response.end('ok'),
): Promise<Receiver> {
	const recorder = await startRecorder((_request, response) => void answer(response));
	running.push(recorder.close);
	return {
		url: `${recorder.url}/hook`,
		get received() {
			return recorder.requests.map(({ body, headers }) => ({ headers, rawBody: body, json: jsonIn(body) }));
		},
	};
}

/** A body's JSON; empty for anything else, which tests send, too. */
function jsonIn(body: Buffer): Record<string, unknown> {
	try {
		return record(JSON.parse(body.toString()));
	} catch {
		return {};
	}
}

export interface Answer {
	status: number;
	headers: { get(name: string): string | null };
	text: string;
	body: Record<string, unknown>;
}

export interface Call {
	method?: string;
	/** JSON; a string or bytes are sent as they are. */
	body?: unknown;
	headers?: Record<string, string>;
}

/** A request with the project's API key and, with a body, as JSON; `headers` replaces either. */
export async function call(
	base: string,
	path: string,
	{ method, body, headers }: Call = {},
): Promise<Answer> {
	const raw = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
	const response = await fetch(base + path, {
		method: method ?? (raw === undefined ? 'GET' : 'POST'),
		headers: {
			'x-api-key': PROJECT.apiKey,
			...(raw !== undefined && { 'content-type': 'application/json' }),
			...headers,
		},
		...(raw !== undefined && { body: raw }),
	});
	const text = await response.text();
	const isJson = response.headers.get('content-type')?.includes('json') === true;
	return {
		status: response.status,
		headers: response.headers,
		text,
		body: isJson ? record(JSON.parse(text)) : {},
	};
}

/** Creates the integration. Returns its secret. */
export async function integrate(sandbox: Sandbox, webhookUrl: string, more: object = {}): Promise<string> {
	const { status, body } = await call(sandbox.gatewayUrl, INTEGRATION, { body: { webhookUrl, ...more } });
	expect(status).toBe(200);
	return String(record(body.data).signingSecret);
}

/** A signature according to the documentation, not by the sandbox's own code. */
export function signed(body: string | Buffer, secret: string): string {
	return 'sha256=' + createHmac('sha256', secret).update(body).digest('hex');
}

interface Sending {
	/** Replaces fields of the body. */
	fields?: object;
	headers?: Record<string, string>;
}

/** Sends a signed message to the one room there is. */
export async function send(
	sandbox: Sandbox,
	secret: string,
	value: unknown,
	{ fields, headers }: Sending = {},
): Promise<Answer> {
	const room = [...sandbox.store.rooms.values()][0];
	const body = JSON.stringify({ ...fixture('request-message-text'), room_id: room?.id, value, ...fields });
	return await call(sandbox.chatbotUrl, SEND, {
		body,
		headers: { 'x-jelou-signature': signed(body, secret), ...headers },
	});
}

export function record(value: unknown): Record<string, unknown> {
	if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value));
	throw new Error(`Not an object: ${String(value)}`);
}

/** One of Jelou's own examples. */
export function fixture(name: string): Record<string, unknown> {
	return record(JSON.parse(readFileSync(join(__dirname, '../../fixtures', `${name}.json`), 'utf8')));
}

/** The same structure with each value replaced by the name of its type, to compare shapes. */
export function shape(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(shape);
	if (typeof value !== 'object' || value === null) return typeof value;
	return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shape(each)]));
}

/** Every failure has Jelou's complete envelope and nothing else. */
export function expectFailure({ status, text, body }: Answer, expected: number, fields: string[] = []): void {
	expect({ status, text }).toMatchObject({ status: expected });
	expect(body).toMatchObject({
		message: SOME_TEXTS,
		statusMessage: 'failed',
		status: SOME_NUMBER,
		error: {
			code: SOME_TEXT,
			key: SOME_TEXT,
			description: SOME_TEXT,
			developerMessages: SOME_OBJECT,
			clientMessages: SOME_OBJECT,
		},
	});
	expect(Object.keys(record(body.validationError)).sort()).toEqual([...fields].sort());
	const said = Array.isArray(body.message) ? body.message : [];
	expect(said).toEqual([...new Set(said)]);
	expect(text).not.toMatch(/ at .*:\d+:\d+|node_modules|\.ts/);
}

/** Waits for what happens soon. */
export const until = async (what: string, condition: () => boolean) => waitUntil(what, condition, 10);
