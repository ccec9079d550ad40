import { statSync } from 'node:fs';

import { PICTURES, screenshotOf } from '../../../scripts/pictureNames';
import { PROJECT, credentialData, startStage, webhookAnswers, type Stage } from '../../server/support/stage';
import { triggerWorkflow } from '../../server/support/workflows';
import { Chat } from '../support/chat';
import { CredentialDialog } from '../support/credentialDialog';
import { Editor, showsIcon } from '../support/editor';
import { photograph, photographEachStep } from '../support/screenshots';

jest.setTimeout(240_000);

/** A new user's whole path, by clicking and typing. Each test goes on where the one before has stopped. */
const started = Date.now();

let stage: Stage;
let editor: Editor;
let chat: Chat;
let credential: CredentialDialog;

beforeAll(async () => {
	stage = await startStage();
	editor = await Editor.open(stage.n8n.url);
	chat = new Chat(await editor.window(stage.sandbox.url));
	credential = new CredentialDialog(editor.page);
	await editor.page.bringToFront();
});
afterAll(async () => {
	await editor?.close();
	await stage?.stop();
});
photographEachStep('first-workflow', () => editor?.page);

test('the search finds Jelou, with its icon in light and in dark', async () => {
	await editor.newWorkflow();
	await editor.page.keyboard.press('n');
	await editor.searchNodes('jelou');
	const icons = editor.entry('Jelou').locator('img');
	await showsIcon(icons, 'jelou.svg');
	await editor.page.emulateMedia({ colorScheme: 'dark' });
	await showsIcon(icons, 'jelou.dark.svg');
	await photograph(editor.page, 'node-panel-dark');
	await editor.page.emulateMedia({ colorScheme: 'light' });
	await showsIcon(icons, 'jelou.svg');
});

test('what can be done reads as sentences', async () => {
	await editor.entry('Jelou').click();
	await editor.openActions();
	expect(await editor.entries()).toEqual([
		'On message received',
		'On conversation started',
		'On conversation closed',
		'On all events',
		'Send a message',
		'Send a message and wait for the reply',
		'Close a conversation',
		'Get a conversation',
		'Start a conversation',
		'Create the integration',
		'Delete the integration',
		'Get the integration',
		'Update the integration',
	]);
	await editor.entry('On message received').click();
	await editor.node.window.getByText('A Jelou project has one webhook').waitFor();
});

test('a wrong API key is refused in words', async () => {
	const { chatbotUrl, gatewayUrl, projectId } = credentialData(stage.sandbox);
	await editor.page.getByTestId('node-credentials-empty-state').getByRole('button').click();
	await credential.choose('environment', 'Custom');
	for (const [field, value] of Object.entries({ projectId, gatewayUrl, chatbotUrl }))
		await credential.fill(field, value ?? '');
	await credential.fill('apiKey', 'wrong-key');
	await credential.save();
	await credential.dialog.getByText('More details').click();
	await credential.dialog
		.getByText(
			'Jelou rejected the API key (401). Check API Key and Project ID in the Jelou credential: the key must belong to that project.',
			{ exact: true },
		)
		.waitFor();
});

test('the right one is accepted', async () => {
	await credential.fill('apiKey', credentialData(stage.sandbox).apiKey ?? '');
	await credential.save();
	await credential.dialog.waitFor({ state: 'hidden' });
	await credential.edit();
	await photograph(credential.dialog, 'credential');
	await credential.close();
});

test('a reply needs nothing but its text', async () => {
	await editor.closeNode();
	await editor.page.getByTestId('canvas-handle-plus').click();
	await editor.searchNodes('jelou');
	await editor.entry('Jelou').click();
	await editor.entry('Send a message').waitFor();
	await photograph(editor.page, 'node-panel', { x: 410, y: 0, width: 870, height: 790 });
	await editor.entry('Send a message').click();
	await editor.node.field('text').locator('textarea').fill('You wrote:');
	await editor.node.window.getByTestId('parameter-issues').waitFor({ state: 'hidden' });
});

test('what a user writes arrives in the editor', async () => {
	await editor.openNode('Jelou Trigger');
	await editor.node.execute();
	await editor.node.window.getByText('Listening for test event').waitFor();
	await chat.sendsTo('/webhook-test/');
	await chat.write('Hola, busco mi pedido');
	await editor.node.output.getByText('Hola, busco mi pedido').first().waitFor();
});

test('a field dragged into the text becomes an expression', async () => {
	await editor.openNode('Send a message');
	await editor.node.drag('.value.content.body', 'text');
	await editor.node.field('text').getByText('{{ $json.value.content.body }}').waitFor();
	await editor.node.leaveField();
	await editor.node.preview('text').getByText('You wrote: Hola, busco mi pedido').waitFor();
	await photograph(editor.node.window, 'mapping');
});

test('a test run without the signing secret says what to do', async () => {
	await editor.node.execute();
	expect(await editor.node.error()).toEqual({
		message: 'No signing secret is known, so nothing can be sent',
		advice: expect.stringMatching(
			/^To run this step as a test, enter the signing secret .+ only the published workflow can reply/,
		),
	});
});

test('the published workflow answers, with no secret typed anywhere', async () => {
	await editor.closeNode();
	await editor.publish();
	await chat.sendsTo('/webhook/');
	await webhookAnswers(stage);
	// Only so that the picture shows one message, its reply, and what happened between.
	await chat.page.locator('#clear').click();
	await chat.page.locator('#log-empty').waitFor();
	await chat.write('¿Dónde está mi pedido?');
	await chat.reply('You wrote: ¿Dónde está mi pedido?').waitFor();
	await chat.logged('Send message').getByText('signature verified').waitFor();
	await photograph(chat.page, 'chat');
});

test('with the secret in the credential a test run answers too, and gives the webhook back', async () => {
	await editor.openNode('Send a message');
	await credential.edit();
	const secret = stage.sandbox.store.projects.get(PROJECT)?.integration?.signingSecret;
	await credential.fill('signingSecret', secret ?? '');
	await credential.saveAgain();
	await editor.closeNode();
	await editor.page.getByTestId('execute-workflow-button').click();
	await chat.sendsTo('/webhook-test/');
	await chat.write('¿Y cuánto cuesta?');
	await chat.reply('You wrote: ¿Y cuánto cuesta?').waitFor();
	await editor.onCanvas('Send a message').getByTestId('canvas-node-status-success').waitFor();
	// The counts come a moment after the marks: one after each of the two nodes.
	await editor.page.getByText('1 item', { exact: true }).nth(1).waitFor();
	await photograph(editor.page, 'workflow', { x: 410, y: 0, width: 870, height: 600 });
	await chat.sendsTo('/webhook/');
});

test('a second workflow of the same project is refused, and the message says what to do', async () => {
	const [saved] = await stage.client.credentials();
	const second = triggerWorkflow('second', String(saved?.id));
	await editor.openWorkflow(await stage.client.createWorkflow(second));
	await editor.onCanvas('Jelou Trigger').getByText('All Events').waitFor();
	await editor.askToPublish();
	await editor.page
		.getByText(
			"Another workflow of this n8n already receives this project's events: unpublish it, or turn on Replace Existing Webhook",
		)
		.waitFor();
});

test.each(PICTURES)("the README's picture %s is of this run", (name) => {
	expect(statSync(screenshotOf(name)).mtimeMs).toBeGreaterThan(started);
});
