import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import { isRecord, type Json } from '../json';
import { N8N_LINE } from '../paths';
import { waitUntil } from './waitUntil';

const RECORD = z.record(z.unknown());
/** For executions, n8n returns an object that contains the list. */
const LIST = z.preprocess((data) => (isRecord(data) ? data.results : data), z.array(RECORD));

export interface Login {
	email: string;
	password: string;
}

/** Whether it is the older line, n8n 1.x, whose REST API differs in some calls. */
const IS_V1 = N8N_LINE === 'v1';

/** Talks to n8n's own REST API as its editor does, in both lines of n8n. */
export class N8nClient {
	/** The session, for requests that are not to the REST API. */
	cookie = '';
	private readonly browserId = randomUUID();

	constructor(readonly url: string) {}

	/** Makes a call and returns what n8n calls `data`. Throws with n8n's own message when it refuses. */
	async call(method: string, path: string, body?: unknown): Promise<unknown> {
		let { response, text } = await this.request(method, path, body);
		// n8n handles no call while its database responds too slowly, as on a busy machine.
		const isHandled = () => response.status !== 503 || !text.includes('Database is not ready');
		if (!isHandled())
			await waitUntil("n8n's database", async () => {
				({ response, text } = await this.request(method, path, body));
				return isHandled();
			});
		if (!response.ok)
			throw new Error(`n8n answered ${String(response.status)} to ${method} ${path}: ${text}`);
		const parsed: unknown = text === '' ? undefined : JSON.parse(text);
		return isRecord(parsed) && 'data' in parsed ? parsed.data : parsed;
	}

	private async request(method: string, path: string, body: unknown) {
		const response = await fetch(`${this.url}/rest${path}`, {
			method,
			headers: { 'content-type': 'application/json', 'browser-id': this.browserId, cookie: this.cookie },
			body: body === undefined ? null : JSON.stringify(body),
		});
		const cookie = response.headers.getSetCookie().find((entry) => entry.startsWith('n8n-auth='));
		if (cookie !== undefined) this.cookie = cookie.split(';')[0] ?? '';
		return { response, text: await response.text() };
	}

	private async record(method: string, path: string, body?: unknown): Promise<Json> {
		return RECORD.parse(await this.call(method, path, body));
	}

	private async list(path: string): Promise<Json[]> {
		return LIST.parse(await this.call('GET', path));
	}

	/** Creates the owner of a fresh n8n, or logs in to one that has an owner. */
	async login({ email, password }: Login): Promise<void> {
		const owner = { email, password, firstName: 'Sandbox', lastName: 'Owner' };
		try {
			await this.call('POST', '/owner/setup', owner);
		} catch (error) {
			if (!(error instanceof Error) || !error.message.includes('already setup')) throw error;
			await this.call('POST', '/login', { emailOrLdapLoginId: email, password });
		}
	}

	/** The versions of n8n and of the Node.js it runs on, such as `2.41.1`, as its editor shows them after login. */
	async versions(): Promise<{ n8n: string; node: string }> {
		const { versionCli, nodeJsVersion } = await this.record('GET', '/settings');
		return { n8n: String(versionCli), node: String(nodeJsVersion) };
	}

	async credentials(): Promise<Json[]> {
		return await this.list('/credentials');
	}

	/** A credential's data. n8n shows a placeholder for a masked value, and takes it back as unchanged. */
	async credentialData(id: string): Promise<Json> {
		const { data } = await this.record('GET', `/credentials/${id}?includeData=true`);
		return isRecord(data) ? data : {};
	}

	async updateCredential(id: string, credential: Json): Promise<void> {
		await this.call('PATCH', `/credentials/${id}`, credential);
	}

	/** Creates the credential of this name, or updates it as the editor does: fields not given stay. Returns its ID. */
	async saveCredential(name: string, type: string, data: Json): Promise<string> {
		const existing = (await this.credentials()).find((credential) => credential.name === name);
		if (existing === undefined)
			return String((await this.record('POST', '/credentials', { name, type, data })).id);
		const id = String(existing.id);
		await this.updateCredential(id, { name, type, data: { ...(await this.credentialData(id)), ...data } });
		return id;
	}

	async workflows(): Promise<Json[]> {
		return await this.list('/workflows');
	}

	async createWorkflow(workflow: Json): Promise<string> {
		// n8n 1.x requires this field.
		return String((await this.record('POST', '/workflows', { active: false, ...workflow })).id);
	}

	async workflow(id: string): Promise<Json> {
		return await this.record('GET', `/workflows/${id}`);
	}

	async updateWorkflow(id: string, workflow: Json): Promise<void> {
		await this.call('PATCH', `/workflows/${id}`, workflow);
	}

	/** Publishes a workflow and waits until that is done. Returns the errors of triggers that failed; on n8n 1.x, throws. */
	async activate(id: string): Promise<string[]> {
		const { versionId } = await this.workflow(id);
		if (IS_V1) await this.updateWorkflow(id, { active: true, versionId });
		else await this.call('POST', `/workflows/${id}/activate`, { versionId });
		return await this.publishingErrors(id);
	}

	/** Unpublishes a workflow and waits until that is done: until then it still receives what is sent to it. */
	async deactivate(id: string): Promise<void> {
		const { versionId } = await this.workflow(id);
		if (IS_V1) await this.updateWorkflow(id, { active: false, versionId });
		else await this.call('POST', `/workflows/${id}/deactivate`, {});
		await this.publishingErrors(id);
	}

	/** n8n 2.x responds before it has published or unpublished: waits for that. Returns the errors of triggers that failed. */
	private async publishingErrors(id: string): Promise<string[]> {
		if (IS_V1) return [];
		let errors: unknown[] = [];
		const isDone = async () => {
			const { status, triggers } = await this.record('GET', `/workflows/${id}/publication-status`);
			errors = LIST.parse(triggers).flatMap(({ errorMessage }) => errorMessage ?? []);
			return status !== 'in_progress';
		};
		await waitUntil(`workflow ${id} to be published or unpublished`, isDone, 50);
		return errors.map(String);
	}

	async executions(workflowId: string): Promise<Json[]> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		return await this.list(`/executions?filter=${filter}&limit=100`);
	}

	/** How many executions of a workflow have succeeded, or have another status. */
	async executionCount(workflowId: string, status = ['success']): Promise<number> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId, status }));
		return Number((await this.record('GET', `/executions?filter=${filter}&limit=1`)).count);
	}

	/** Runs a failed execution again, with the workflow as it was, and waits until that is over. */
	async retry(id: string): Promise<void> {
		await this.call('POST', `/executions/${id}/retry`, { loadWorkflow: false });
	}

	/** Asks again while the data is missing: on SQLite, n8n 1.x writes that a run is over before it writes what it did. */
	async execution(id: string): Promise<Json> {
		const read = async () => await this.record('GET', `/executions/${id}`);
		let execution = await read();
		const isUnwritten = () => typeof execution.stoppedAt === 'string' && execution.data === '[]';
		for (let asked = 1; isUnwritten() && asked < 50; asked += 1) {
			await sleep(100);
			execution = await read();
		}
		return execution;
	}
}
