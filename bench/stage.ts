import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { z } from 'zod';

import { startSandbox, type Project, type Sandbox } from '../sandbox';
import { ends, onEnd, say } from '../scripts/lifecycle';
import { N8nClient } from '../scripts/n8n/client';
import { installPackage } from '../scripts/n8n/installPackage';
import { startN8n, type N8nServer } from '../scripts/n8n/server';
import { packedTarball } from '../scripts/pack';
import { WORK_FOLDER } from '../scripts/paths';
import { sandboxCredential } from '../scripts/sandboxCredential';
import type { Result } from './report';

/** n8n's settings for what costs it most: preparing to evaluate expressions. */
export const [DEFAULTS, LAZY] = ["n8n's defaults", 'lazy isolates'] as const;
const ENGINES: Record<string, Record<string, string>> = {
	[DEFAULTS]: {},
	[LAZY]: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' },
};

/** A real n8n with the packed tarball installed, and a sandbox for it. */
export interface BenchStage {
	n8n: Pick<N8nServer, 'url' | 'pid'>;
	client: N8nClient;
	sandbox: Sandbox;
	/** n8n's database, if it is SQLite. */
	database?: DatabaseSync;
	/** How many runs of a workflow have a status. Does not ask n8n, which would cost it processor time. */
	runs(workflowId: string, status: 'success' | 'waiting' | 'running'): Promise<number>;
}

/** Starts everything, does the work, and stops everything, whatever happens. */
export async function withStage(
	env: Record<string, string>,
	work: (stage: BenchStage) => Promise<Result[]>,
	tarball = packedTarball(),
): Promise<Result[]> {
	const folder = join(WORK_FOLDER, 'bench', randomUUID());
	const stops: Array<() => Promise<void> | void> = [() => rmSync(folder, { recursive: true, force: true })];
	const stopAll = async () => {
		for (const stop of stops.splice(0).reverse()) await stop();
	};
	const forget = onEnd(stopAll);
	try {
		installPackage(folder, tarball);
		const sandbox = await startSandbox({ allowInsecureWebhooks: true });
		stops.push(() => sandbox.close());
		const n8n = await startN8n({ userFolder: folder, logFile: join(folder, 'n8n.log'), env, signal: ends });
		stops.push(() => n8n.stop());
		const client = new N8nClient(n8n.url);
		await client.login({ email: 'owner@example.com', password: 'Bench-password-1' });
		const database = new DatabaseSync(join(folder, '.n8n', 'database.sqlite'), { timeout: 5_000 });
		stops.push(() => database.close());
		const query = 'select count(*) as runs from execution_entity where workflowId = ? and status = ?';
		const count = database.prepare(query);
		const runs: BenchStage['runs'] = (...which) => Promise.resolve(Number(count.get(...which)?.runs));
		return await work({ n8n, client, sandbox, database, runs });
	} finally {
		await stopAll();
		forget();
	}
}

/** Measures in one n8n after the other, one for each setting. */
export async function withEachEngine(
	what: string,
	work: (stage: BenchStage, env: Record<string, string>) => Promise<Result[]>,
): Promise<Result[]> {
	const results: Result[] = [];
	for (const [engine, env] of Object.entries(ENGINES)) {
		say(`${what}, ${engine}`);
		const measured = await withStage(env, async (stage) => work(stage, env));
		results.push(...measured.map((result) => ({ ...result, engine })));
	}
	return results;
}

/** Saves a credential for a project of the sandbox. Returns its ID. */
export async function saveCredential({ client, sandbox }: BenchStage, project: Project, secret = '') {
	return await client.saveCredential(project.id, 'jelouApi', sandboxCredential(sandbox, project, secret));
}

const WITH_ID = z.object({ id: z.string() });

/** Creates a Data Table with text columns. Returns its ID. */
export async function createTable({ client }: BenchStage, names: string[]): Promise<string> {
	const { id } = WITH_ID.parse(await client.call('GET', '/projects/personal'));
	const columns = names.map((name) => ({ name, type: 'string' }));
	return WITH_ID.parse(await client.call('POST', `/projects/${id}/data-tables`, { name: 'Bench', columns }))
		.id;
}
