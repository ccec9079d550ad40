import { randomBytes } from 'node:crypto';

import { DEMO_PROJECT, startSandbox, type Sandbox } from '../sandbox';
import { isRecord } from '../scripts/json';
import { sandboxCredential } from '../scripts/sandboxCredential';
import { waitUntil } from '../scripts/n8n/waitUntil';
import {
	BY_HAND_PATH,
	LINES,
	REPLIES,
	dialogueByHand,
	jelouDialogue,
	type DialogueFlow,
} from './dialogueFlows';
import { writeDialogueReport, type DialogueResult } from './dialogueReport';
import { median } from './measure';
import { ENGINES, say, withStage, type BenchStage } from './stage';

const DIALOGUES_PER_ROUND = 3;
const REPLY_TIMEOUT_MS = 60_000;

/** An active dialogue, on a project of its own. */
interface ActiveDialogue {
	flow: DialogueFlow;
	workflowId: string;
	projectId: string;
}

function addProject({ store }: Sandbox, id: string, customers: number) {
	const users = Array.from({ length: customers }, (_, n) => ({
		id: `user-${String(n)}`,
		name: 'Ana Torres',
	}));
	return store.addProject({ ...DEMO_PROJECT, id, apiKey: `key-${id}`, users });
}

async function createTable({ client }: BenchStage): Promise<string> {
	const project = await client.call('GET', '/projects/personal');
	const projectId = isRecord(project) ? String(project.id) : '';
	const columns = ['room', 'resumeUrl'].map((name) => ({ name, type: 'string' }));
	const table = await client.call('POST', `/projects/${projectId}/data-tables`, { name: 'Waiting', columns });
	return isRecord(table) ? String(table.id) : '';
}

async function activate(
	stage: BenchStage,
	sandbox: Sandbox,
	projectId: string,
	flow: DialogueFlow,
): Promise<ActiveDialogue> {
	const { client, n8n } = stage;
	const workflowId = await client.createWorkflow(flow.workflow);
	await client.activate(workflowId);
	await waitUntil(`${flow.name} to listen`, async () => {
		const url = sandbox.store.projects.get(projectId)?.integration?.webhookUrl;
		// What is not signed starts no dialogue.
		return url?.startsWith(n8n.url) === true && (await fetch(url, { method: 'POST' })).status !== 404;
	});
	return { flow, workflowId, projectId };
}

async function activateBoth(
	stage: BenchStage,
	sandbox: Sandbox,
	customers: number,
): Promise<ActiveDialogue[]> {
	const jelou = addProject(sandbox, 'dialogue-jelou', customers);
	const data = sandboxCredential(sandbox, jelou);
	const credential = await stage.client.saveCredential(jelou.id, 'jelouApi', data);

	const byHand = addProject(sandbox, 'dialogue-by-hand', customers);
	const secret = randomBytes(32).toString('hex');
	const createdAt = new Date().toISOString();
	const webhookUrl = `${stage.n8n.url}/webhook/${BY_HAND_PATH}`;
	byHand.integration = {
		webhookUrl,
		signingSecret: secret,
		authType: 'no_auth',
		authorization: '',
		createdAt,
		updatedAt: createdAt,
	};
	const target = { ...sandbox, projectId: byHand.id, secret };
	return [
		await activate(stage, sandbox, jelou.id, jelouDialogue(credential)),
		await activate(stage, sandbox, byHand.id, dialogueByHand(await createTable(stage), target)),
	];
}

/** Waits for the next message to a customer; gives its text and when it arrived. */
async function nextReply({ store }: Sandbox, what: string): Promise<{ text: string; at: number }> {
	return await new Promise((resolve, reject) => {
		const end = store.feed.watch((change) => {
			if (change.type !== 'message' || change.message.from !== 'agent') return;
			clearTimeout(timeout);
			end();
			const { content } = change.message;
			resolve({ text: 'body' in content ? content.body : '', at: performance.now() });
		});
		const timeout = setTimeout(() => {
			end();
			reject(new Error(`${what} was not answered.`));
		}, REPLY_TIMEOUT_MS);
	});
}

/**
 * Talks one dialogue through, as a customer who answers when the run waits.
 *
 * @returns how long each answer took to bring the next question, in milliseconds
 * @throws Error when the customer is sent anything but what the dialogue says
 */
async function talk(
	{ client }: BenchStage,
	sandbox: Sandbox,
	{ flow, projectId, workflowId }: ActiveDialogue,
	userId: string,
): Promise<number[]> {
	const turns: number[] = [];
	for (const [index, text] of LINES.entries()) {
		const isLast = index === LINES.length - 1;
		const started = performance.now();
		const [reply, { status }] = await Promise.all([
			nextReply(sandbox, `"${text}" in ${flow.name}`),
			sandbox.userWrites(projectId, { text, userId }),
		]);
		if (status !== 200 || reply.text !== REPLIES[index])
			throw new Error(`${flow.name} answered "${text}" (${String(status)}) with "${reply.text}".`);
		if (index > 0 && !isLast) turns.push(reply.at - started);
		await waitUntil(
			`${flow.name} to ${isLast ? 'end' : 'wait'}`,
			async () => {
				const [waiting, running] = await Promise.all(
					['waiting', 'running'].map(async (state) => client.executionCount(workflowId, [state])),
				);
				return waiting === (isLast ? 0 : 1) && running === 0;
			},
			30_000,
			50,
		);
	}
	return turns;
}

/** Talks to both in turn, so that whatever else the machine does hits them alike. The first round only warms up. */
async function measure(stage: BenchStage, rounds: number): Promise<DialogueResult['flows']> {
	const sandbox = await startSandbox({ allowInsecureWebhooks: true });
	try {
		const both = await activateBoth(stage, sandbox, (rounds + 1) * DIALOGUES_PER_ROUND);
		const turns = both.map((): number[] => []);
		for (let round = 0; round <= rounds; round++) {
			const measured = both.map((): number[] => []);
			for (let n = 0; n < DIALOGUES_PER_ROUND; n++) {
				const userId = `user-${String(round * DIALOGUES_PER_ROUND + n)}`;
				for (const [index, active] of both.entries())
					measured[index]?.push(...(await talk(stage, sandbox, active, userId)));
			}
			for (const [index, { flow }] of both.entries()) {
				const ms = median(measured[index] ?? []);
				if (round > 0) turns[index]?.push(ms);
				say(`  ${flow.name}: ${ms.toFixed(0)} ms a turn${round === 0 ? ' (warm-up)' : ''}`);
			}
		}
		return both.map(({ flow }, index) => ({
			name: flow.name,
			nodes: flow.workflow.nodes.length,
			turns: turns[index] ?? [],
		}));
	} finally {
		await sandbox.close();
	}
}

/** Compares a dialogue of three questions with the same one built by hand. */
export async function benchDialogues(rounds: number): Promise<void> {
	const results: DialogueResult[] = [];
	for (const { env, name } of ENGINES) {
		say(`A dialogue, ${name}`);
		results.push({ engine: name, flows: await withStage(env, async (stage) => measure(stage, rounds)) });
	}
	writeDialogueReport(results);
}
