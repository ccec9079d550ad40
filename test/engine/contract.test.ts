import { CredentialTestContext, ExecuteContext } from 'n8n-core';
import type { INodeParameters } from 'n8n-workflow';

import { testJelouCredential, testPlatformCredential } from '../../nodes/Jelou/shared/credentialTest';
import { clientOf, DEMO_PROJECT, startSandbox, type Sandbox } from '../../sandbox';
import { startRecorder } from '../support/recorder';
import { OPERATIONS } from '../support/operations';
import { startContract, type Contract } from './support/contract';
import { Engine, errorOf, outputOf } from './support/engine';
import { SENT_MESSAGES } from './support/messages';
import { BOT, PROJECT, USER, credentialFor, openRoom, platformCredentialFor } from './support/setup';
import { TriggerWorkflow, integrationOf } from './support/triggers';

const WEBHOOK = 'https://n8n.example.com/webhook/elsewhere';
const BEARER = { authType: 'bearer', authorization: 'token' };
const PARTIES = { botId: BOT, userId: USER };
const INTERACTIVE = [
	{ interactiveType: 'buttons', text: '¿Sí?', entries: { values: [{ title: 'Sí' }, { title: 'No' }] } },
	{
		interactiveType: 'list',
		text: '¿Qué?',
		entries: { values: [{ title: 'Uno', description: 'Más' }] },
		listButton: 'Ver',
	},
	{ interactiveType: 'locationRequest', text: '¿Dónde?' },
];
const ASSIGNED = { metadata: '{"ticketId":"T-1"}', assignmentType: 'queue', assignmentTarget: 'SOPORTE' };

let sandbox: Sandbox;
let contract: Contract;

beforeEach(async () => {
	sandbox = await startSandbox({ allowInsecureWebhooks: true });
	contract = await startContract(sandbox);
});
afterEach(async () => {
	jest.restoreAllMocks();
	await contract.close();
	await sandbox.close();
});

function engine(extra: Record<string, string> = {}): Engine {
	const signingSecret = integrationOf(sandbox)?.signingSecret ?? '';
	return new Engine({
		credential: credentialFor(contract.sandbox, { signingSecret, ...extra }),
		platform: platformCredentialFor(contract.sandbox, extra),
	});
}

/** What went wrong in either direction. */
const violations = () =>
	contract.exchanges.filter(({ answer, request }) => answer.length > 0 || request.length > 0);

test('every operation of the node, and every response to it, is as documented', async () => {
	const { roomId } = openRoom(sandbox);
	const room = { room_id: roomId, bot: { id: BOT }, contact: { id: USER } };
	const used: string[][] = [];
	const problems: unknown[] = [];
	async function run(resource: string, operation: string, parameters: INodeParameters = {}, item = {}) {
		used.push([resource, operation]);
		const result = await engine().run({ resource, operation, ...parameters }, [item]);
		if (errorOf(result)) problems.push([resource, operation, errorOf(result)?.message]);
		return outputOf(result)[0]?.json ?? {};
	}

	await run('integration', 'create', { webhookUrl: WEBHOOK, additionalFields: BEARER });
	await run('integration', 'get');
	await run('integration', 'update', { webhookUrl: `${WEBHOOK}/2`, additionalFields: BEARER });
	for (const message of SENT_MESSAGES) await run('message', 'send', message, room);

	// A separate n8n, whose trigger accepts each note.
	const n8n = await startRecorder(() => ({ body: JSON.stringify({ status: 'confirmed' }) }));
	const resumeUrl = `${n8n.url}/webhook-waiting/7/node-1?signature=hidden`;
	jest.spyOn(ExecuteContext.prototype, 'getSignedResumeUrl').mockReturnValue(resumeUrl);
	await run('integration', 'update', { webhookUrl: `${n8n.url}/webhook/webhook-1/webhook` });
	await run('message', 'sendAndWait', { message: '¿Qué?' }, room);
	await run('conversation', 'pause', {}, room);
	await run('conversation', 'resume', {}, room);
	await run('conversation', 'getMany');
	await run('integration', 'check');
	await n8n.close();

	const start = { ...PARTIES, initialMessage: 'Hola', additionalFields: ASSIGNED };
	const { conversationId } = await run('conversation', 'start', start);
	await run('conversation', 'get', { conversationId: String(conversationId) });
	await run('conversation', 'close', { ...PARTIES, closingMessage: 'Adiós' });
	await run('conversation', 'get', { conversationId: String(conversationId) });
	await run('integration', 'delete');

	await run('template', 'getMany', { botId: BOT });
	const template = { template: 'follow_up:es', parameters: { value: { '1': 'Ana' } } };
	await run('template', 'send', { ...PARTIES, headerType: 'text', ...template });
	for (const message of INTERACTIVE) await run('message', 'sendInteractive', { ...PARTIES, ...message });
	await run('user', 'getHistory', PARTIES);
	await run('user', 'setState', { ...PARTIES, state: 'manual', hours: 1 });
	await run('user', 'getState', { userId: USER });

	expect(violations()).toEqual([]);
	expect(problems).toEqual([]);
	expect(new Set(used.map(String))).toEqual(new Set(OPERATIONS.map(String)));
	expect(new Set(contract.exchanges.map(({ operation }) => operation))).toEqual(
		new Set([
			...contract.operations,
			...contract.platformOperations.filter((name) => name !== 'listDatabases'),
		]),
	);
});

test('so is what registers and unregisters a trigger, and the test of a credential', async () => {
	const trigger = new TriggerWorkflow(contract.sandbox, 'webhook-1');
	await trigger.activate();
	await trigger.listen();
	await trigger.stopListening();
	const other = new TriggerWorkflow(contract.sandbox, 'webhook-2', integrationOf(sandbox)?.signingSecret);
	await other.activate(true);
	await other.deactivate();
	await trigger.deactivate();
	const data = credentialFor(contract.sandbox);
	const context = new CredentialTestContext({} as never);
	await testJelouCredential.call(context, { id: '', name: 'Jelou', type: 'jelouApi', data });
	const platform = platformCredentialFor(contract.sandbox);
	await testPlatformCredential.call(context, { id: '', name: 'P', type: 'jelouPlatformApi', data: platform });
	expect(violations()).toEqual([]);
	const used = contract.exchanges.map(({ operation }) => operation);
	const expected = contract.operations.filter((name) => name.endsWith('Integration'));
	expect(new Set(used)).toEqual(new Set([...expected, 'listDatabases']));
});

test('so is each refusal', async () => {
	const create = { resource: 'integration', operation: 'create', webhookUrl: WEBHOOK };
	const get = { resource: 'conversation', operation: 'get', conversationId: 'unknown' };
	const start = { resource: 'conversation', operation: 'start', ...PARTIES, userId: 'unknown' };
	const send = { resource: 'message', operation: 'send', messageType: 'text', text: 'Hola', ...PARTIES };
	await engine().run(create, [{}]);
	const messages: Array<string | undefined> = [];
	const refused: Array<[INodeParameters, Record<string, string>?]> = [
		[create],
		[create, { apiKey: 'wrong' }],
		[get],
		[start],
		[{ ...send, roomId: 'unknown' }],
		[{ ...send, roomId: 'unknown' }, { signingSecret: 'wrong' }],
	];
	for (const [parameters, extra] of refused) {
		messages.push(errorOf(await engine(extra).run(parameters, [{}]))?.message);
	}
	expect(violations()).toEqual([]);
	expect(messages).toEqual(
		[409, 401, 404, 404, 404, 401].map((status) => expect.stringContaining(`(${status})`)),
	);
});

test('what the sandbox responds as the platform is as documented, in both forms', async () => {
	const { clientId, clientSecret } = clientOf(DEMO_PROJECT);
	const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
	const headers = { authorization, 'content-type': 'application/json' };
	const message = { userId: USER, text: '¿Qué?' };
	const template = { elementName: 'follow_up', language: 'es', destinations: [USER] };
	const calls: Array<[path: string, body?: object]> = [
		['/v2/databases'],
		[`/v1/bots/${BOT}/templates?status=APPROVED&limit=3`],
		[`/v2/whatsapp/${BOT}/hsm`, { ...template, parameters: ['Ana'] }],
		[`/v1/bots/${BOT}/messages`, { ...message, type: 'text' }],
		[`/v1/bots/${BOT}/messages`, { ...message, type: 'text', options: [{ title: 'Uno' }] }],
		[`/v1/bots/${BOT}/messages`, { ...message, type: 'quick_reply', quick_replies: [{ title: 'Sí' }] }],
		[`/v1/bots/${BOT}/messages`, { ...message, type: 'location_request' }],
		[`/v1/bots/${BOT}/users/${USER}/history?limit=50&direction=older`],
		['/v1/users/state', { ...PARTIES, state: 'manual', ttl: 60 }],
		[`/v1/users/${USER}/state`],
		// Refusals.
		['/v1/bots/unknown/templates'],
		[`/v2/whatsapp/${BOT}/hsm`, { ...template, parameters: [] }],
		['/v1/users/unknown/state'],
		['/v1/users/state', { botId: 'unknown', userId: USER, state: 'auto' }],
	];
	const statuses: number[] = [];
	for (const platformShape of ['newer', 'older'] as const) {
		await contract.close();
		await sandbox.close();
		sandbox = await startSandbox({ allowInsecureWebhooks: true, platformShape, platformRate: 0 });
		contract = await startContract(sandbox);
		statuses.length = 0;
		for (const [path, body] of calls) {
			const request = body ? { method: 'POST', body: JSON.stringify(body) } : {};
			statuses.push((await fetch(contract.sandbox.platformUrl + path, { headers, ...request })).status);
		}
		expect(violations()).toEqual([]);
		expect(statuses).toEqual([...Array<number>(10).fill(200), 404, 422, 404, 404]);
	}
	const used = contract.exchanges.map(({ operation }) => operation);
	expect(new Set(used)).toEqual(new Set(contract.platformOperations));
});

test('for every operation of the documents, a broken request and a broken response are noticed', async () => {
	const { chatbotUrl, gatewayUrl, platformUrl } = contract.sandbox;
	const project = `${gatewayUrl}/v1/external-support/${PROJECT}`;
	const headers = { 'content-type': 'application/json', 'x-api-key': DEMO_PROJECT.apiKey };
	const broken = { webhookUrl: 1, botId: 1, field: 1, elementName: 1, userId: 1 };
	const withBody = { headers, body: JSON.stringify(broken) };
	const calls: Array<[operation: string, url: string, request: RequestInit]> = [
		['createIntegration', project, { method: 'POST', ...withBody }],
		['getIntegration', project, {}],
		['updateIntegration', project, { method: 'PATCH', ...withBody }],
		['deleteIntegration', project, { method: 'DELETE' }],
		['startConversation', `${project}/conversations/start`, { method: 'POST', ...withBody }],
		['closeConversation', `${project}/conversations/close`, { method: 'POST', ...withBody }],
		['getConversation', `${project}/conversations/c`, {}],
		['sendMessage', `${chatbotUrl}/v1/external-support/webhook`, { method: 'POST', ...withBody }],
		['listTemplates', `${platformUrl}/v1/bots/b/templates`, {}],
		['sendTemplate', `${platformUrl}/v2/whatsapp/b/hsm`, { method: 'POST', ...withBody }],
		['sendPlatformMessage', `${platformUrl}/v1/bots/b/messages`, { method: 'POST', ...withBody }],
		['getHistory', `${platformUrl}/v1/bots/b/users/u/history`, {}],
		['getUserState', `${platformUrl}/v1/users/u/state`, {}],
		['setUserState', `${platformUrl}/v1/users/state`, { method: 'POST', ...withBody }],
		['listDatabases', `${platformUrl}/v2/databases`, {}],
	];
	const documented = [...contract.operations, ...contract.platformOperations];
	expect(calls.map(([operation]) => operation)).toEqual(documented);
	sandbox.setFaults({ respond: { status: 200, body: '{}' } });
	for (const [, url, request] of calls) await fetch(url, request);
	expect(contract.exchanges).toEqual(
		calls.map(([operation, , { body }]) => ({
			operation,
			request: expect.arrayContaining([
				body ? expect.stringMatching(/^Request body .* must be/) : 'Invalid security scheme used',
			]),
			answer: expect.arrayContaining([expect.stringMatching(/^Response body must (have|be)/)]),
		})),
	);
});
