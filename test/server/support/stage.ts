import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { DEMO_PROJECT, startSandbox, type Sandbox, type SandboxProject } from '../../../sandbox';
import { N8nClient } from '../../../scripts/n8n/client';
import { installPackage } from '../../../scripts/n8n/installPackage';
import { startN8n, type N8nServer } from '../../../scripts/n8n/server';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { packedTarball } from '../../../scripts/pack';
import { sandboxCredential } from '../../../scripts/sandboxCredential';
import { WORK_FOLDER } from '../../../scripts/paths';
import { copyFirstStart, keepFirstStart } from './firstStart';

export const CREDENTIAL_NAME = 'Jelou sandbox';
export const PROJECT = DEMO_PROJECT.id;
/** The owner of the n8n. */
export const OWNER = { email: 'owner@example.com', password: 'Test-password-1' };

/** A real n8n with the packed tarball installed, and a sandbox beside it. */
export interface Stage {
	n8n: N8nServer;
	client: N8nClient;
	sandbox: Sandbox;
	/**
	 * Ends n8n, gracefully or as a crash would, and restarts it on the same port with the same data; with other settings from
	 * then on, if any are given.
	 */
	restart(how: 'stop' | 'kill', env?: Record<string, string>): Promise<void>;
	stop(): Promise<void>;
}

/** For a stage with n8n's editor, of which n8n writes 47 MB on every start, a third of a start's processor time. */
export const WITH_EDITOR = { N8N_DISABLE_UI: 'false' };
/** For a stage whose workflows have Code nodes, for which n8n 2.x starts a program, a quarter of a start's processor time. */
export const WITH_CODE = { N8N_RUNNERS_MODE: 'internal' };
/** For a stage that uses n8n as it is. */
export const N8N_DEFAULTS = {
	...WITH_EDITOR,
	...WITH_CODE,
	N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'false',
};
/** Without the two, and as the documents recommend for a busy instance: most of the time of these tests is n8n's. */
export const CHEAP = {
	// n8n checks its database every 2 s. On a busy machine that times out, and n8n then responds to everything with 503.
	DB_PING_INTERVAL_SECONDS: '3600',
	N8N_DISABLE_UI: 'true',
	N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'true',
	// n8n then waits for a program that is started elsewhere, and none is.
	N8N_RUNNERS_MODE: 'external',
	N8N_RUNNERS_AUTH_TOKEN: randomUUID(),
};

export async function startStage(
	env: Record<string, string> = {},
	projects: SandboxProject[] = [DEMO_PROJECT],
): Promise<Stage> {
	const folder = join(WORK_FOLDER, 'test', randomUUID());
	// Jelou waits 20 s for a response, and a desk 5; a busy machine may need longer, and its speed is not tested.
	const [deliveryTimeoutMs, deskTimeoutMs] = [120_000, 120_000];
	const sandbox = await startSandbox({
		projects,
		allowInsecureWebhooks: true,
		deliveryTimeoutMs,
		deskTimeoutMs,
	});
	try {
		installPackage(folder, packedTarball());
		copyFirstStart(folder);
		const options = { userFolder: folder, logFile: join(folder, 'n8n.log'), env: { ...CHEAP, ...env } };
		let n8n = await startN8n(options);
		const client = new N8nClient(n8n.url);
		const restart: Stage['restart'] = async (how, changed = {}) => {
			await n8n[how]();
			options.env = { ...options.env, ...changed };
			n8n = await startN8n({ ...options, port: Number(new URL(n8n.url).port) });
		};
		const stop = async () => {
			await n8n.stop();
			await sandbox.close();
			rmSync(folder, { recursive: true, force: true });
		};
		try {
			keepFirstStart(folder);
			await client.login(OWNER);
		} catch (error) {
			await stop();
			throw error;
		}
		return {
			get n8n() {
				return n8n;
			},
			client,
			sandbox,
			restart,
			stop,
		};
	} catch (error) {
		await sandbox.close();
		throw error;
	}
}

/** Waits until n8n accepts deliveries at the project's address, which takes a moment after an activation. */
export async function webhookAnswers(
	{ sandbox }: Pick<Stage, 'sandbox'>,
	project: string = PROJECT,
): Promise<void> {
	await waitUntil('the webhook to answer', async () => {
		const url = sandbox.store.projects.get(project)?.integration?.webhookUrl;
		return url !== undefined && (await fetch(url, { method: 'POST' })).status === 401;
	});
}

/** Publishes what n8n must refuse, and unpublishes it. n8n 1.x says why at once, 2.x in the publication's status. */
export async function publishRefusedWith(
	{ client, n8n }: Pick<Stage, 'client' | 'n8n'>,
	id: string,
	message: string | RegExp,
): Promise<void> {
	const before = n8n.log().length;
	const failed = await client.activate(id).catch((error: Error) => [error.message]);
	await waitUntil(`n8n to say "${String(message)}"`, () => {
		// The response of n8n 1.x is shown as JSON.
		const said = (failed.join() + n8n.log().slice(before)).replaceAll('\\"', '"');
		return Promise.resolve(typeof message === 'string' ? said.includes(message) : message.test(said));
	});
	await client.deactivate(id).catch(() => undefined);
}

/** The credential's data for the sandbox. */
export function credentialData(sandbox: Sandbox, extra: Record<string, string> = {}): Record<string, string> {
	return { ...sandboxCredential(sandbox), ...extra };
}
