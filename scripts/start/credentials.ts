import type { Sandbox } from '../../sandbox';
import type { Json } from '../json';
import type { N8nClient } from '../n8n/client';
import { sandboxCredential, sandboxPlatformCredential } from '../sandboxCredential';
import type { Made } from './kept';
import type { StartProject } from './projects';

export interface Surroundings {
	client: N8nClient;
	/** Has the `startProjects`. */
	sandbox: Sandbox;
	/** What earlier starts made. */
	made: Made;
}

/** A credential that a project should have. */
interface Wanted {
	type: string;
	/** Its name, after the one that an earlier version gave it, if any. */
	names: string[];
	data: Record<string, string>;
	/** The fields of its data that say where the sandbox is. */
	addresses: string[];
	/** The IDs of those already made, by project. */
	made: Record<string, string>;
}

function wantedOf({ made, sandbox }: Surroundings, project: StartProject): Wanted[] {
	const { credential, formerCredential = [], platformCredential, signingSecret } = project;
	const own = {
		type: 'jelouApi',
		names: [formerCredential, credential].flat(),
		data: sandboxCredential(sandbox, project, signingSecret),
		addresses: ['chatbotUrl', 'gatewayUrl'],
		made: made.credentials,
	};
	if (platformCredential === undefined) return [own];
	const ofPlatform = {
		type: 'jelouPlatformApi',
		names: [platformCredential],
		data: sandboxPlatformCredential(sandbox, project),
		addresses: ['platformUrl'],
		made: made.platformCredentials,
	};
	return [own, ofPlatform];
}

/** Creates it, or updates the one of its name. Returns its ID. */
async function makeCredential(client: N8nClient, { data, names, type }: Wanted, existing: Json[]) {
	const known = names.find((each) => existing.some((saved) => saved.name === each));
	return await client.saveCredential(known ?? names.at(-1) ?? '', type, data);
}

/** Points a credential to where the sandbox is now, unless a person has pointed it elsewhere. */
async function moveCredential(
	{ client, made, sandbox: { url } }: Surroundings,
	{ addresses, data, type }: Wanted,
	saved: Json,
): Promise<void> {
	const [id, name] = [String(saved.id), String(saved.name)];
	const before = await client.credentialData(id);
	const wasAt = (old: string) => addresses.every((field) => before[field] === data[field]?.replace(url, old));
	if (!made.sandboxUrls.some((old) => old !== url && wasAt(old))) return;
	const now = Object.fromEntries(addresses.map((field) => [field, data[field]]));
	await client.updateCredential(id, { name, type, data: { ...before, ...now } });
}

/**
 * Creates a project's credentials, each once: afterwards it is the person's, and only follows a sandbox that has moved.
 *
 * @param existing all credentials that n8n had when this start began
 */
export async function openCredentials(
	surroundings: Surroundings,
	project: StartProject,
	existing: Json[],
): Promise<void> {
	const { client, made } = surroundings;
	for (const wanted of wantedOf(surroundings, project)) {
		const id = wanted.made[project.id];
		const saved = existing.find((each) => each.id === id);
		if (id === undefined) {
			wanted.made[project.id] = await makeCredential(client, wanted, existing);
			made.save();
		} else if (saved) await moveCredential(surroundings, wanted, saved);
	}
}
