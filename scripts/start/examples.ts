import type { Sandbox } from '../../sandbox';
import { isRecord, type Json } from '../json';
import type { N8nClient } from '../n8n/client';
import { importExample, publishAgain, readExample } from '../n8n/examples';
import { waitUntil } from '../n8n/waitUntil';
import { sandboxCredential } from '../sandboxCredential';
import type { Made } from './kept';
import { FIRST, OWN, startProjects, type StartProject } from './projects';

/** Published for a new user: what answers by itself. The others are run from the editor, or need a model. */
const PUBLISHED = [
	FIRST,
	'echo-support.json',
	'business-hours.json',
	'media-intake.json',
	'satisfaction-survey.json',
	'ticket.json',
];
/** What examples call over HTTP, as their files have it, and where the sandbox has it. */
const SERVICES: Record<string, string> = {
	'https://orders.example.com/api/orders': '/sandbox/orders',
	'https://storage.example.com/pictures': '/sandbox/pictures',
	'https://tickets.example.com/api/tickets': '/sandbox/tickets',
};
/** The same, as an earlier start on another port may have left it. */
const OLD_SERVICE = /^http:\/\/127\.0\.0\.1:\d+(\/sandbox\/(?:orders|pictures|tickets))$/;

interface Surroundings {
	client: N8nClient;
	/** Has the `startProjects`. */
	sandbox: Sandbox;
	/** What earlier starts made. */
	made: Made;
}

type ExampleProject = StartProject & { file: string };

const isExample = (project: StartProject): project is ExampleProject => project.file !== undefined;

/** n8n offers first what was saved last: one credential in a new node, and one workflow in its list. */
function withLast<T>(all: T[], isLast: (each: T) => boolean): T[] {
	return [...all.filter((each) => !isLast(each)), ...all.filter(isLast)];
}

async function makeCredential({ client, made, sandbox }: Surroundings, project: StartProject): Promise<void> {
	const names = (await client.credentials()).map(({ name }) => name);
	const { credential, formerCredential, id, signingSecret } = project;
	const name =
		names.includes(formerCredential) && formerCredential !== undefined ? formerCredential : credential;
	const data = sandboxCredential(sandbox, project, signingSecret);
	made.credentials[id] = await client.saveCredential(name, 'jelouApi', data);
	made.save();
}

/** Tells a credential where the sandbox is now. One that a person has pointed elsewhere stays. */
async function moveCredential({ client, made, sandbox }: Surroundings, saved: Json): Promise<void> {
	const { chatbotUrl, gatewayUrl, url } = sandbox;
	const [id, name] = [String(saved.id), String(saved.name)];
	const data = await client.credentialData(id);
	const before = made.sandboxUrls.find((old) => old !== url && old === data.chatbotUrl);
	if (before === undefined || data.gatewayUrl !== gatewayUrl.replace(url, before)) return;
	const moved = { ...data, chatbotUrl, gatewayUrl };
	await client.updateCredential(id, { name, type: 'jelouApi', data: moved });
}

/** With the sandbox that runs now, wherever a node calls one. Everything else stays. */
function withServices(nodes: unknown, { url }: Sandbox): Json[] {
	const connected: unknown = JSON.parse(JSON.stringify(nodes), (_key, value: unknown) => {
		if (typeof value !== 'string') return value;
		const path = SERVICES[value] ?? OLD_SERVICE.exec(value)?.[1];
		return path === undefined ? value : url + path;
	});
	return Array.isArray(connected) ? connected.filter(isRecord) : [];
}

async function importWithServices(surroundings: Surroundings, project: ExampleProject): Promise<void> {
	const { client, made, sandbox } = surroundings;
	const { credential: name, file, id } = project;
	const example = readExample(file, { id: made.credentials[id] ?? '', name });
	const nodes = withServices(example.nodes, sandbox);
	made.workflows[file] = await importExample(client, { ...example, nodes });
	made.save();
}

/** Tells a workflow where the sandbox is now. It is published unless it has changes that a person has not published. */
async function moveWorkflow({ client, sandbox }: Surroundings, id: string): Promise<void> {
	const { activeVersionId, nodes, versionId } = await client.workflow(id);
	const moved = withServices(nodes, sandbox);
	if (JSON.stringify(moved) === JSON.stringify(nodes)) return;
	await client.updateWorkflow(id, { nodes: moved, versionId });
	if (activeVersionId === versionId) await client.activate(id);
}

async function publish({ client, made, sandbox }: Surroundings, project: ExampleProject): Promise<void> {
	const { file, id, name } = project;
	await publishAgain(client, made.workflows[file] ?? '');
	const hasTrigger = readExample(file, { id: '', name: '' }).nodes.some(
		({ type }) => type === 'n8n-nodes-jelou.jelouTrigger',
	);
	const isRegistered = () => sandbox.store.projects.get(id)?.integration != null;
	await waitUntil(`"${name}" to register with the sandbox`, () =>
		Promise.resolve(!hasTrigger || isRegistered()),
	);
	made.published.push(file);
	made.save();
}

/**
 * Gives n8n a credential for every project of the sandbox, and every example, and publishes those that answer by
 * themselves. Each of these is done once, in whichever start: afterwards all of it is the person's. Only the address of
 * a sandbox that has moved follows.
 */
export async function openExamples(surroundings: Surroundings): Promise<void> {
	const { client, made, sandbox } = surroundings;
	const projects = startProjects();
	if (!made.sandboxUrls.includes(sandbox.url)) {
		made.sandboxUrls.push(sandbox.url);
		made.save();
	}
	const credentials = await client.credentials();
	for (const project of withLast(projects, ({ id }) => id === OWN.id)) {
		const id = made.credentials[project.id];
		const saved = credentials.find((credential) => credential.id === id);
		if (id === undefined) await makeCredential(surroundings, project);
		else if (saved) await moveCredential(surroundings, saved);
	}
	const examples = withLast(projects.filter(isExample), ({ file }) => file === FIRST);
	for (const project of examples) {
		if (made.workflows[project.file] === undefined) await importWithServices(surroundings, project);
	}
	const present = (await client.workflows())
		.filter(({ isArchived }) => isArchived !== true)
		.map(({ id }) => String(id));
	for (const project of examples) {
		const { file } = project;
		const id = made.workflows[file];
		if (id === undefined || !present.includes(id)) continue;
		await moveWorkflow(surroundings, id);
		if (PUBLISHED.includes(file) && !made.published.includes(file)) await publish(surroundings, project);
	}
}
