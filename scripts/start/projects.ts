import { createHash } from 'node:crypto';

import { DEMO_PROJECT, type SandboxProject } from '../../sandbox';
import { exampleFiles, readExample, type Workflow } from '../n8n/examples';
import { DESK } from './desk';

/** What a new user sees first, on the chat page and in n8n: a dialogue, which is special to this package. */
export const FIRST = 'guided-order.json';
/** Had the demo project, and a credential of this name, before the other examples had any. */
const ECHO = 'echo-support.json';
const ECHO_CREDENTIAL = 'Jelou sandbox';

/** A project of the sandbox, and the names of its credentials in n8n. */
export interface StartProject extends SandboxProject {
	name: string;
	signingSecret: string;
	credential: string;
	/** What an earlier version called the credential. */
	formerCredential?: string;
	/** The one for the platform API, where it is used. */
	platformCredential?: string;
	/** The example that replies in it; absent in the projects for the person's own workflows. */
	file?: string;
}

/** The same on every start, since credentials hold it. */
function secretOf(id: string): string {
	return createHash('sha256').update(`signing secret of ${id}`).digest('hex');
}

/** Rooms whose IDs are the same on every start: examples name them, and so may the person's own workflow. */
function roomsOf(id: string, users: NonNullable<SandboxProject['users']> = DEMO_PROJECT.users) {
	return users.map(({ id: userId }) => ({ id: `${id}-${userId}`, userId }));
}

/** The conversations that Follow-up looks at: one that has been open for longer than it allows, and one that has not. */
function followUpRooms(id: string): SandboxProject['rooms'] {
	const open = [
		{ id: `${id}-stale`, openForHours: 30 },
		{ id: `${id}-recent`, openForHours: 2 },
	];
	return roomsOf(id).map((room, index) => ({ ...room, conversation: open[index] }));
}

/** Approves what the AI agent may not do by itself. */
const SUPERVISOR = { id: '593990000009', name: 'Marta Ruiz (supervisor)' };

/** The bots that customers write to, by the example's file. */
const BOTS: Record<string, string> = {
	'ai-agent-with-a-person.json': 'Tienda Aurora (reembolsos)',
	'ai-agent.json': 'Tienda Aurora (asistente)',
	'broadcast.json': 'Gimnasio Impulso',
	'business-hours.json': 'Clínica Sol',
	'echo-support.json': 'Soporte Eco',
	'follow-up.json': 'Inmobiliaria Lago',
	'guided-order.json': 'Tienda Aurora',
	'media-intake.json': 'Seguros Andes',
	'satisfaction-survey.json': 'Tienda Aurora (encuestas)',
	'shipping-notice.json': 'Tienda Aurora (envíos)',
	'support-desk-chatwoot.json': 'Tienda Aurora (soporte)',
	'support-desk-telegram.json': 'Tienda Aurora (Telegram)',
	'ticket.json': 'Mesa de ayuda Norte',
};

/** The demo project's bots, under a name that tells the projects apart on the chat page. */
const botsNamed = (name: string) => DEMO_PROJECT.bots.map((bot) => ({ ...bot, name }));

/** What some examples have in addition, by their files. */
const EXTRAS: Record<string, (id: string) => Partial<StartProject>> = {
	'ai-agent-with-a-person.json': (id) => {
		const users = [...DEMO_PROJECT.users, SUPERVISOR];
		return { users, rooms: roomsOf(id, users) };
	},
	'follow-up.json': (id) => ({ rooms: followUpRooms(id) }),
	// Each room has a conversation to close.
	'satisfaction-survey.json': (id) => ({
		rooms: roomsOf(id).map((room) => ({
			...room,
			conversation: { id: `${room.id}-open`, openForHours: 1 },
		})),
	}),
};

function project(id: string, name: string, more: Partial<StartProject> = {}): StartProject {
	return {
		id,
		apiKey: `${id}-api-key`,
		name,
		signingSecret: secretOf(id),
		credential: `Jelou sandbox: ${name}`,
		bots: botsNamed(name),
		rooms: roomsOf(id),
		...more,
	};
}

const platformCredentialOf = (name: string) => `Jelou platform sandbox: ${name}`;

/** Whether a node of an example has a credential for the platform API. */
function usesPlatform({ nodes }: Workflow): boolean {
	return nodes.some(({ credentials }) => credentials?.jelouPlatformApi !== undefined);
}

function exampleProject(file: string): StartProject {
	const any = { id: '', name: '' };
	const workflow = readExample(file, any, { jelouPlatformApi: any });
	const { name } = workflow;
	const id = `demo-${file.replace(/\.json$/, '')}`;
	const bots = botsNamed(BOTS[file] ?? name);
	if (file === ECHO) {
		const { apiKey, id: demo } = DEMO_PROJECT;
		return project(demo, name, { apiKey, bots, file, formerCredential: ECHO_CREDENTIAL });
	}
	const hasDesk = file === DESK;
	const platform = usesPlatform(workflow) && { platformCredential: platformCredentialOf(name) };
	return project(id, name, { bots, file, hasDesk, ...platform, ...EXTRAS[file]?.(id) });
}

/** For the workflow that the person builds. */
export const OWN = project('my-project', 'My project', {
	platformCredential: platformCredentialOf('My project'),
});
/** For a second one: a project has one webhook, so two published workflows cannot share one. */
const SECOND = project('my-project-2', 'My project 2');

/** All projects, in the order of the chat page: each example has its own, because a project has only one webhook. */
export function startProjects(): StartProject[] {
	const others = exampleFiles().filter((file) => ![FIRST, DESK, ECHO].includes(file));
	return [...[FIRST, DESK].map(exampleProject), OWN, SECOND, ...[ECHO, ...others].map(exampleProject)];
}
