import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import { sandboxPlatformCredential } from '../../scripts/sandboxCredential';
import { DEMO_PROJECT } from '../../sandbox';
import { startStage, type Stage } from './support/stage';
import { to } from './support/workflows';

/** 20 show that it works; 500 (`TEMPLATES=500`) take two minutes, at five a second. */
const TEMPLATES = Number(process.env.TEMPLATES ?? 20);
const RECIPIENTS = 8;
const BOT = DEMO_PROJECT.bots[0]?.id ?? '';

jest.setTimeout(1_200_000 + TEMPLATES * 2_000);

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
	const { client, sandbox } = stage;
	const name = 'Platform sandbox';
	const id = await client.saveCredential(name, 'jelouPlatformApi', sandboxPlatformCredential(sandbox));
	const [hook, rows, send] = [
		{
			name: 'Orders',
			type: 'n8n-nodes-base.webhook',
			typeVersion: 2,
			webhookId: 'orders',
			parameters: {
				httpMethod: 'POST',
				path: 'orders',
				responseMode: 'lastNode',
				responseData: 'allEntries',
			},
		},
		{
			name: 'Rows',
			type: 'n8n-nodes-base.splitOut',
			typeVersion: 1,
			parameters: { fieldToSplitOut: 'body' },
		},
		{
			name: 'Send',
			type: 'n8n-nodes-jelou.jelou',
			typeVersion: 2,
			onError: 'continueRegularOutput',
			parameters: {
				resource: 'template',
				operation: 'send',
				botId: BOT,
				userId: '={{ $json.phone }}',
				template: { __rl: true, mode: 'list', value: 'order_shipped:es' },
				parameters: {
					mappingMode: 'defineBelow',
					value: { '1': 'Ana', '2': '={{ $json.order }}', '3': 'martes' },
				},
			},
			credentials: { jelouPlatformApi: { id, name } },
		},
	] as const;
	const workflow = {
		name: 'Templates',
		nodes: [hook, rows, send].map((node, n) => ({ id: node.name, position: [n * 200, 0], ...node })),
		connections: { Orders: to('Rows'), Rows: to('Send') },
		settings: { executionOrder: 'v1' },
	};
	await client.activate(await client.createWorkflow(workflow));
});
afterEach(() => stage.sandbox.setFaults({}));
afterAll(async () => stage?.stop());

const phoneOf = (n: number) => `5939900001${String(n % RECIPIENTS).padStart(2, '0')}`;
const orders = (count: number) =>
	Array.from({ length: count }, (_, n) => ({ phone: phoneOf(n), order: `order-${String(n)}` }));

const OUTPUT = z.array(
	z.object({ text: z.string().optional(), error: z.string().optional(), message: z.string().optional() }),
);

/** Runs the workflow over these rows. Returns its output. */
async function run(rows: object[]) {
	const url = `${stage.n8n.url}/webhook/orders`;
	const headers = { 'content-type': 'application/json' };
	let response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(rows) });
	while (response.status === 404) {
		await sleep(200);
		response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(rows) });
	}
	return OUTPUT.parse(await response.json());
}

const BODY = z.object({ destinations: z.array(z.string()), parameters: z.array(z.string()) });

/** What Jelou was asked to send, and whether it accepted it, in the order of arrival. */
const sendings = () =>
	stage.sandbox.store.requests
		.filter(({ method, rawUrl }) => method === 'POST' && rawUrl.endsWith('/hsm'))
		.map(({ at, rawBody, status }) => {
			const { destinations, parameters } = BODY.parse(JSON.parse(rawBody.toString()));
			return { at, status, phone: destinations.join(), order: parameters[1] ?? '' };
		});

test(`${String(TEMPLATES)} templates go out once, in order for each recipient, though Jelou asks to wait in between`, async () => {
	const rows = orders(TEMPLATES);
	const before = sendings().length;
	const respond = { status: 429, times: 3 };
	stage.sandbox.setFaults({
		respond,
		method: 'POST',
		path: 'platform',
		naming: `order-${String(TEMPLATES / 2)}"`,
	});
	const output = await run(rows);
	expect(output.map(({ error, message }) => [error, message]).filter(([error]) => error)).toEqual([]);
	expect(output).toHaveLength(TEMPLATES);
	const all = sendings().slice(before);
	const taken = all.filter(({ status }) => status === 200);
	for (const phone of new Set(rows.map((row) => row.phone))) {
		const expected = rows.filter((row) => row.phone === phone).map(({ order }) => order);
		expect(taken.filter((each) => each.phone === phone).map(({ order }) => order)).toEqual(expected);
	}
	expect(all.length - taken.length).toBe(3);
	const busiest = Math.max(
		...all.map(({ at: from }) => all.filter(({ at }) => at >= from && at < from + 1_000).length),
	);
	const seconds = ((all.at(-1)?.at ?? 0) - (all[0]?.at ?? 0)) / 1_000;
	process.stdout.write(
		`${String(all.length)} requests in ${seconds.toFixed(1)} s, at most ${String(busiest)} in any second\n`,
	);
});

test('one that may have been sent is not sent again, one that fails names its item, and the others go out', async () => {
	const rows = orders(6);
	rows[2] = { phone: 'Ana', order: 'order-2' };
	const before = sendings().length;
	stage.sandbox.setFaults({
		dropAfterProcessing: true,
		method: 'POST',
		path: 'platform',
		naming: 'order-4"',
	});
	const output = await run(rows);
	expect(output.map(({ error }) => error ?? 'sent')).toEqual([
		'sent',
		'sent',
		'User ID is not a phone number',
		'sent',
		expect.stringMatching(/^The connection to .* was lost$/),
		'sent',
	]);
	expect(output[4]?.message).toContain('It may have been sent: check in Jelou');
	expect(
		sendings()
			.slice(before)
			.map(({ order }) => order)
			.sort(),
	).toEqual([0, 1, 3, 4, 5].map((n) => `order-${String(n)}`));
});

test('Jelou’s message for people is in the error of the item', async () => {
	const body = JSON.stringify({
		message: ['invalid'],
		statusMessage: 'failed',
		status: 0,
		error: { code: 'E0422', key: 'VALIDATOR_ERROR', clientMessages: { es: 'El número no tiene WhatsApp' } },
	});
	stage.sandbox.setFaults({
		respond: { status: 422, body },
		method: 'POST',
		path: 'platform',
		naming: 'order-1"',
	});
	const output = await run(orders(2));
	expect(output[0]?.error).toBeUndefined();
	expect(output[1]).toMatchObject({
		error: 'Jelou rejected the request: invalid fields (422)',
		message: expect.stringContaining('Jelou says: El número no tiene WhatsApp.'),
	});
});
