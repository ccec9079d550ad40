import {
	CREDENTIAL_NAME,
	PROJECT,
	WITH_EDITOR,
	credentialData,
	startStage,
	webhookAnswers,
	type Stage,
} from '../../server/support/stage';
import { MANUAL, startedWorkflow, triggerWorkflow } from '../../server/support/workflows';
import { Editor } from '../support/editor';
import { photograph, photographEachStep } from '../support/screenshots';

let stage: Stage;
let editor: Editor;
let workflow: string;

beforeAll(async () => {
	stage = await startStage(WITH_EDITOR);
	const { client, sandbox } = stage;
	const credential = await client.saveCredential(CREDENTIAL_NAME, 'jelouApi', credentialData(sandbox));
	await client.activate(await client.createWorkflow(triggerWorkflow('Reception', credential)));
	await webhookAnswers(stage);
	await sandbox.userWrites(PROJECT, { text: 'hola' });
	workflow = await client.createWorkflow(
		startedWorkflow('Check', MANUAL, {
			name: 'Check the integration',
			type: 'n8n-nodes-jelou.jelou',
			typeVersion: 2,
			parameters: { resource: 'integration', operation: 'check' },
			credentials: { jelouApi: { id: credential, name: CREDENTIAL_NAME } },
		}),
	);
	editor = await Editor.open(stage.n8n.url);
	await editor.openWorkflow(workflow);
});
afterAll(async () => {
	await editor?.close();
	await stage?.stop();
});
photographEachStep('check', () => editor?.page);

test('Integration: Check says in the editor, line by line, what is fine', async () => {
	await editor.openNode('Check the integration');
	await editor.node.execute();
	await editor.node.output.getByText('The workflow "Reception" is published').waitFor();
	await photograph(editor.node.window, 'check');
});

test('and what is wrong, with its remedy', async () => {
	const integration = stage.sandbox.store.projects.get(PROJECT)?.integration;
	if (integration) integration.webhookUrl = 'https://desk.example.com/events';
	await editor.openWorkflow(workflow);
	await editor.openNode('Check the integration');
	await editor.node.execute();
	await editor.node.output.getByText('Events go to another system, desk.example.com').waitFor();
	await editor.node.output.getByText('turn on Replace Existing Webhook').waitFor();
	await photograph(editor.node.window, 'check-remedy');
});
