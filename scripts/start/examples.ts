import { CREDENTIAL_BLANKING_VALUE } from 'n8n-workflow';

import type { Sandbox } from '../../sandbox';
import type { Json } from '../json';
import {
	NODES,
	importExample,
	publishAgain,
	readExample,
	type Credential,
	type Workflow,
} from '../n8n/examples';
import { waitUntil } from '../n8n/waitUntil';
import { openCredentials, type Surroundings } from './credentials';
import { connectDesk, DESK, deskCredential, withOwnToken } from './desk';
import { FIRST, OWN, startProjects, type StartProject } from './projects';

/** Published for a new user: the examples that reply by themselves. The others are run from the editor, or need a model. */
const PUBLISHED = [
	FIRST,
	'echo-support.json',
	'business-hours.json',
	'media-intake.json',
	'satisfaction-survey.json',
	DESK,
	'ticket.json',
	'shipping-notice.json',
];
/** What examples call over HTTP and the sandbox provides: as in their files, or as an earlier start put it there. */
const SERVICES =
	/^(?:https:\/\/\w+\.example\.com(?:\/api)?|http:\/\/127\.0\.0\.1:\d+\/sandbox)\/(orders|pictures|tickets)$/;
/** The same for the desk. */
const DESK_SERVICE = /^(?:https:\/\/chatwoot\.example\.com|http:\/\/127\.0\.0\.1:\d+\/chatwoot)$/;

/** n8n offers first what was saved last: the credential in a new node, and the workflow in its list. */
function withLast<T>(all: T[], isLast: (each: T) => boolean): T[] {
	return [...all.filter((each) => !isLast(each)), ...all.filter(isLast)];
}

/** The nodes, calling the running sandbox instead of an earlier address. Everything else stays. */
function withServices(nodes: unknown, { url }: Sandbox): Workflow['nodes'] {
	const connected: unknown = JSON.parse(JSON.stringify(nodes), (_key, value: unknown) =>
		typeof value === 'string'
			? value.replace(SERVICES, `${url}/sandbox/$1`).replace(DESK_SERVICE, `${url}/chatwoot`)
			: value,
	);
	return NODES.parse(connected);
}

/** Points a workflow to where the sandbox is now, and publishes it unless a person has unpublished changes in it. */
async function moveWorkflow({ client, sandbox }: Surroundings, id: string): Promise<void> {
	const { activeVersionId, nodes, versionId } = await client.workflow(id);
	const moved = withServices(nodes, sandbox);
	if (JSON.stringify(moved) === JSON.stringify(nodes)) return;
	await client.updateWorkflow(id, { nodes: moved, versionId });
	if (activeVersionId === versionId) await client.activate(id);
}

/** Publishes a workflow, and waits until its trigger has stored its registration in the credential. */
async function publish(
	{ client, made, sandbox }: Surroundings,
	{ id, name }: StartProject,
	workflow: Json,
): Promise<void> {
	await publishAgain(client, String(workflow.id));
	const isSilent = !JSON.stringify(workflow.nodes).includes('n8n-nodes-jelou.jelouTrigger');
	const isRegistered = async () => {
		const { registration } = await client.credentialData(String(made.credentials[id]));
		return sandbox.store.projects.get(id)?.integration != null && registration === CREDENTIAL_BLANKING_VALUE;
	};
	await waitUntil(`"${name}" to register with the sandbox`, async () => isSilent || (await isRegistered()));
}

/**
 * Adds the credentials of every project of the sandbox and every example to n8n, and publishes the examples that reply by
 * themselves. Each of these steps is done once, whichever start does it: afterwards everything is the person's. Only the
 * address of a sandbox that has moved is updated.
 */
export async function openExamples(surroundings: Surroundings): Promise<void> {
	const { client, made, sandbox } = surroundings;
	const projects = startProjects();
	if (!made.sandboxUrls.includes(sandbox.url)) made.sandboxUrls.push(sandbox.url);
	made.save();
	const credentials = await client.credentials();
	for (const project of projects) {
		if (project.id !== OWN.id) await openCredentials(surroundings, project, credentials);
	}
	const examples = withLast(projects, ({ file }) => file === FIRST);
	for (const { credential: name, file, id, platformCredential = '' } of examples) {
		if (file === undefined || made.workflows[file] !== undefined) continue;
		const others: Record<string, Credential> = {
			...(file === DESK && { httpHeaderAuth: await deskCredential(client, made) }),
			jelouPlatformApi: { id: made.platformCredentials[id] ?? '', name: platformCredential },
		};
		const read = readExample(file, { id: made.credentials[id] ?? '', name }, others);
		const example = file === DESK ? withOwnToken(read) : read;
		made.workflows[file] = await importExample(client, {
			...example,
			nodes: withServices(example.nodes, sandbox),
		});
		made.save();
	}
	const present = (await client.workflows()).filter(({ isArchived }) => isArchived !== true);
	for (const project of examples) {
		const { file = '' } = project;
		const workflow = present.find(({ id }) => id === made.workflows[file]);
		if (!workflow) continue;
		const id = String(workflow.id);
		await moveWorkflow(surroundings, id);
		if (PUBLISHED.includes(file) && !made.published.includes(file)) {
			await publish(surroundings, project, await client.workflow(id));
			made.published.push(file);
			made.save();
		}
		if (file === DESK) connectDesk(client, sandbox, await client.workflow(id));
	}
	// The person's own is saved last, after the triggers have stored their registrations in the others.
	for (const project of projects) {
		if (project.id === OWN.id) await openCredentials(surroundings, project, credentials);
	}
}
