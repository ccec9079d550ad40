import { N8nClient } from '../../scripts/n8n/client';
import { startRecorder, type Recorder } from '../support/recorder';

let n8n: Recorder;
afterEach(async () => n8n.close());

/** An n8n that refuses the first call with this message. */
async function refusing(message: string): Promise<N8nClient> {
	n8n = await startRecorder(() =>
		n8n.requests.length === 1
			? { status: 503, body: JSON.stringify({ code: 503, message }) }
			: { body: JSON.stringify({ data: { id: '1' } }) },
	);
	return new N8nClient(n8n.url);
}

test('a call that n8n did not handle because its database was busy is made again, with the same body', async () => {
	const client = await refusing('Database is not ready!');
	expect(await client.call('POST', '/workflows', { name: 'x' })).toEqual({ id: '1' });
	expect(n8n.requests.map(({ body }) => body.toString())).toEqual(['{"name":"x"}', '{"name":"x"}']);
});

test('an n8n that has an owner is logged in to', async () => {
	n8n = await startRecorder(({ path }) =>
		path === '/rest/owner/setup'
			? { status: 400, body: JSON.stringify({ code: 400, message: 'Instance owner already setup' }) }
			: { body: JSON.stringify({ data: {} }) },
	);
	await new N8nClient(n8n.url).login({ email: 'a@example.com', password: 'secret' });
	expect(n8n.requests.map(({ path }) => path)).toEqual(['/rest/owner/setup', '/rest/login']);
});

test('a call that n8n refuses for another reason is made once', async () => {
	const client = await refusing('Not now');
	await expect(client.call('POST', '/workflows', {})).rejects.toThrow('Not now');
	expect(n8n.requests).toHaveLength(1);
});
