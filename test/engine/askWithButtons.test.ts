import { ExecuteContext } from 'n8n-core';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Sandbox } from '../../sandbox';
import { startRecorder, type Recorder } from '../support/recorder';
import { Engine, errorOf } from './support/engine';
import {
	BOT,
	PROJECT,
	USER,
	credentialFor,
	openRoom,
	platformCredentialFor,
	sandboxWithIntegration,
} from './support/setup';

let sandbox: Sandbox;
let secret: string;
let room: IDataObject;
let trigger: Recorder;
/** The notes to the trigger, and its responses. */
let notes: IDataObject[];
let status: string;

beforeEach(async () => {
	({ sandbox, secret } = await sandboxWithIntegration());
	room = { room_id: openRoom(sandbox).roomId, bot: { id: BOT }, contact: { id: USER } };
	notes = [];
	status = 'registered';
	trigger = await startRecorder(({ body }) => {
		notes.push(JSON.parse(body.toString()) as IDataObject);
		return { body: JSON.stringify({ status: notes.length > 1 ? 'confirmed' : status }) };
	});
	const resumeUrl = `${trigger.url}/webhook-waiting/7/node-1?signature=hidden`;
	jest.spyOn(ExecuteContext.prototype, 'getSignedResumeUrl').mockReturnValue(resumeUrl);
	const integration = sandbox.store.projects.get(PROJECT)?.integration;
	if (integration) integration.webhookUrl = `${trigger.url}/webhook/webhook-1/webhook`;
});
afterEach(async () => {
	jest.restoreAllMocks();
	await trigger.close();
	await sandbox.close();
});

const choice = (...texts: string[]) => ({
	responseType: 'choice',
	choices: { values: texts.map((text) => ({ text })) },
	options: { showAs: 'buttons' },
});

const inLanguage = (language: string) => ({
	...choice('A', 'B', 'C', 'D'),
	options: { showAs: 'buttons', language },
});

async function ask(parameters: INodeParameters, platform?: Record<string, string>) {
	const engine = new Engine({
		credential: credentialFor(sandbox, { signingSecret: secret }),
		platform: platform && platformCredentialFor(sandbox, platform),
	});
	const run = await engine.run({ operation: 'sendAndWait', message: '¿Qué?', ...parameters }, [room]);
	const error = errorOf(run);
	const [task] = run.data.resultData.runData.Jelou ?? [];
	return {
		status: run.status,
		hints: (task?.hints ?? []).map(({ message }) => message),
		said: error ? `${error.message}: ${error.description ?? ''}` : '',
	};
}

const sent = () =>
	(sandbox.store.messages.get(String(room.room_id)) ?? []).filter(({ from }) => from === 'agent');
const NUMBERS = /as numbers: buttons need a Jelou Platform API credential/;

test.each([
	[
		'buttons',
		choice('Sí', 'No', 'No sé'),
		{ buttons: [{ title: 'Sí' }, { title: 'No' }, { title: 'No sé' }] },
	],
	['a list', choice('A', 'B', 'C', 'D'), { list: { name: 'Ver opciones' } }],
	['a list in Portuguese', inLanguage('pt'), { list: { name: 'Ver opções' } }],
	['a list in English', inLanguage('en'), { list: { name: 'See options' } }],
	[
		'buttons for an approval',
		{ responseType: 'approval', options: { showAs: 'buttons' } },
		{ buttons: [{ title: 'Sí' }, { title: 'No' }] },
	],
])('choices are sent as %s, and the run waits for them like for any', async (_what, parameters, platform) => {
	expect(await ask(parameters, {})).toEqual({ status: 'waiting', hints: [], said: '' });
	expect(sent()).toMatchObject([{ content: { body: '¿Qué?' }, platform }]);
	expect(notes).toMatchObject([{ note: 'ask', text: expect.stringContaining('1. ') }, { note: 'sent' }]);
});

test('without the platform credential they are numbers, with a warning', async () => {
	const { hints, status: of } = await ask(choice('Sí', 'No'));
	expect(of).toBe('waiting');
	expect(hints).toEqual([expect.stringMatching(NUMBERS)]);
	expect(sent()).toMatchObject([{ content: { body: '¿Qué?\n\n1. Sí\n2. No' } }]);
});

test('more than ten are numbers', async () => {
	expect(await ask(choice(...'abcdefghijk'), {})).toMatchObject({ status: 'waiting', said: '' });
	expect(sent()[0]?.content).toMatchObject({ body: expect.stringContaining('11. k') });
});

test('one that waits its turn is asked by the trigger, with numbers', async () => {
	status = 'queued';
	expect(await ask(choice('Sí', 'No'), {})).toMatchObject({ status: 'waiting', said: '' });
	expect(sent()).toEqual([]);
	expect(notes).toMatchObject([{ text: '¿Qué?\n\n1. Sí\n2. No' }]);
});

test.each<[string, INodeParameters, RegExp]>([
	[
		'one that is too long for a button',
		choice('Sí', 'x'.repeat(21)),
		/^Choice 2 has 21 characters: WhatsApp takes 20/,
	],
	['one that is too long for a list', choice('a', 'b', 'c', 'x'.repeat(25)), /^Choice 4 has 25 characters/],
	['an emoji', choice('Sí 👍', 'No'), /^Choice 1 has an emoji/],
	[
		'another value',
		{ ...choice('Sí', 'No'), options: { showAs: 'cards' } },
		/^Show As is unknown: Use numbers or buttons/,
	],
])('nothing is asked with %s', async (_what, parameters, problem) => {
	const { said } = await ask(parameters, {});
	expect(said).toMatch(problem);
	expect([...notes, ...sent()]).toEqual([]);
});

test('a credential that Jelou refuses takes the question back', async () => {
	const { said, status: of } = await ask(choice('Sí', 'No'), { clientSecret: 'wrong' });
	expect(of).toBe('error');
	expect(said).toMatch(/^Jelou rejected the Client ID and the Client Secret/);
	expect(notes).toMatchObject([{ note: 'ask' }, { note: 'withdraw' }]);
});

test('a credential that is not filled in is found before anybody is told', async () => {
	expect((await ask(choice('Sí', 'No'), { clientId: '' })).said).toMatch(/^Client ID is empty/);
	expect(notes).toEqual([]);
});
