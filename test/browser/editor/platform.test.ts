import type { Locator } from 'playwright-core';

import { DEMO_PROJECT, clientOf } from '../../../sandbox';
import {
	CREDENTIAL_NAME,
	WITH_EDITOR,
	credentialData,
	startStage,
	webhookAnswers,
	type Stage,
} from '../../server/support/stage';
import { MANUAL, filter, startedWorkflow, triggerWorkflow } from '../../server/support/workflows';
import { Chat } from '../support/chat';
import { CredentialDialog } from '../support/credentialDialog';
import { Editor } from '../support/editor';
import { photograph, photographEachStep } from '../support/screenshots';

/** Templates, buttons, history and state by clicking and typing. Each test continues where the previous one stopped. */
const [BOT, USER] = [DEMO_PROJECT.bots[0]?.id ?? '', DEMO_PROJECT.users[0]?.id ?? ''];
const { clientId, clientSecret } = clientOf(DEMO_PROJECT);
/** As n8n names a new credential. */
const PLATFORM = 'Jelou Platform account';
const SHIPPED = 'tu pedido 1042 ya va en camino y llega el martes';

const ONLY_MESSAGES = {
	...filter('Only messages', '={{ $json.event }}', 'startsWith', 'message'),
	position: [200, 0],
};

let stage: Stage;
let editor: Editor;
let chat: Chat;
let credential: CredentialDialog;

beforeAll(async () => {
	stage = await startStage(WITH_EDITOR);
	const { client, n8n, sandbox } = stage;
	const jelou = await client.saveCredential(CREDENTIAL_NAME, 'jelouApi', credentialData(sandbox));
	const ask = {
		name: 'Ask',
		position: [400, 0],
		type: 'n8n-nodes-jelou.jelou',
		typeVersion: 2,
		webhookId: 'ask',
		parameters: {
			resource: 'message',
			operation: 'sendAndWait',
			message: '¿Qué necesitas?',
			responseType: 'choice',
			choices: { values: [{ text: 'Cambiar el día' }, { text: 'Nada, gracias' }] },
		},
	};
	const answer = {
		name: 'Answer',
		position: [600, 0],
		type: 'n8n-nodes-jelou.jelou',
		typeVersion: 2,
		parameters: { resource: 'message', operation: 'send', text: '={{ $json.choice }}: {{ $json.answer }}' },
	};
	await client.createWorkflow(triggerWorkflow('Buttons', jelou, ONLY_MESSAGES, ask, answer));
	const workflow = await client.createWorkflow(
		startedWorkflow('Reach', MANUAL, {
			name: 'Go',
			type: 'n8n-nodes-base.noOp',
			typeVersion: 1,
			parameters: {},
		}),
	);
	editor = await Editor.open(n8n.url);
	credential = new CredentialDialog(editor.page);
	chat = new Chat(await editor.window(sandbox.url));
	await editor.page.bringToFront();
	await editor.openWorkflow(workflow);
});
afterAll(async () => {
	await editor?.close();
	await stage?.stop();
});
photographEachStep('platform', () => editor?.page);

const input = (field: string) => editor.node.field(field).first().locator('textarea, input').first();

async function addsNode(action: string, fields: string[]): Promise<void> {
	await editor.addNode('Jelou', action);
	for (const field of fields) await editor.node.rewrite(field, field === 'botId' ? BOT : USER);
}

const said = (text: string): Locator => chat.page.locator('.bubble.agent').getByText(text);

test('a template asks for a credential, which says in words what is wrong with it', async () => {
	await addsNode('Send a template', ['botId', 'userId']);
	await editor.node.window.getByText('Connect to Jelou Platform').click();
	await credential.fill('clientId', clientId);
	await credential.fill('clientSecret', 'wrong-secret');
	await credential.choose('environment', 'Custom');
	await credential.fill('platformUrl', stage.sandbox.platformUrl);
	await credential.save();
	await credential.dialog.getByText('More details').click();
	await credential.dialog.getByText('Jelou rejected the Client ID and the Client Secret (401)').waitFor();
});

test('and takes the right one', async () => {
	await credential.fill('clientSecret', clientSecret);
	await credential.save();
	await credential.dialog.waitFor({ state: 'hidden' });
	await editor.node.hasCredential(PLATFORM);
});

test('its list is searched, and its parameters have the labels of the template', async () => {
	const locator = editor.node.window.getByTestId('resource-locator-template');
	await locator.locator('input').last().click();
	await editor.page.getByPlaceholder('Search...').fill('pedido');
	await editor.page.getByTestId('rlc-item').filter({ hasText: 'Pedido enviado (es, utility)' }).click();
	const mapped = editor.node.window.getByTestId('mapping-fields-container');
	for (const label of ['Nombre', 'Número de pedido', 'Día de entrega'])
		await mapped.getByText(label).waitFor();
	for (const [n, text] of ['Ana', '1042', 'martes'].entries())
		await mapped.locator('input').nth(n).fill(text);
	await editor.node.leaveField();
	await photograph(editor.node.window, 'template');
});

test('it is sent, and looks on the chat page as it does to the customer', async () => {
	await editor.node.execute();
	await editor.node.output.getByText('order_shipped').first().waitFor();
	await said(SHIPPED).waitFor();
});

test("buttons are sent, and a press is the customer's answer", async () => {
	await addsNode('Send buttons or a list', ['botId', 'userId']);
	await input('text').fill('¿Todo bien?');
	await editor.node.window.getByTestId('fixed-collection-entries').locator('input').first().fill('Sí, todo');
	await editor.node.execute();
	await chat.page.locator('#messages').getByRole('button', { name: 'Sí, todo' }).click();
	await chat.page.locator('.bubble.user').getByText('Sí, todo').waitFor();
});

test.each([
	['Get the history of a user', ['botId', 'userId'], SHIPPED],
	['Set the state of a user', ['botId', 'userId'], 'manual'],
	['Get the state of a user', ['userId'], 'manual'],
	['Get many templates', ['botId'], 'payment_reminder'],
] as const)('%s', async (action, fields, found) => {
	await addsNode(action, [...fields]);
	await editor.node.execute();
	await editor.node.output.getByText(found).first().waitFor();
});

describe('a question whose choices are buttons', () => {
	test('asks for the credential as soon as Show As says so, and not before', async () => {
		const [{ id } = {}] = (await stage.client.workflows()).filter(({ name }) => name === 'Buttons');
		await editor.openWorkflow(String(id));
		await editor.openNode('Ask');
		const credentials = editor.node.window.getByTestId('node-credentials-select');
		expect(await credentials.count()).toBe(1);
		await editor.node.addOption('Show As');
		await editor.node.choose('showAs', 'Buttons or List');
		await credentials.nth(1).waitFor();
		await credentials.nth(1).click();
		await editor.page.getByRole('option').filter({ hasText: PLATFORM }).click();
		await editor.closeNode();
	});

	test('is answered by a press on the chat page', async () => {
		await editor.publish();
		await webhookAnswers(stage);
		await chat.page.bringToFront();
		await chat.write('hola');
		await chat.page.locator('#messages').getByRole('button', { name: 'Cambiar el día' }).click();
		await chat.lastReply('1: Cambiar el día').waitFor();
	});
});
