import { waitUntil } from '../../scripts/n8n/waitUntil';
import { N8N_LINE } from '../../scripts/paths';
import { openDialogue } from './support/dialogue';
import { startStage, type Stage } from './support/stage';

let stage: Stage;
beforeAll(async () => {
	stage = await startStage({
		N8N_SSRF_PROTECTION_ENABLED: 'true',
		// The sandbox is reached by this name, n8n's own address is not.
		N8N_SSRF_ALLOWED_HOSTNAMES: 'localhost',
	});
});
afterAll(async () => stage?.stop());

test("where n8n's SSRF protection blocks its own address, the error names the setting, and nothing is sent", async () => {
	const byName = (url: string) => url.replace('127.0.0.1', 'localhost');
	const { chatbotUrl, gatewayUrl } = stage.sandbox;
	const dialogue = await openDialogue(stage, [{ name: 'Name', parameters: { message: 'Name?' } }], {
		credential: { chatbotUrl: byName(chatbotUrl), gatewayUrl: byName(gatewayUrl) },
	});
	await dialogue.writes('user-0', 'hola');
	// n8n 1.x has no such protection.
	if (N8N_LINE === 'v1') return void expect(await dialogue.hears('user-0', 1)).toBe('Name?');
	const failed = async () => stage.client.executionCount(dialogue.workflowId, ['error']);
	await waitUntil('the run to fail', async () => (await failed()) === 1);
	const [run] = await dialogue.runs();
	const { data } = await stage.client.execution(String(run?.id));
	expect(data).toContain("n8n's SSRF protection blocks this n8n's own address, 127.0.0.1");
	expect(data).toContain(
		'Add 127.0.0.1 to N8N_SSRF_ALLOWED_IP_RANGES and restart n8n. Nothing was sent or changed.',
	);
	expect(dialogue.heard('user-0')).toEqual([]);
});
