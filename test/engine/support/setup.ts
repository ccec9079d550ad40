import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';

import { DEMO_PROJECT, startSandbox, type Sandbox } from '../../../sandbox';
import { sandboxCredential, sandboxPlatformCredential } from '../../../scripts/sandboxCredential';

export const BOT = DEMO_PROJECT.bots[0]?.id ?? '';
export const USER = DEMO_PROJECT.users[0]?.id ?? '';
export const PROJECT = DEMO_PROJECT.id;

/** A credential for the sandbox; recognisable, so that a leak can be searched for. */
export function credentialFor(
	sandbox: Sandbox,
	extra: Record<string, string> = {},
): ICredentialDataDecryptedObject {
	return { ...sandboxCredential(sandbox), ...extra };
}

/** The same for the platform API. */
export function platformCredentialFor(
	sandbox: Sandbox,
	extra: Record<string, string> = {},
): ICredentialDataDecryptedObject {
	return { ...sandboxPlatformCredential(sandbox), ...extra };
}

/** A sandbox in which the demo project has an integration. Returns its secret, too. */
export async function sandboxWithIntegration(webhookUrl = 'https://n8n.example.com/webhook/elsewhere') {
	const sandbox = await startSandbox({ allowInsecureWebhooks: true });
	const response = await fetch(`${sandbox.gatewayUrl}/v1/external-support/${PROJECT}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', 'x-api-key': DEMO_PROJECT.apiKey },
		body: JSON.stringify({ webhookUrl }),
	});
	if (!response.ok) throw new Error(`The sandbox answered ${String(response.status)}`);
	const secret = sandbox.store.projects.get(PROJECT)?.integration?.signingSecret ?? '';
	return { sandbox, secret };
}

/** The three IDs of a conversation, as n8n fills them in. */
export const DEFAULT_IDS = {
	roomId: '={{ $json.room_id }}',
	botId: '={{ $json.bot.id }}',
	userId: '={{ $json.contact.id }}',
};

function demoIn({ store }: Sandbox) {
	const project = store.projects.get(PROJECT);
	const [bot] = project?.bots ?? [];
	const [user] = project?.users ?? [];
	if (project === undefined || bot === undefined || user === undefined) throw new Error('No demo project.');
	return { project, bot, user };
}

/** Events of the demo project's users, each with a conversation that is open. */
export function eventsOfUsers(sandbox: Sandbox): IDataObject[] {
	const { store } = sandbox;
	const { bot, project } = demoIn(sandbox);
	return project.users.map((user) => {
		const room = store.roomOf(project, bot, user);
		const conversation = { id: store.openConversation(room).id };
		const contact = { id: user.id, name: user.name };
		return { event: 'message', room_id: room.id, bot: { id: BOT }, contact, conversation };
	});
}

/** Opens a conversation of the demo user with the demo bot. */
export function openRoom(sandbox: Sandbox): { roomId: string; conversationId: string } {
	const { bot, project, user } = demoIn(sandbox);
	const room = sandbox.store.roomOf(project, bot, user);
	return { roomId: room.id, conversationId: sandbox.store.openConversation(room).id };
}

/** Rooms of the demo bot, one for each of many new users. */
export function addRooms(sandbox: Sandbox, count: number): Array<{ room: string; user: string }> {
	const { bot, project } = demoIn(sandbox);
	return Array.from({ length: count }, (_, n) => {
		const user = { id: `user-${String(n)}`, name: `User ${String(n)}`, createdAt: '' };
		project.users.push(user);
		return { room: sandbox.store.roomOf(project, bot, user).id, user: user.id };
	});
}

/** What a test file works with: a sandbox of its own, and the room of a conversation in it. */
interface Demo {
	sandbox: Sandbox;
	secret: string;
	roomId: string;
}

/** Starts it for all tests of the file, and ends it after them. */
export function useDemo(): Demo {
	const demo = {} as Demo;
	beforeAll(async () => {
		const started = await sandboxWithIntegration();
		Object.assign(demo, started, { roomId: openRoom(started.sandbox).roomId });
	});
	afterAll(async () => demo.sandbox.close());
	return demo;
}
