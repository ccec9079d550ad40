import { failureOf } from '../../sandbox/delivery/outcome';
import { call, endAll, integrate, receiver, start, textWith } from './support';

afterEach(endAll);

const UNREGISTERED = '{"code":404,"message":"The requested webhook \\"POST x\\" is not registered."}';

test.each([
	[401, '', '/webhook/x', 'rejected the signature', 'enter the signing secret'],
	[403, '', '/webhook/x', 'rejected the signature', 'enter the signing secret'],
	[
		404,
		UNREGISTERED,
		'/webhook/x',
		'no published workflow',
		'Publish the workflow with the Jelou Trigger in n8n',
	],
	[404, UNREGISTERED, '/webhook-test/x', 'not listening for a test event', 'Click “Execute workflow” in n8n'],
	[404, 'no', '/webhook/x', 'there is nothing at this URL', 'Publish the workflow again'],
	[302, '', '/webhook/x', 'redirects are not followed', 'Register the URL'],
	[429, '', '/webhook/x', 'too many events', 'Wait a moment'],
	[400, '', '/webhook/x', 'rejected the event', 'Open the delivery in the event log'],
	[500, '', '/webhook/x', 'an error occurred', 'Look for the error under Executions'],
])('%d %s at %s is told as "%s", with what to do', async (status, body, path, meaning, remedy) => {
	const sandbox = await start();
	const hook = await receiver((response) => void response.writeHead(status).end(body));
	await integrate(sandbox, new URL(path, hook.url).href);
	const failure = failureOf(await sandbox.userWrites('PROJECT_ID', { text: 'hola' }));
	expect(failure).toContain(`the webhook answered ${String(status)}: `);
	expect(failure).toContain(meaning);
	expect(failure).toContain(remedy);
	expect(sandbox.store.log.at(-1)?.outcome).toBe(`Not delivered: ${String(failure)}`);
});

test('no response, no server and no webhook are reported with what to do', async () => {
	const sandbox = await start({ deliveryTimeoutMs: 100 });
	const write = async () => failureOf(await sandbox.userWrites('PROJECT_ID', { text: 'hola' }));
	const path = '/v1/external-support/PROJECT_ID';
	expect(await write()).toEqual(textWith('Publish a workflow with a Jelou Trigger in n8n'));
	await integrate(sandbox, 'http://127.0.0.1:1/hook');
	expect(await write()).toEqual(textWith('nothing is listening at 127.0.0.1:1. Start n8n'));
	const silent = await receiver(() => undefined);
	await call(sandbox.gatewayUrl, path, { method: 'PATCH', body: { webhookUrl: silent.url } });
	expect(await write()).toEqual(textWith('no answer within 0.1 s. Check that n8n is running'));
	const rude = await receiver((response) => void response.destroy());
	await call(sandbox.gatewayUrl, path, { method: 'PATCH', body: { webhookUrl: rude.url } });
	expect(await write()).toEqual(textWith('closed before an answer arrived. Check that n8n is still running'));
});
