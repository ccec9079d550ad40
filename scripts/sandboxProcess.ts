import { join } from 'node:path';

import { z } from 'zod';

import { DEMO_PROJECT, type Faults, type SandboxProject, type Traffic } from '../sandbox';
import { ROOT } from './paths';
import { KeptProcess } from './process';

/** A sandbox in a process of its own, so that measuring n8n does not measure it as well. */
export interface SandboxProcess {
	url: string;
	/** Its process ID. */
	pid: number;
	gatewayUrl: string;
	chatbotUrl: string;
	setFaults(faults: Faults): Promise<void>;
	/** The present place in the order of requests, to measure from. */
	mark(): Promise<number>;
	/** What arrived since a mark. */
	traffic(since: number): Promise<Traffic>;
	/** Adds a project (the demo project when absent) with so many users, and opens a room for each. */
	openRooms(count: number, project?: SandboxProject): Promise<Room[]>;
	/** Creates the integration of a project (the demo project when absent) and gives its secret. */
	createIntegration(webhookUrl: string, project?: SandboxProject): Promise<string>;
	close(): Promise<void>;
}

/** What a message needs. */
export interface Room {
	room: string;
	user: string;
	bot: string;
	conversation: string;
}

const START_TIMEOUT_MS = 60_000;

const count = z.number();
const TRAFFIC: z.ZodType<Traffic> = z.object({
	requests: count,
	accepted: count,
	duplicates: count,
	mostUnderWay: count,
	roomOverlaps: count,
});
const PLACE = z.object({ place: count });
const STARTED = z.object({ data: z.object({ conversationId: z.string() }) });
const CONVERSATION = z.object({ data: z.object({ roomId: z.string() }) });
const INTEGRATION = z.object({ data: z.object({ signingSecret: z.string() }) });

async function request(
	method: string,
	url: string,
	body?: unknown,
	{ apiKey }: SandboxProject = DEMO_PROJECT,
): Promise<unknown> {
	const headers = { 'content-type': 'application/json', 'x-api-key': apiKey };
	const response = await fetch(url, {
		method,
		headers,
		body: body === undefined ? null : JSON.stringify(body),
	});
	const text = await response.text();
	if (!response.ok)
		throw new Error(`The sandbox answered ${String(response.status)} to ${method} ${url}: ${text}`);
	return text === '' ? undefined : JSON.parse(text);
}

/** Starts `sandbox/main.ts` on a free port. */
export async function startSandboxProcess(): Promise<SandboxProcess> {
	const program = ['--import', 'tsx', join(ROOT, 'sandbox/main.ts')];
	const started = new KeptProcess(process.execPath, program, { cwd: ROOT });
	const address = () => /Jelou sandbox: (\S+)\n/.exec(started.log())?.[1];
	await started.becomes(() => address() !== undefined, START_TIMEOUT_MS);
	const url = address();
	if (url === undefined) throw new Error('The sandbox did not start.');
	const api = ({ id }: SandboxProject) => `${url}/platform/v1/external-support/${id}`;

	async function openRoom(user: string, project: SandboxProject): Promise<Room> {
		const bot = (project.bots ?? DEMO_PROJECT.bots)[0]?.id ?? '';
		const conversations = `${api(project)}/conversations`;
		const start = await request('POST', `${conversations}/start`, { botId: bot, userId: user }, project);
		const { conversationId } = STARTED.parse(start).data;
		const read = await request('GET', `${conversations}/${conversationId}`, undefined, project);
		return { room: CONVERSATION.parse(read).data.roomId, user, bot, conversation: conversationId };
	}

	return {
		url,
		pid: started.pid,
		gatewayUrl: `${url}/platform`,
		chatbotUrl: url,
		setFaults: async (faults) => void (await request('POST', `${url}/sandbox/faults`, faults)),
		mark: async () => PLACE.parse(await request('GET', `${url}/sandbox/traffic`)).place,
		traffic: async (since) =>
			TRAFFIC.parse(await request('GET', `${url}/sandbox/traffic?since=${String(since)}`)),
		openRooms: async (count, project = DEMO_PROJECT) => {
			const names = Array.from({ length: count }, (_, n) => String(n));
			const users = names.map((name) => ({ id: `user-${name}`, name: `User ${name}` }));
			await request('POST', `${url}/sandbox/projects`, { ...project, users });
			const rooms = [];
			for (const { id } of users) rooms.push(await openRoom(id, project));
			return rooms;
		},
		createIntegration: async (webhookUrl, project = DEMO_PROJECT) =>
			INTEGRATION.parse(await request('POST', api(project), { webhookUrl }, project)).data.signingSecret,
		close: async () => started.stop(),
	};
}
