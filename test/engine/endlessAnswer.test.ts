import { CredentialTestContext } from 'n8n-core';

import { testJelouCredential } from '../../nodes/Jelou/shared/credentialTest';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { hurry } from '../support/time';
import { Engine, errorOf } from './support/engine';
import { ANSWERS, startRawServer, type RawServer } from './support/rawServer';

const MOST_BYTES = 10 * 1024 * 1024;
/** What the kernel and Node.js hold between a server that writes and a reader that stopped. */
const IN_BETWEEN = 16 * 1024 * 1024;

const send = { resource: 'message', operation: 'send', roomId: 'r', botId: 'b', userId: 'u', text: 'x' };
const get = { resource: 'conversation', operation: 'get', conversationId: 'c' };
const options = { maxRetries: 0 };

let server: RawServer;
afterEach(async () => {
	jest.restoreAllMocks();
	await server.close();
});

const credential = () => ({
	projectId: 'p',
	apiKey: 'the-api-key',
	signingSecret: 'the-signing-secret',
	environment: 'custom',
	gatewayUrl: server.url,
	chatbotUrl: server.url,
});
const engine = () => new Engine({ credential: credential() });

/** Shortens the deadlines, so that the tests do not wait for all of them. */
function shortDeadlines(): void {
	const timeout = AbortSignal.timeout.bind(AbortSignal);
	jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout(Math.min(ms, 150)));
}

const testCredential = async () =>
	await testJelouCredential.call(new CredentialTestContext({} as never), {
		id: '',
		name: 'Jelou',
		type: 'jelouApi',
		data: credential(),
	});

/** Everything in the package that calls Jelou, and the error that it ends with. */
const CALLS: Record<string, () => Promise<string | undefined>> = {
	'reading a conversation': async () => errorOf(await engine().run({ ...get, options }, [{}]))?.message,
	'sending a message': async () => errorOf(await engine().run({ ...send, options }, [{}]))?.message,
	'looking for the integration': async () => {
		// It retries, with waits in between.
		return await hurry(async () => engine().hook('checkExists')).then(
			() => undefined,
			(error: Error) => error.message,
		);
	},
	'testing the credential': async () => {
		const { message, status } = await testCredential();
		return status === 'Error' ? message : undefined;
	},
};

describe.each(Object.keys(CALLS))('%s', (name) => {
	const message = async () => (await CALLS[name]?.()) ?? 'no error';

	test.each(['a body that comes a byte at a time', 'headers that come a byte at a time'] as const)(
		'ends in time for %s',
		async (answer) => {
			shortDeadlines();
			server = await startRawServer(ANSWERS[answer]);
			expect(await message()).toMatch(/^127\.0\.0\.1:\d+ did not answer in time/);
		},
	);

	test('ends at 10 MB of an endless body, and closes the connection', async () => {
		server = await startRawServer(ANSWERS['a body without end']);
		expect(await message()).toMatch(/^127\.0\.0\.1:\d+ sent more than 10 MB/);
		expect(server.written).toBeLessThan(MOST_BYTES + IN_BETWEEN);
		await waitUntil('the connection to be closed', () => server.open === 0);
		expect(server.requests).toBe(1);
	});

	test('closes the connection of a response that it no longer waits for', async () => {
		shortDeadlines();
		server = await startRawServer(ANSWERS['a body that comes a byte at a time']);
		await message();
		const requests = server.requests;
		await waitUntil('the connections to be closed', () => server.open === 0);
		expect(server.requests).toBe(requests);
	});
});

test('a message whose response does not end in time is not sent again', async () => {
	server = await startRawServer(ANSWERS['a body that comes a byte at a time']);
	const run = await engine().run({ ...send, options: { timeout: 1, maxRetries: 3 } }, [{}]);
	expect(errorOf(run)?.description).toContain('It may have been sent');
	expect(server.requests).toBe(1);
});
