import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { trafficOf } from '../sandbox';
import type { Json } from '../scripts/json';
import { say } from '../scripts/lifecycle';
import { activate, contender, type Active } from './customers';
import { BY_HAND, flow, JELOU, jelou, node, sendNodes, webhook, type Target } from './flows';
import { measure, median, type Contender } from './measure';
import type { Result } from './report';
import { withStage, type BenchStage } from './stage';
import { makeCertificate, startTlsFront } from './tls';

/** How long each request takes at the sandbox: beside n8n, and far away over TLS, as Jelou is. */
const [LATENCY_MS, DISTANT_MS, ROOMS] = [20, 80, 50];
const JELOU_OPTIONS = { options: { concurrency: 25 } };

/** What a run does with many items, built with a Jelou node and by hand. */
interface Batch {
	event: string;
	count: number;
	jelou: Json;
	byHand: (target: Target, stage: BenchStage) => Promise<Json[]> | Json[];
}

async function readNode({ path, project }: Target, { client, sandbox }: BenchStage): Promise<Json> {
	const header = { name: 'x-api-key', value: project.apiKey };
	const id = await client.saveCredential(`${path}-key`, 'httpHeaderAuth', header);
	const url = `=${sandbox.gatewayUrl}/v1/external-support/${project.id}/conversations/{{ $json.conversation }}`;
	const authentication = { authentication: 'genericCredentialType', genericAuthType: 'httpHeaderAuth' };
	const get = node('HTTP Request', 'httpRequest', 4.2, { url, ...authentication, options: {} });
	return { ...get, credentials: { httpHeaderAuth: { id, name: path } } };
}

const MESSAGE = { room: '$json.roomId', bot: '$json.botId', user: '$json.userId', text: '$json.text' };
const FIELDS = ['roomId', 'botId', 'userId', 'text'].map((name) => [name, `={{ $json.${name} }}`]);

const BATCHES: Batch[] = [
	{
		event: `500 messages to ${String(ROOMS)} customers`,
		count: 500,
		jelou: Object.fromEntries(FIELDS),
		byHand: (target) => sendNodes(target, { ...MESSAGE, id: `$execution.id + '-' + $itemIndex` }),
	},
	{
		event: '1,000 conversations read',
		count: 1_000,
		jelou: { resource: 'conversation', operation: 'get', conversationId: '={{ $json.conversation }}' },
		byHand: async (target, stage) => [await readNode(target, stage)],
	},
];

const DISTANT = BATCHES.slice(0, 1).map((batch) => ({ ...batch, event: `${batch.event}, over TLS` }));

/** Runs a flow over its items. Returns how many messages were sent while another one to the same room was under way. */
async function runOver({ project, rooms, stage }: Active, count: number): Promise<number> {
	const { store } = stage.sandbox;
	const each = rooms.map((room) => {
		const conversation = store.activeConversation(room)?.id;
		return { roomId: room.id, userId: room.userId, botId: room.botId, conversation, text: 'hola' };
	});
	const items = Array.from({ length: count }, (_, n) => each[n % each.length]);
	const since = store.nextPlace();
	const body = JSON.stringify({ items });
	const headers = { 'content-type': 'application/json' };
	const { status } = await fetch(`${stage.n8n.url}/webhook/${project.id}`, { method: 'POST', headers, body });
	const traffic = trafficOf(store.requests.filter(({ arrived }) => arrived > since));
	if (status !== 200 || traffic.accepted !== count || traffic.duplicates > 0)
		throw new Error(`${project.id} answered ${String(status)}: ${JSON.stringify(traffic)}`);
	return traffic.roomOverlaps;
}

async function measureBatch(stage: BenchStage, batch: Batch, rounds: number): Promise<Result[]> {
	const { count, event } = batch;
	const overtaking = new Map<string, number[]>([JELOU, BY_HAND].map((name) => [name, []]));
	const contenders: Contender[] = [];
	for (const [name, counts] of overtaking) {
		const path = `bench-${String(count)}-${String(contenders.length)}`;
		const active = await activate(stage, path, ROOMS, async (target) => {
			const ours = [jelou('Jelou', target.credential, { ...batch.jelou, ...JELOU_OPTIONS })];
			const nodes = name === JELOU ? ours : await batch.byHand(target, stage);
			const items = node('Items', 'splitOut', 1, { fieldToSplitOut: 'body.items', options: {} });
			const start = webhook(target, { responseMode: 'lastNode', responseData: 'noData' });
			return flow(name, [start, items, ...nodes]);
		});
		const run = async () => void counts.push(await runOver(active, count));
		contenders.push({ ...contender(active, []), steps: [{ event, events: 1, run }] });
	}
	const results = await measure(contenders, rounds);
	return results.map((each) => ({ ...each, overtaking: median(overtaking.get(each.flow) ?? []) }));
}

/** Sends the messages over TLS, to a certificate that n8n is told to trust. */
async function benchDistant(rounds: number): Promise<Result[]> {
	const folder = mkdtempSync(join(tmpdir(), 'jelou-bench-'));
	try {
		const certificate = makeCertificate(folder);
		return await withStage({ NODE_EXTRA_CA_CERTS: certificate.certificateFile }, async (stage) => {
			const front = await startTlsFront(stage.sandbox.chatbotUrl, certificate);
			try {
				const sandbox = { ...stage.sandbox, chatbotUrl: front.url };
				stage.sandbox.setFaults({ latencyMs: DISTANT_MS });
				const results: Result[] = [];
				for (const batch of DISTANT)
					results.push(...(await measureBatch({ ...stage, sandbox }, batch, rounds)));
				const { all, resumed } = front.connections();
				say(`  ${String(all)} TLS connections, ${String(resumed)} of them resumed`);
				return results;
			} finally {
				await front.close();
			}
		});
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Compares the action node with flows built by hand: how long a run over many items takes. */
export async function benchActions(rounds: number): Promise<Result[]> {
	const near = await withStage({}, async (stage) => {
		stage.sandbox.setFaults({ latencyMs: LATENCY_MS });
		const results: Result[] = [];
		for (const batch of BATCHES) results.push(...(await measureBatch(stage, batch, rounds)));
		return results;
	});
	return [...near, ...(await benchDistant(rounds))];
}
