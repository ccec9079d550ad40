import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { N8N_FOLDER, N8N_LINE } from '../../scripts/paths';
import { N8N_DEFAULTS, credentialData, startStage, type Stage } from './support/stage';

let stage: Stage;
beforeAll(async () => {
	stage = await startStage(N8N_DEFAULTS);
});
afterAll(async () => stage?.stop());

test('the pinned n8n runs, on the Node.js of the tests', async () => {
	const pinned = JSON.parse(readFileSync(join(N8N_FOLDER, 'package.json'), 'utf8')) as {
		dependencies: { n8n: string };
	};
	expect(await stage.client.versions()).toEqual({
		n8n: pinned.dependencies.n8n,
		node: process.versions.node,
	});
});

test('both nodes exist, with icons that n8n serves in light and dark', async () => {
	const response = await fetch(`${stage.n8n.url}/types/nodes.json`, {
		headers: { cookie: stage.client.cookie },
	});
	const types = (await response.json()) as Array<{ name: string; iconUrl?: { light: string; dark: string } }>;
	const ours = types.filter(({ name }) => name.startsWith('n8n-nodes-jelou.'));
	expect(ours.map(({ name }) => name).sort()).toEqual([
		'n8n-nodes-jelou.jelou',
		// n8n 2.x makes this one by itself from the operation that sends and waits.
		...(N8N_LINE === 'v1' ? [] : ['n8n-nodes-jelou.jelouHitlTool']),
		'n8n-nodes-jelou.jelouTool',
		'n8n-nodes-jelou.jelouTrigger',
	]);
	for (const { iconUrl } of ours) {
		for (const path of [iconUrl?.light, iconUrl?.dark]) {
			const icon = await fetch(`${stage.n8n.url}/${String(path)}`);
			expect(icon.status).toBe(200);
			expect(icon.headers.get('content-type')).toContain('svg');
		}
	}
});

describe('the credential tests itself', () => {
	/** As the credential's form does; n8n 1.x tests saved ones only, so there a new one is saved before. */
	const check = async (extra: Record<string, string>) => {
		const { client, sandbox } = stage;
		const [name, type, data] = [randomUUID(), 'jelouApi', credentialData(sandbox, extra)] as const;
		const id = N8N_LINE === 'v1' ? await client.saveCredential(name, type, data) : '';
		return await client.call('POST', '/credentials/test', { credentials: { id, name, type, data } });
	};

	test.each([
		['the right key', {}, 'OK', /no integration yet/],
		['a wrong key', { apiKey: 'wrong' }, 'Error', /rejected the API key \(401\)/],
		['a custom URL that is none', { gatewayUrl: 'gateway' }, 'Error', /Gateway URL .* is not a URL/],
		[
			'nobody listening',
			{ gatewayUrl: 'http://127.0.0.1:9' },
			'Error',
			/127\.0\.0\.1:9 refused the connection/,
		],
	])('%s', async (_name, extra, status, message) => {
		expect(await check(extra)).toEqual({ status, message: expect.stringMatching(message) });
	});

	test('no project ID', async () => {
		if (N8N_LINE === 'v1') {
			// There n8n itself saves no credential without its required fields, and tests saved ones only.
			await expect(check({ projectId: '' })).rejects.toThrow(/"projectId\\" is mandatory/);
		} else {
			expect(await check({ projectId: '' })).toEqual({
				status: 'Error',
				message: expect.stringMatching(/Project ID is empty/),
			});
		}
	});

	test('a 404 that does not come from Jelou is not a success: the path is wrong', async () => {
		stage.sandbox.setFaults({ respond: { status: 404, body: '<html>', contentType: 'text/html' } });
		try {
			expect(await check({})).toEqual({
				status: 'Error',
				message: expect.stringMatching(/Choose another Environment/),
			});
		} finally {
			stage.sandbox.setFaults({});
		}
	});
});
