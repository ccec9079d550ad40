import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { DEMO_PROJECT, type SandboxProject } from '../sandbox';
import { N8nClient } from '../scripts/n8n/client';
import { installPackage } from '../scripts/n8n/installPackage';
import { startN8n, type N8nServer } from '../scripts/n8n/server';
import { packedTarball } from '../scripts/pack';
import { WORK_FOLDER } from '../scripts/paths';
import { sandboxCredential } from '../scripts/sandboxCredential';
import { startSandboxProcess, type SandboxProcess } from '../scripts/sandboxProcess';

/** How n8n is set up for what costs it most: preparing to evaluate expressions. */
export const ENGINES: Array<{ name: string; env: Record<string, string> }> = [
	{ name: "n8n's defaults", env: {} },
	{ name: 'lazy acquisition', env: { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true' } },
];

/** A real n8n with the packed tarball installed, and a sandbox beside it. */
export interface BenchStage {
	n8n: N8nServer;
	client: N8nClient;
	sandbox: SandboxProcess;
}

export { say } from '../scripts/lifecycle';

/** Starts everything, does the work, and stops everything, whatever happens. */
export async function withStage<Result>(
	env: Record<string, string>,
	work: (stage: BenchStage) => Promise<Result>,
	tarball = packedTarball(),
): Promise<Result> {
	const folder = join(WORK_FOLDER, 'bench', randomUUID());
	const stops: Array<() => Promise<void> | void> = [() => rmSync(folder, { recursive: true, force: true })];
	try {
		installPackage(folder, tarball);
		const sandbox = await startSandboxProcess();
		stops.push(() => sandbox.close());
		const n8n = await startN8n({ userFolder: folder, logFile: join(folder, 'n8n.log'), env });
		stops.push(() => n8n.stop());
		const client = new N8nClient(n8n.url);
		await client.login({ email: 'owner@example.com', password: 'Bench-password-1' });
		return await work({ n8n, client, sandbox });
	} finally {
		for (const stop of stops.reverse()) await stop();
	}
}

/** Creates a project's integration and a credential for it; gives the credential's ID and the signing secret. */
export async function connectJelou(
	{ client, sandbox }: BenchStage,
	project: SandboxProject = DEMO_PROJECT,
): Promise<{ id: string; secret: string }> {
	const secret = await sandbox.createIntegration('http://127.0.0.1:9/webhook', project);
	const data = sandboxCredential(sandbox, project, secret);
	const id = await client.saveCredential(`bench ${project.id}`, 'jelouApi', data);
	return { id, secret };
}
