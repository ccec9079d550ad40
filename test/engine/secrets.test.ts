import { randomUUID } from 'node:crypto';

import { LoggerProxy, type INodeParameters } from 'n8n-workflow';

import type { Faults, Sandbox } from '../../sandbox';
import { Engine, errorOf } from './support/engine';
import { BOT, USER, credentialFor, openRoom, sandboxWithIntegration } from './support/setup';

const KEY = `KEY-${randomUUID()}`;
const SECRET = `SECRET-${randomUUID()}`;
const AUTHORIZATION = `AUTHORIZATION-${randomUUID()}`;

let sandbox: Sandbox;
let roomId: string;
const logged: unknown[] = [];

beforeAll(async () => {
	({ sandbox } = await sandboxWithIntegration());
	({ roomId } = openRoom(sandbox));
	const log = (...args: unknown[]) => logged.push(...args);
	LoggerProxy.init({ debug: log, info: log, warn: log, error: log });
});
afterAll(async () => sandbox.close());

const url = { webhookUrl: 'https://n8n.example.com/x' };
const additionalFields = { authType: 'bearer', authorization: AUTHORIZATION };
const OPERATIONS: Array<[string, INodeParameters]> = [
	['conversation start', { resource: 'conversation', operation: 'start', botId: BOT, userId: USER }],
	['conversation get', { resource: 'conversation', operation: 'get', conversationId: 'c' }],
	['conversation close', { resource: 'conversation', operation: 'close', botId: BOT, userId: USER }],
	['message send', { resource: 'message', operation: 'send', botId: BOT, userId: USER, text: 'x' }],
	['integration create', { resource: 'integration', operation: 'create', ...url, additionalFields }],
	['integration get', { resource: 'integration', operation: 'get' }],
	['integration update', { resource: 'integration', operation: 'update', ...url, additionalFields }],
	['integration delete', { resource: 'integration', operation: 'delete' }],
];

/** A response that repeats what it was sent, as a careless server or proxy might. */
const echo = JSON.stringify({
	message: [`Key ${KEY}`, `Secret ${SECRET}`, `Authorization ${AUTHORIZATION}`],
	error: { code: KEY, description: SECRET },
	validationError: { [KEY]: [SECRET], authorization: AUTHORIZATION },
});
const FAILURES: Array<[string, Faults]> = [
	['refusing the key', {}],
	['repeating what it was sent', { respond: { status: 422, body: echo, contentType: 'application/json' } }],
	[
		'answering with a page',
		{ respond: { status: 500, body: `<html>${KEY}${SECRET}`, contentType: 'text/html' } },
	],
	['breaking the connection', { drop: true }],
];

/** Everything that n8n keeps, shows or logs of a run, including what JSON leaves out. */
function everythingOf(value: unknown, seen = new Set<unknown>()): string {
	if (typeof value !== 'object' || value === null) return String(value);
	if (seen.has(value)) return '';
	seen.add(value);
	return Reflect.ownKeys(value)
		.map((key) => `${String(key)} ${everythingOf(Reflect.get(value, key), seen)}`)
		.join(' ');
}

describe.each(OPERATIONS)('%s', (_name, parameters) => {
	test.each(FAILURES)('leaks nothing with Jelou %s', async (_failure, faults) => {
		for (const onError of [undefined, 'continueRegularOutput', 'continueErrorOutput'] as const) {
			sandbox.setFaults(faults);
			sandbox.store.requests.length = 0;
			const engine = new Engine({
				credential: credentialFor(sandbox, { apiKey: KEY, signingSecret: SECRET }),
			});
			const run = await engine.run({ ...parameters, roomId, options: { maxRetries: 0 } }, [{}], { onError });
			const signature = String(sandbox.store.requests.at(-1)?.headers['x-jelou-signature'] ?? 'no signature');
			const error = errorOf(run);
			const { runData } = run.data.resultData;
			const shown = everythingOf([
				runData,
				error && { ...error, node: undefined },
				error?.stack,
				error?.cause,
				logged,
			]);
			for (const secret of [KEY, SECRET, signature]) expect(shown).not.toContain(secret);
			// A field of the node, which n8n shows with every error; the error's own texts must not repeat it.
			if (!('additionalFields' in parameters)) continue;
			const output = runData.Jelou?.map(({ data }) => data);
			expect(everythingOf([error?.message, error?.description, output])).not.toContain(AUTHORIZATION);
		}
	});
});
