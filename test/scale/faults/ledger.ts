import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { sign, type Delivery, type Message } from '../../../sandbox';
import { statusIn } from '../../../sandbox/delivery/outcome';
import type { Json } from '../../../scripts/json';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { PROJECT, webhookAnswers } from '../../server/support/stage';
import { integrationOf, type ScaleStage } from '../support/stage';
import { countRow, failedRuns, type Execution, type Sent } from './count';
import type { Row } from './row';

const RETRY_TIMEOUT_MS = 20_000;
const MARK = 'this one is forged';
const isUnderWay = ({ status }: Execution) => status === 'new' || status === 'running';

/** Sends events while something goes wrong, and counts afterwards what became of each of them. */
export class Ledger {
	private readonly underWay: Array<Promise<Sent>> = [];
	private readonly forgeries: Array<Promise<unknown>> = [];
	private readonly restartsBefore: number;
	/** Resolves when sending may begin. */
	readonly ready: Promise<void>;
	private since = '0';
	private readonly earlier: ReadonlySet<Message>;
	private sentCount = 0;

	constructor(
		private readonly stage: ScaleStage,
		private readonly fault: string,
		private readonly workflowId: string,
		private readonly projectId = PROJECT,
	) {
		this.restartsBefore = this.restarts();
		this.earlier = new Set(this.sent());
		this.ready = stage.cluster.postgres
			.query('select coalesce(max(id), 0) from execution_entity')
			.then(([row]) => void (this.since = row?.[0] ?? '0'));
	}

	private restarts(): number {
		return this.stage.cluster.processes().reduce((sum, { restarts }) => sum + restarts, 0);
	}

	private sent(): Message[] {
		return [...this.stage.sandbox.store.messages.values()].flat().filter(({ from }) => from === 'agent');
	}

	/** The messages that Jelou has accepted since. */
	messages(): Message[] {
		return this.sent().filter((message) => !this.earlier.has(message));
	}

	/** A user writes; one time in ten, somebody forges a message as well. */
	write(text: string): void {
		const n = this.sentCount++;
		const userId = `user-${String(n % 20)}`;
		this.follow(this.stage.sandbox.userWrites(this.projectId, { text, userId }));
		if (n % 10 === 0) this.forge(n);
	}

	/** Counts a delivery. */
	follow(delivery: Promise<Delivery>, customer?: string): void {
		this.underWay.push(
			delivery.then((done) => {
				const { value } = JSON.parse(done.rawBody.toString()) as { value: { id: string } };
				const isKeptByTrigger = ['asked again', 'asked next'].includes(statusIn(done) ?? '');
				return {
					id: value.id,
					status: done.status,
					isKeptByTrigger,
					...(customer !== undefined && { customer }),
				};
			}),
		);
	}

	/**
	 * Jelou repeats its last post, with a new ID and a time that is off by this much: to n8n it looks as if its own clock
	 * were off by as much in the other direction.
	 */
	post(shiftMs: number): void {
		const { sandbox } = this.stage;
		const last = sandbox.store.deliveries.findLast(
			({ event, projectId }) => event === 'message' && projectId === this.projectId,
		);
		const payload = JSON.parse(String(last?.rawBody)) as { value: { id: string } };
		const id = randomUUID();
		const value = { ...payload.value, id, content: { body: `${this.fault} ${id}` } };
		const body = JSON.stringify({ ...payload, timestamp: Date.now() + shiftMs, value });
		const posted = sandbox.deliver(this.projectId, { body }).then(({ status }) => status);
		this.underWay.push(
			posted.then(
				(status) => ({ id, status }),
				() => ({ id, status: null }),
			),
		);
		this.forge(this.sentCount++);
	}

	/** Somebody forges a message, in a room where one is given: with a wrong signature, or with none. */
	forge(n: number, room: Json = {}): void {
		const { sandbox } = this.stage;
		const body = JSON.stringify({
			event_type: 'message',
			value: { id: randomUUID(), content: { body: `${MARK} ${String(n)}` } },
			...room,
		});
		const secret = integrationOf(sandbox, this.projectId)?.signingSecret ?? '';
		const signature = n % 20 === 0 ? sign(body, `${secret}0`) : null;
		this.forgeries.push(sandbox.deliver(this.projectId, { body, signature }).catch(() => undefined));
	}

	/** Users write this many messages at this rate, without waiting for replies. */
	async stream(events: number, perSecond: number): Promise<void> {
		const started = Date.now();
		for (let n = 0; n < events; n++) {
			this.write(`${this.fault} ${String(n)}`);
			await sleep(Math.max(0, started + ((n + 1) * 1_000) / perSecond - Date.now()));
		}
	}

	/** Resolves when every event has a response, or has failed. */
	async answered(): Promise<void> {
		await Promise.all([...this.underWay, ...this.forgeries]);
	}

	async executions(): Promise<Execution[]> {
		const rows = await this.stage.cluster.postgres.query(
			`select e.id, e.status, coalesce(d.data, '') from execution_entity e
			 left join execution_data d on d."executionId" = e.id
			 where e."workflowId" = '${this.workflowId}' and e.id > ${this.since} order by e.id`,
		);
		return rows.map(([id = '', status = '', data = '']) => ({ id, status, data }));
	}

	private async stored(): Promise<string> {
		const rows = await this.stage.cluster.postgres.query(
			`select coalesce("staticData"::text, '') from workflow_entity where id = '${this.workflowId}'`,
		);
		return rows[0]?.[0] ?? '';
	}

	/** Whether every n8n process is ready for work. */
	private async isUp(): Promise<boolean> {
		const ready = await Promise.all(this.stage.cluster.processes().map((one) => one.isReady()));
		return ready.every(Boolean);
	}

	/** Whether something is still going on: an n8n process is starting, or a run is under way. */
	async isBusy(): Promise<boolean> {
		if (!(await this.isUp())) return true;
		const executions = await this.executions().catch(() => undefined);
		return executions === undefined || executions.some(isUnderWay);
	}

	/** Waits until every delivery has a response, and every run has ended or waits for a customer. */
	async settle(): Promise<Execution[]> {
		await this.answered();
		await waitUntil('every n8n process to be ready', () => this.isUp(), 500);
		// The balancer takes a moment to notice.
		await webhookAnswers(this.stage, this.projectId);
		let executions: Execution[] = [];
		await waitUntil(
			'all runs to end',
			async () => {
				executions = await this.executions();
				return !executions.some(isUnderWay);
			},
			1_000,
		);
		return executions;
	}

	/** Retries what failed, as a person would in n8n, and counts everything. */
	async close(): Promise<Row> {
		const executions = await this.settle();
		const { withInput } = failedRuns(executions, await Promise.all(this.underWay));
		for (const { id } of withInput) {
			const retried = this.stage.client.retry(id).catch(() => undefined);
			// It has happened that n8n's main never responded, although the run was over and its log said so.
			await Promise.race([retried, sleep(RETRY_TIMEOUT_MS, undefined, { ref: false })]);
		}
		return await this.count(executions, (await this.settle()).slice(executions.length));
	}

	async count(executions: Execution[], retries: Execution[] = []): Promise<Row> {
		const [sent, stored] = [await Promise.all(this.underWay), await this.stored()];
		return {
			fault: this.fault,
			...countRow({ executions, retries, sent, stored, messages: this.messages() }),
			forged: this.forgeries.length,
			forgedRuns: executions.filter(({ data }) => data.includes(MARK)).length,
			restarts: this.restarts() - this.restartsBefore,
		};
	}
}
