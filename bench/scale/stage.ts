import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { DEMO_PROJECT, type SandboxProject } from '../../sandbox';
import { N8nClient } from '../../scripts/n8n/client';
import { waitUntil } from '../../scripts/n8n/waitUntil';
import { packedTarball } from '../../scripts/pack';
import { WORK_FOLDER } from '../../scripts/paths';
import { startSandboxProcess, type Room, type SandboxProcess } from '../../scripts/sandboxProcess';
import { sandboxCredential } from '../../scripts/sandboxCredential';
import { onInterrupt } from '../../scripts/scale/measurement';
import { startCluster, type Cluster } from '../../scripts/scale/cluster';
import { neededHaproxy } from '../../scripts/scale/haproxy';
import { MESSAGE_ID, type Delivery } from '../delivery';
import { startLoadProcess, type LoadProcess } from '../loadProcess';
import { say } from '../stage';
import type { Groups } from '../usage';

export interface ScaleBench {
	cluster: Cluster;
	client: N8nClient;
	sandbox: SandboxProcess;
	/** Each sends a part of the deliveries. */
	loads: LoadProcess[];
}

/** An active workflow of a project of its own, and messages for it as Jelou sends them. */
export interface Target {
	workflowId: string;
	deliveries: Delivery[];
}

type MakeWorkflow = (name: string, credential: string) => Record<string, unknown>;

export const projectOf = (n: number): SandboxProject =>
	n === 0 ? DEMO_PROJECT : { ...DEMO_PROJECT, id: `project-${String(n)}`, apiKey: `key-${String(n)}` };

/** Starts everything with one webhook process and one worker, does the work, and stops everything, whatever happens. */
export async function withScaleBench<Result>(
	env: Record<string, string>,
	work: (bench: ScaleBench) => Promise<Result>,
): Promise<Result> {
	const folder = join(WORK_FOLDER, 'bench', randomUUID());
	const stops: Array<() => Promise<void> | void> = [() => rmSync(folder, { recursive: true, force: true })];
	let stopping: Promise<void> | undefined;
	const stop = async () =>
		(stopping ??= (async () => {
			for (const end of stops.splice(0).reverse()) await end();
		})());
	const interrupting = new AbortController();
	const forget = onInterrupt(async () => {
		interrupting.abort();
		await stop();
	});
	try {
		const sandbox = await startSandboxProcess();
		stops.push(() => sandbox.close());
		const starting = startCluster({
			folder,
			tarball: packedTarball(),
			haproxy: neededHaproxy(),
			workers: 1,
			env,
			say,
			signal: interrupting.signal,
		});
		// Also while it is still starting: then it ends by itself, and is waited for.
		stops.push(async () => (await starting.catch(() => undefined))?.stop());
		const cluster = await starting;
		const loads = [startLoadProcess(), startLoadProcess()];
		stops.push(async () => {
			for (const load of loads) await load.close();
		});
		const client = new N8nClient(cluster.main.url);
		await client.login({ email: 'owner@example.com', password: 'Bench-password-1' });
		return await work({ cluster, client, sandbox, loads });
	} finally {
		await stop();
		forget();
	}
}

function messageTo({ bot, conversation, room, user }: Room, project: string, text: string): string {
	return JSON.stringify({
		field: 'messages',
		object: 'message_event',
		event_type: 'message',
		timestamp: Date.now(),
		project_id: project,
		room_id: room,
		contact: { id: user, name: 'Ana Torres' },
		conversation: { id: conversation },
		bot: { id: bot, name: 'Tienda Aurora' },
		value: { id: MESSAGE_ID, type: 'text', content: { body: text } },
	});
}

/** Activates a workflow on a project of its own, and makes one message for each of so many rooms. */
export async function activate(
	{ client, cluster, sandbox }: ScaleBench,
	project: SandboxProject,
	make: MakeWorkflow,
	text: string,
	rooms = 50,
): Promise<Target> {
	const name = `bench-${project.id}`;
	const path = `/webhook/webhook-of-${name}/webhook`;
	const url = `${cluster.webhookUrl}${path}`;
	const opened = await sandbox.openRooms(rooms, project);
	const secret = await sandbox.createIntegration(url, project);
	const data = sandboxCredential(sandbox, project, secret);
	const credential = await client.saveCredential(name, 'jelouApi', data);
	const workflowId = await client.createWorkflow(make(name, credential));
	await client.activate(workflowId);
	await waitUntil(
		`${name} to take deliveries`,
		async () => (await fetch(url, { method: 'POST' })).status === 401,
	);
	const deliveries = opened.map((room) => ({ body: messageTo(room, project.id, text), secret, path }));
	return { workflowId, deliveries };
}

/** The processes whose share is measured. */
export function groupsOf({ cluster, loads, sandbox }: ScaleBench): Groups {
	return {
		...Object.fromEntries(cluster.processes().map(({ name, pid }) => [name, [pid]])),
		PostgreSQL: [cluster.postgres.service.pid],
		Redis: [cluster.redis.pid],
		...(cluster.haproxy && { HAProxy: [cluster.haproxy.service.pid] }),
		'sandbox and load': [sandbox.pid, ...loads.map(({ pid }) => pid)],
	};
}
