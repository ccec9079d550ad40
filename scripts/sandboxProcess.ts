import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { DEMO_PROJECT, type Faults, type SandboxProject, type Traffic } from '../sandbox';
import { isRecord } from './json';
import { ROOT } from './paths';

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

type Json = Record<string, unknown>;

async function request(
	url: string,
	method: string,
	body?: unknown,
	apiKey: string = DEMO_PROJECT.apiKey,
): Promise<Json> {
	const response = await fetch(url, {
		method,
		headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	const text = await response.text();
	if (!response.ok)
		throw new Error(`The sandbox answered ${String(response.status)} to ${method} ${url}: ${text}`);
	const parsed: unknown = text === '' ? {} : JSON.parse(text);
	return isRecord(parsed) ? parsed : {};
}

function dataOf(envelope: Json): Json {
	return isRecord(envelope.data) ? envelope.data : {};
}

/** Starts `sandbox/main.ts` on a free port. */
export async function startSandboxProcess(): Promise<SandboxProcess> {
	const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'sandbox/main.ts')], {
		cwd: ROOT,
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	const url = await new Promise<string>((resolve, reject) => {
		let output = '';
		child.stdout.on('data', (chunk: Buffer) => {
			output += chunk.toString();
			const found = /Jelou sandbox: (\S+)/.exec(output)?.[1];
			if (found !== undefined) resolve(found);
		});
		child.once('exit', () => reject(new Error('The sandbox did not start.')));
	});
	const api = ({ id }: SandboxProject) => `${url}/platform/v1/external-support/${id}`;

	async function openRoom(user: string, project: SandboxProject): Promise<Room> {
		const bot = (project.bots ?? DEMO_PROJECT.bots)[0]?.id ?? '';
		const start = { botId: bot, userId: user };
		const started = dataOf(
			await request(`${api(project)}/conversations/start`, 'POST', start, project.apiKey),
		);
		const conversation = String(started.conversationId);
		const read = `${api(project)}/conversations/${conversation}`;
		const { roomId } = dataOf(await request(read, 'GET', undefined, project.apiKey));
		return { room: String(roomId), user, bot, conversation };
	}

	return {
		url,
		pid: child.pid ?? 0,
		gatewayUrl: `${url}/platform`,
		chatbotUrl: url,
		setFaults: async (faults) => void (await request(`${url}/sandbox/faults`, 'POST', faults)),
		mark: async () => Number((await request(`${url}/sandbox/traffic`, 'GET')).place),
		traffic: async (since) => {
			const measured = await request(`${url}/sandbox/traffic?since=${String(since)}`, 'GET');
			return {
				requests: Number(measured.requests),
				accepted: Number(measured.accepted),
				duplicates: Number(measured.duplicates),
				mostUnderWay: Number(measured.mostUnderWay),
				roomOverlaps: Number(measured.roomOverlaps),
			};
		},
		openRooms: async (count, project = DEMO_PROJECT) => {
			const users = Array.from({ length: count }, (_, n) => ({
				id: `user-${String(n)}`,
				name: `User ${String(n)}`,
			}));
			await request(`${url}/sandbox/projects`, 'POST', { ...project, users });
			const rooms = [];
			for (const { id } of users) rooms.push(await openRoom(id, project));
			return rooms;
		},
		createIntegration: async (webhookUrl, project = DEMO_PROJECT) =>
			String(dataOf(await request(api(project), 'POST', { webhookUrl }, project.apiKey)).signingSecret),
		close: async () => {
			child.kill('SIGTERM');
			await exited;
		},
	};
}
