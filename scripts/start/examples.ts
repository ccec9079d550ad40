import { DEMO_PROJECT, type Sandbox, type SandboxProject } from '../../sandbox';
import { isRecord } from '../json';
import type { N8nClient } from '../n8n/client';
import { activateExample, exampleFiles, importExample, readExample, type Credential } from '../n8n/examples';
import { waitUntil } from '../n8n/waitUntil';
import { sandboxCredential } from '../sandboxCredential';

const CREDENTIAL = 'Jelou sandbox';
/** What a new user meets first. */
const FIRST = 'echo-support.json';
/** The others need something that the sandbox does not have, such as a model: their notes say what. */
const ACTIVE = [FIRST, 'business-hours.json'];
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

/** All examples, the simplest last. Each has a project of its own, because a project has only one webhook. */
function demos(): Demo[] {
	const others = exampleFiles().filter((file) => file !== FIRST);
	// n8n offers first what was saved last: this workflow in its list, and this credential in a new node.
	return [...others, FIRST].map((file) => {
		const { name } = readExample(file, { id: '', name: CREDENTIAL });
		const id = `demo-${file.replace(/\.json$/, '')}`;
		return file === FIRST
			? { file, project: { ...DEMO_PROJECT, name }, credential: CREDENTIAL }
			: { file, project: { id, apiKey: `${id}-api-key`, name }, credential: `${CREDENTIAL}: ${name}` };
	});
}

/** The sandbox's projects, each named like its example, the simplest first. */
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

/**
 * Gives n8n every example, with a credential for its project, and activates those that need nothing else.
 *
 * @returns the names of the active ones
 */
export async function openExamples(surroundings: Surroundings): Promise<string[]> {
	const { client, sandbox } = surroundings;
	const active: string[] = [];
	for (const demo of demos()) {
		const workflow = readExample(demo.file, await saveCredential(surroundings, demo));
		if (!ACTIVE.includes(demo.file)) {
			await importExample(client, workflow);
			continue;
		}
		await activateExample(client, workflow);
		await waitUntil(`"${workflow.name}" to register with the sandbox`, () =>
			Promise.resolve(sandbox.store.projects.get(demo.project.id)?.integration != null),
		);
		active.unshift(workflow.name);
	}
	return active;
}
