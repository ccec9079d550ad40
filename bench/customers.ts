import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { DEMO_PROJECT, type Project, type Room } from '../sandbox';
import { waitUntil } from '../scripts/n8n/waitUntil';
import type { Flow, Target } from './flows';
import type { Contender } from './measure';
import { saveCredential, type BenchStage } from './stage';

/** What every customer does in a step, each in a room of their own. */
export interface Line {
	/** Its name in the tables; a line without a name only prepares the next one. */
	event?: string | undefined;
	/** What the customer writes, in quick succession. */
	texts: string[];
	/** What the customer is then sent, if anything. */
	reply?: string;
	/** How many runs end during it, for each customer. */
	ended: number;
	/** Whether a run then waits for the customer's next message. */
	waits?: boolean;
}

/** Every customer has the same name, so that what they are sent is the same too. */
export const CUSTOMER = 'Ana Torres';
const PAUSE_MS = 200;

/** An active flow, on a project of its own. */
export interface Active {
	stage: BenchStage;
	flow: Flow;
	workflowId: string;
	project: Project;
	rooms: Room[];
}

/** Builds a flow for a project of its own, named by the path, activates it and waits until it listens. */
export async function activate(
	stage: BenchStage,
	path: string,
	customers: number,
	build: (target: Target) => Flow | Promise<Flow>,
): Promise<Active> {
	const { client, n8n, runs, sandbox } = stage;
	const { store } = sandbox;
	const messageUrl = `${sandbox.chatbotUrl}/v1/external-support/webhook`;
	const users = Array.from({ length: customers }, (_, n) => ({ id: `user-${String(n)}`, name: CUSTOMER }));
	const project = store.addProject({ ...DEMO_PROJECT, id: path, apiKey: `key-${path}`, users });
	const rooms = project.users.flatMap((user) => project.bots.map((bot) => store.roomOf(project, bot, user)));
	// Otherwise each customer's first message would send a start event as well.
	for (const room of rooms) store.openConversation(room);
	const secret = randomBytes(32).toString('hex');
	const credential = await saveCredential(stage, project);
	const flow = await build({ path, credential, messageUrl, project, rooms, secret });
	if (flow.workflow.nodes.some(({ type }) => type === 'n8n-nodes-base.webhook')) {
		const webhookUrl = `${n8n.url}/webhook/${path}`;
		const settings = { webhookUrl, signingSecret: secret, authType: 'no_auth' as const, authorization: '' };
		project.integration = { ...settings, createdAt: '', updatedAt: '' };
		await saveCredential(stage, project, secret);
	}
	const workflowId = await client.createWorkflow(flow.workflow);
	await client.activate(workflowId);
	await waitUntil(`${path} to listen`, async () => {
		const url = project.integration?.webhookUrl;
		return url !== undefined && ![404, 503].includes((await fetch(url, { method: 'POST' })).status);
	});
	// The request that checks this may have started a run.
	await sleep(500);
	await waitUntil(`${path} to be idle`, async () => (await runs(workflowId, 'running')) === 0);
	return { stage, flow, workflowId, project, rooms };
}

/** Rejects when a delivery gets no 200, or when replies or runs differ from what the line says. */
async function speak({ project, rooms, stage, workflowId }: Active, line: Line, most: number): Promise<void> {
	const { runs, sandbox } = stage;
	const what = `${project.id}, "${line.texts.join(' ')}"`;
	const ended = (await runs(workflowId, 'success')) + line.ended * project.users.length;
	const waiting = line.waits ? project.users.length : 0;
	const replies: string[] = [];
	const forget = sandbox.store.feed.watch((change) => {
		if (change.type !== 'message' || change.message.from !== 'agent') return;
		const { content, roomId } = change.message;
		if (rooms.some(({ id }) => id === roomId)) replies.push('body' in content ? content.body : '');
	});
	try {
		const write = async (userId: string, text: string, n: number) => {
			await sleep(n * PAUSE_MS);
			const { answer, status } = await sandbox.userWrites(project.id, { userId, text });
			if (status !== 200) throw new Error(`${what} was answered ${String(status)}: ${String(answer)}`);
		};
		const queue = project.users.values();
		const writeInTurn = async () => {
			for (const { id } of queue) await Promise.all(line.texts.map((text, n) => write(id, text, n)));
		};
		await Promise.all(Array.from({ length: most }, writeInTurn));
		const isOver = async () =>
			(await runs(workflowId, 'success')) >= ended && (await runs(workflowId, 'waiting')) === waiting;
		await waitUntil(`n8n to be done with ${what}`, isOver, 20);
	} finally {
		forget();
	}
	const more = (await runs(workflowId, 'success')) - ended;
	const expected = line.reply === undefined ? [] : project.users.map(() => line.reply);
	if (more > 0 || replies.join() !== expected.join())
		throw new Error(`After ${what} there were ${String(more)} more runs, and replies: ${replies.join()}`);
}

/** Customers who write to an active flow, at most `most` of them at once. */
export function contender(active: Active, lines: Line[], most = 5): Contender {
	const { flow, project, stage } = active;
	const events = project.users.length;
	const steps = lines.map((line) => ({ event: line.event, events, run: () => speak(active, line, most) }));
	const nodes = flow.workflow.nodes.length;
	return { flow: flow.name, nodes, processes: () => ({ n8n: [stage.n8n.pid] }), steps };
}
