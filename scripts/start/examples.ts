import { DEMO_PROJECT, type Sandbox, type SandboxProject } from '../../sandbox';
import { isRecord } from '../json';
import type { N8nClient } from '../n8n/client';
import { activateExample, exampleFiles, importExample, readExample, type Credential } from '../n8n/examples';
import { waitUntil } from '../n8n/waitUntil';
import { sandboxCredential } from '../sandboxCredential';

const CREDENTIAL = 'Jelou sandbox';
/** What a new user meets first, on the chat page and in n8n: a dialogue, which nobody else has. */
const FIRST = 'guided-order.json';
/** Has the demo project and the credential that a new node is offered, for the user's first own workflow. */
const DEMO = 'echo-support.json';
/** The others need something that the sandbox does not have, such as a model: their notes say what. */
const ACTIVE = [FIRST, DEMO, 'business-hours.json'];
/** What an example calls over HTTP, as the file has it. The sandbox has orders. */
const ORDERS = 'https://orders.example.com/api/orders';
/** The same, as an earlier start on another port may have left it. */
const OLD_ORDERS = /^http:\/\/127\.0\.0\.1:\d+\/sandbox\/orders$/;
/** Sends without a trigger, so its credential has to hold the secret. */
const WITH_SECRET = ['broadcast.json'];

interface Demo {
	file: string;
	project: SandboxProject & { name: string };
	credential: string;
}

interface Surroundings {
	client: N8nClient;
	n8nUrl: string;
	/** Has the `exampleProjects`. */
	sandbox: Sandbox;
}

/** All examples, what is met first last. Each has a project of its own, because a project has only one webhook. */
function demos(): Demo[] {
	const others = exampleFiles().filter((file) => file !== FIRST && file !== DEMO);
	return [...others, DEMO, FIRST].map((file) => {
		const { name } = readExample(file, { id: '', name: CREDENTIAL });
		const id = `demo-${file.replace(/\.json$/, '')}`;
		return file === DEMO
			? { file, project: { ...DEMO_PROJECT, name }, credential: CREDENTIAL }
			: { file, project: { id, apiKey: `${id}-api-key`, name }, credential: `${CREDENTIAL}: ${name}` };
	});
}

/** The sandbox's projects, each named like its example, in the order of the chat page. */
export function exampleProjects(): SandboxProject[] {
	return demos()
		.map(({ project }) => project)
		.reverse();
}

/** Creates a project's integration as a person does who sends without a trigger; gives its secret. */
async function createIntegration(
	{ sandbox, n8nUrl }: Surroundings,
	{ apiKey, id }: SandboxProject,
): Promise<string> {
	const response = await fetch(`${sandbox.gatewayUrl}/v1/external-support/${id}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
		body: JSON.stringify({ webhookUrl: `${n8nUrl}/webhook/no-workflow-listens-here` }),
	});
	const answer: unknown = await response.json();
	const data = isRecord(answer) && isRecord(answer.data) ? answer.data : {};
	if (typeof data.signingSecret !== 'string')
		throw new Error(`The sandbox did not create an integration for ${id}.`);
	return data.signingSecret;
}

async function saveCredential(surroundings: Surroundings, demo: Demo): Promise<Credential> {
	const { client, sandbox } = surroundings;
	const { credential: name, file, project } = demo;
	const secret = WITH_SECRET.includes(file) ? await createIntegration(surroundings, project) : '';
	const id = await client.saveCredential(name, 'jelouApi', sandboxCredential(sandbox, project, secret));
	return { id, name };
}

/** Gives an imported example the sandbox that runs now, wherever it calls one. Everything else in it stays. */
async function connectOrders({ client, sandbox }: Surroundings, id: string): Promise<void> {
	const { nodes, versionId } = await client.workflow(id);
	const orders = `${sandbox.url}/sandbox/orders`;
	const before = JSON.stringify(nodes);
	const connected: unknown = JSON.parse(before, (_key, value: unknown) =>
		typeof value === 'string' && (value === ORDERS || OLD_ORDERS.test(value)) ? orders : value,
	);
	if (JSON.stringify(connected) !== before) await client.updateWorkflow(id, { nodes: connected, versionId });
}

const withLast = (all: Demo[], last: string): Demo[] => [
	...all.filter(({ file }) => file !== last),
	...all.filter(({ file }) => file === last),
];

/**
 * Gives n8n every example, with a credential for its project, and activates those that need nothing else.
 *
 * @returns the names of the active ones
 */
export async function openExamples(surroundings: Surroundings): Promise<string[]> {
	const { client, sandbox } = surroundings;
	// n8n offers first what was saved last: one credential in a new node, and one workflow in its list.
	const credentials = new Map<string, Credential>();
	for (const demo of withLast(demos(), DEMO)) {
		credentials.set(demo.file, await saveCredential(surroundings, demo));
	}
	const active: string[] = [];
	for (const { credential: name, file, project } of withLast(demos(), FIRST)) {
		const workflow = readExample(file, credentials.get(file) ?? { id: '', name });
		const id = await importExample(client, workflow);
		if (file === FIRST) await connectOrders(surroundings, id);
		if (!ACTIVE.includes(file)) continue;
		await activateExample(client, workflow);
		await waitUntil(`"${workflow.name}" to register with the sandbox`, () =>
			Promise.resolve(sandbox.store.projects.get(project.id)?.integration != null),
		);
		active.unshift(workflow.name);
	}
	return active;
}
