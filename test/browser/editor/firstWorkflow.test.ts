import { statSync } from 'node:fs';

import { Jelou } from '../../../nodes/Jelou/Jelou.node';
import { OWN } from '../../../scripts/start/projects';
import { webhookAnswers } from '../../server/support/stage';
import { triggerWorkflow } from '../../server/support/workflows';
import { CredentialDialog } from '../support/credentialDialog';
import { showsIcon, type Editor } from '../support/editor';
import type { Chat } from '../support/chat';
import { startNewcomer, type Newcomer } from '../support/newcomer';
import { PICTURES_OF, photograph, photographEachStep, screenshotOf } from '../support/screenshots';

/** A new user's first workflow, by clicking and typing. Each test continues where the previous one stopped. */
const started = Date.now();

let newcomer: Newcomer;
let editor: Editor;
let chat: Chat;
let credential: CredentialDialog;

beforeAll(async () => {
	newcomer = await startNewcomer();
	({ chat, editor } = newcomer);
	credential = new CredentialDialog(editor.page);
	await chat.choose(OWN.name);
});
afterAll(async () => newcomer?.close());
photographEachStep('first-workflow', () => editor?.page);

/** The operations of the node, as a person chooses one. */
const ACTIONS = new Jelou().description.properties
	.filter(({ name }) => name === 'operation')
	.flatMap(({ options = [] }) => options.map((option) => ('action' in option ? option.action : '')));

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

test('the actions read as sentences', async () => {
	await editor.entry('Jelou').click();
	await editor.openActions();
	await editor.waitForEntries([
		'On message received',
		'On conversation started',
		'On conversation closed',
		'On all events',
		...ACTIONS,
	]);
	await editor.entry('On message received').click();
	await editor.node.window.getByText('Publish only one workflow with a Jelou Trigger per project.').waitFor();
});

test('the credential of My project is already chosen', async () => {
	await editor.node.hasCredential(OWN.credential);
});

test('a wrong API key is refused in words', async () => {
	await credential.edit();
	await credential.fill('apiKey', 'wrong-key');
	await credential.save();
	await credential.dialog.getByText('More details').click();
	await credential.dialog
		.getByText('Jelou rejected the API key (401). Check API Key and Project ID in the Jelou credential.', {
			exact: true,
		})
		.waitFor();
});

test('the right one is accepted', async () => {
	await credential.fill('apiKey', OWN.apiKey);
	await credential.saveAgain();
	await credential.edit();
	await photograph(credential.dialog, 'credential');
	await credential.close();
});

test('Execute step on the trigger waits for what a customer writes on the chat page', async () => {
	await editor.node.execute();
	await editor.node.window.getByText('Listening for test event').waitFor();
	await chat.sendsTo('/webhook-test/');
	await chat.write('Hola, busco mi pedido');
	await editor.node.output.getByText('Hola, busco mi pedido').first().waitFor();
});

test('a reply needs nothing but its text, into which a field of the event is dragged', async () => {
	await editor.searchNext('jelou');
	await editor.entry('Jelou').click();
	await editor.entry('Send a message').waitFor();
	await photograph(editor.page, 'node-panel', { x: 410, y: 0, width: 870, height: 890 });
	await editor.entry('Send a message').click();
	await editor.node.field('text').locator('textarea').fill('You wrote:');
	await editor.node.drag('.value.content.body', 'text');
	await editor.node.field('text').getByText('{{ $json.value.content.body }}').waitFor();
	await editor.node.leaveField();
	await editor.node.preview('text').getByText('You wrote: Hola, busco mi pedido').waitFor();
	await editor.node.window.getByTestId('parameter-issues').waitFor({ state: 'hidden' });
	await photograph(editor.node.window, 'mapping');
});

test('Execute step on an HTTP Request between the two looks something up', async () => {
	await editor.addNodeBetween('Jelou Trigger', 'Send a message', 'HTTP Request');
	const url = `${newcomer.stage.sandbox.url}/sandbox/orders/1042`;
	await editor.node.field('url').locator('input').fill(url);
	await editor.node.execute();
	await editor.node.output.getByText('Mochila Andes').first().waitFor();
});

test('Execute step on the reply after it really sends it, to the conversation of the event', async () => {
	await editor.openNode('Send a message');
	await editor.node.rewrite('text', 'Your order: {{ $json.product }}');
	await editor.node.preview('text').getByText('Your order: Mochila Andes').waitFor();
	await editor.node.execute();
	await chat.reply('Your order: Mochila Andes').waitFor();
	await editor.node.output.getByText('messageId').first().waitFor();
});

test('the published workflow answers', async () => {
	await editor.closeNode();
	await editor.publish();
	await chat.sendsTo('/webhook/');
	await webhookAnswers(newcomer.stage, OWN.id);
	await chat.hears('¿Dónde está?', 'Your order: Mochila Andes');
	await chat.toldOfLast('Started the workflow');
	await chat.logged('Send message').first().getByText('signature verified').waitFor();
});

test('a test run of the whole workflow replies too, and gives the webhook back', async () => {
	await editor.page.getByTestId('execute-workflow-button').click();
	await chat.sendsTo('/webhook-test/');
	await chat.hears('¿Y ahora?', 'Your order: Mochila Andes');
	await editor.onCanvas('Send a message').getByTestId('canvas-node-status-success').waitFor();
	await chat.sendsTo('/webhook/');
});

test('a second workflow of the same project is refused, and the message says what to do', async () => {
	const { client } = newcomer.stage;
	const own = (await client.credentials()).find(({ name }) => name === OWN.credential);
	await editor.openWorkflow(await client.createWorkflow(triggerWorkflow('second', String(own?.id))));
	await editor.onCanvas('Jelou Trigger').getByText('All Events').waitFor();
	await editor.askToPublish();
	await editor.page
		.getByText(
			/The workflow ".+" already receives this project's events: unpublish it, turn on Replace Existing Webhook/,
		)
		.waitFor();
});

test.each(PICTURES_OF['editor/firstWorkflow'])("the README's picture %s is of this run", (name) => {
	expect(statSync(screenshotOf(name)).mtimeMs).toBeGreaterThan(started);
});
