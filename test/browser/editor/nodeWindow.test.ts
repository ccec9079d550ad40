import {
	CREDENTIAL_NAME,
	WITH_EDITOR,
	credentialData,
	startStage,
	type Stage,
} from '../../server/support/stage';
import { CredentialDialog } from '../support/credentialDialog';
import { Editor, showsIcon } from '../support/editor';
import { MARKED, REFUSED, mistakenWorkflow } from '../support/mistakes';
import { photographEachStep } from '../support/screenshots';

let stage: Stage;
let editor: Editor;

beforeAll(async () => {
	stage = await startStage(WITH_EDITOR);
	const data = credentialData(stage.sandbox);
	const credential = await stage.client.saveCredential(CREDENTIAL_NAME, 'jelouApi', data);
	const workflow = await stage.client.createWorkflow(mistakenWorkflow(credential));
	editor = await Editor.open(stage.n8n.url);
	await editor.openWorkflow(workflow);
});
afterAll(async () => {
	await editor?.close();
	await stage?.stop();
});
photographEachStep('node-window', () => editor?.page);

test('every node on the canvas has its icon, in light and in dark', async () => {
	const icons = editor.page.getByTestId('canvas-node').locator('img');
	expect(await icons.count()).toBe(MARKED.length + REFUSED.length + 3);
	await showsIcon(icons, 'jelou.svg');
	await editor.page.emulateMedia({ colorScheme: 'dark' });
	await showsIcon(icons, 'jelou.dark.svg');
	await editor.page.emulateMedia({ colorScheme: 'light' });
});

describe('a required field that is empty is marked, on the node and beside the field:', () => {
	test.each([...MARKED, ['Jelou Trigger', 'events', 'Events', {}]])('%s', async (name, field, label) => {
		await editor.onCanvas(name).getByTestId('node-issues').waitFor();
		await editor.openNode(name);
		expect(await editor.node.issueOf(field)).toContain(`Parameter "${label}" is required.`);
	});
});

test('a node without a mistake has no mark', async () => {
	expect(await editor.onCanvas('Right').getByTestId('node-issues').count()).toBe(0);
});

describe('what cannot be sent is refused with the field and the next step:', () => {
	test.each(REFUSED)('%s', async (name, message, advice) => {
		await editor.openNode(name);
		await editor.node.execute();
		expect(await editor.node.error()).toEqual({ message, advice });
	});
});

test('the output of a node that has not run yet is shown, and can be dragged', async () => {
	await editor.openNode('Second reply');
	await editor.node.drag('.messageId', 'text');
	await editor.node.field('text').getByText('{{ $json.messageId }}').waitFor();
});

describe('only the fields of the chosen message are shown:', () => {
	const FIRST = ['resource', 'operation', 'messageType'];
	const LAST = ['roomId', 'botId', 'userId'];
	beforeAll(async () => editor.openNode('Right'));

	test.each([
		['Text', ['text']],
		['Document', ['mediaUrl', 'mimeType', 'fileName']],
		['Image', ['mediaUrl', 'mimeType', 'caption']],
		['Audio', ['mediaUrl', 'mimeType']],
		['Video', ['mediaUrl', 'mimeType', 'caption']],
	])('%s', async (type, own) => {
		await editor.node.choose('messageType', type);
		await editor.node.waitForFields([...FIRST, ...own, ...LAST]);
	});
});

test('the credential says what an empty secret and a plain URL mean, until they are right', async () => {
	const credential = new CredentialDialog(editor.page);
	const secret = credential.dialog.getByText('Enter it only if the integration was created elsewhere.');
	const plain = credential.dialog.getByText('Gateway URL is not HTTPS');
	await editor.openNode('Jelou Trigger');
	await credential.edit();
	await secret.waitFor();
	await plain.waitFor();
	await credential.fill('signingSecret', 'secret');
	await secret.waitFor({ state: 'hidden' });
	await credential.fill('gatewayUrl', 'https://example.com');
	await plain.waitFor({ state: 'hidden' });
});
