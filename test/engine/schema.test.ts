import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { parseEvent } from '../../nodes/Jelou/trigger/event/events';
import { readAnswers } from '../../nodes/Jelou/trigger/rooms/answer';
import type { Sandbox } from '../../sandbox';
import { Engine, errorOf, outputOf } from './support/engine';
import { OPERATIONS } from '../support/operations';
import { SCHEMAS, problemsOf } from './support/schemas';
import { startReceiver } from './support/receiver';
import {
	BOT,
	PROJECT,
	USER,
	credentialFor,
	openRoom,
	platformCredentialFor,
	sandboxWithIntegration,
} from './support/setup';

/** What the editor offers for mapping before the first run must match its output. */

let sandbox: Sandbox;
let secret: string;
beforeEach(async () => {
	({ sandbox, secret } = await sandboxWithIntegration());
});
afterEach(async () => sandbox.close());

test('every operation has a schema, and every schema belongs to an operation or the trigger', () => {
	const files = readdirSync(SCHEMAS, { recursive: true, encoding: 'utf8' }).filter((file) =>
		file.endsWith('.json'),
	);
	expect(files.sort()).toEqual(
		[...OPERATIONS.map((names) => `v2.0.0/${names.join('/')}.json`), 'v2.0.0.json'].sort(),
	);
});

/** Operations that wait put out the customer's answer, and those that send notes something of their own. */
const ANSWERED = OPERATIONS.filter(
	(names) =>
		!['sendAndWait', 'pause', 'resume', 'conversation getMany'].some((other) =>
			names.join(' ').endsWith(other),
		),
);

test.each(ANSWERED)('the output of %s %s is what its schema says', async (resource, operation) => {
	const { conversationId, roomId } = openRoom(sandbox);
	if (operation === 'create') {
		const project = sandbox.store.projects.get(PROJECT);
		if (project !== undefined) project.integration = null;
	}
	const engine = new Engine({
		credential: credentialFor(sandbox, { signingSecret: secret }),
		platform: platformCredentialFor(sandbox),
	});
	if (operation === 'getHistory') await sandbox.userWrites(PROJECT, { text: 'Hola' });
	const webhookUrl = 'https://n8n.example.com/webhook';
	const template = { template: 'follow_up:es', parameters: { value: { '1': 'Ana' } } };
	const entries = { values: [{ title: 'Sí' }] };
	const item = {
		conversationId,
		roomId,
		botId: BOT,
		userId: USER,
		text: 'Hola',
		webhookUrl,
		entries,
		...template,
	};
	const run = await engine.run({ resource, operation, ...item }, [{}]);
	expect(errorOf(run)).toBeUndefined();
	const json = outputOf(run)[0]?.json;
	expect(Object.keys(json ?? {})).not.toEqual([]);
	expect(problemsOf(`v2.0.0/${resource}/${operation}.json`, json)).toEqual([]);
});

test('the output of message sendAndWait is what its schema says, for an answer', () => {
	const body = readFileSync(join(__dirname, '../fixtures/event-message-text.json'));
	const event = parseEvent(body) ?? { event: '' };
	const choices = {
		type: 'approval' as const,
		choices: ['Hola', 'No'],
		invalidMessage: '',
		maxAttempts: 0,
		exitWords: [],
	};
	const json = { ...event, answered: true, ...readAnswers([event], choices) };
	expect(json).toMatchObject({ valid: true, choice: 1, data: { approved: true } });
	expect(problemsOf('v2.0.0/message/sendAndWait.json', json)).toEqual([]);
});

test.each(readdirSync(join(__dirname, '../fixtures')).filter((file) => file.startsWith('event-')))(
	'the output of the trigger is what its schema says, for %s',
	async (file) => {
		// A separate credential for each: a wrong secret is looked up again only once a second.
		const credential = credentialFor(sandbox, { signingSecret: secret });
		const engine = new Engine({ credential, credentialId: file });
		const receiver = await startReceiver(engine, { events: ['*'], options: {} });
		try {
			const body = readFileSync(join(__dirname, '../fixtures', file), 'utf8');
			await sandbox.deliver(PROJECT, { url: `${receiver.url}/webhook/webhook-1/webhook`, body });
		} finally {
			await receiver.close();
		}
		expect(receiver.runs).toHaveLength(1);
		expect(problemsOf('v2.0.0.json', receiver.runs[0])).toEqual([]);
	},
);

test('a closed conversation is what the schema of conversation get says', () => {
	const answer = JSON.parse(
		readFileSync(join(__dirname, '../fixtures/response-conversation-get.json'), 'utf8'),
	) as { data: unknown };
	expect(problemsOf('v2.0.0/conversation/get.json', answer.data)).toEqual([]);
});
