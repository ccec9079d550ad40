import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { sign, type Message } from '../../../sandbox';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { PROJECT, webhookAnswers } from '../../server/support/stage';
import { integrationOf, type ScaleStage } from '../support/stage';
import { countRow, failedRuns, type Execution, type Sent } from './count';
import type { Row } from './row';

const SETTLE_TIMEOUT_MS = 240_000;
const MARK = 'this one is forged';

/** Sends events while something goes wrong, and counts afterwards what became of each of them. */
export class Ledger {
	private readonly underWay: Array<Promise<Sent>> = [];
	private readonly forgeries: Array<Promise<unknown>> = [];
	private readonly restartsBefore: number;
	/** Resolves when it may be begun to send. */
	readonly ready: Promise<void>;
	private since = '0';
	private readonly earlier: ReadonlySet<Message>;
	private sentCount = 0;

	constructor(
		private readonly stage: ScaleStage,
		private readonly fault: string,
		private readonly workflowId: string,
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

	/** The messages that Jelou took since. */
	messages(): Message[] {
		return this.sent().filter((message) => !this.earlier.has(message));
	}

	/** A user writes; one in ten times somebody forges a message as well. */
	write(text: string): void {
		const n = this.sentCount++;
		const userId = `user-${String(n % 20)}`;
		const sent = this.stage.sandbox.userWrites(PROJECT, { text, userId });
		this.underWay.push(
			sent.then(({ rawBody, status }) => {
				const { value } = JSON.parse(rawBody.toString()) as { value: { id: string } };
				return { id: value.id, status };
			}),
		);
		if (n % 10 === 0) this.forge(n);
	}

	/**
	 * Jelou posts once more what it posted last, with a new ID, and with a time that is off by this much: to n8n it looks
	 * as if its own clock were off by as much the other way.
	 */
	post(shiftMs: number): void {
		const { sandbox } = this.stage;
		const last = sandbox.store.deliveries.findLast(({ event }) => event === 'message');
		const payload = JSON.parse(String(last?.rawBody)) as { value: { id: string } };
		const id = randomUUID();
		const value = { ...payload.value, id, content: { body: `${this.fault} ${id}` } };
		const body = JSON.stringify({ ...payload, timestamp: Date.now() + shiftMs, value });
		const posted = sandbox.deliver(PROJECT, { body }).then(({ status }) => status);
		this.underWay.push(
			posted.then(
				(status) => ({ id, status }),
				() => ({ id, status: null }),
			),
		);
		this.forge(this.sentCount++);
	}

	private forge(n: number): void {
		const { sandbox } = this.stage;
		const body = JSON.stringify({
			event_type: 'message',
			value: { content: { body: `${MARK} ${String(n)}` } },
		});
		const signature = n % 20 === 0 ? sign(body, `${integrationOf(sandbox)?.signingSecret ?? ''}0`) : null;
		this.forgeries.push(sandbox.deliver(PROJECT, { body, signature }).catch(() => undefined));
	}

	/** Users write so many messages at this rate, without waiting for answers. */
	async stream(events: number, perSecond: number): Promise<void> {
		const started = Date.now();
		for (let n = 0; n < events; n++) {
			this.write(`${this.fault} ${String(n)}`);
			await sleep(Math.max(0, started + ((n + 1) * 1_000) / perSecond - Date.now()));
		}
	}

	/** Resolves when every event has been answered, or was not. */
	async answered(): Promise<void> {
		await Promise.all([...this.underWay, ...this.forgeries]);
	}

	private async executions(): Promise<Execution[]> {
		const rows = await this.stage.cluster.postgres.query(
			`select e.id, e.status, coalesce(d.data, '') from execution_entity e
			 left join execution_data d on d."executionId" = e.id
			 where e."workflowId" = '${this.workflowId}' and e.id > ${this.since} order by e.id`,
		);
		return rows.map(([id = '', status = '', data = '']) => ({ id, status, data }));
	}

	/** Waits until every delivery was answered and every run has ended. */
	private async settle(): Promise<Execution[]> {
		await this.answered();
		const isUp = async () => {
			const ready = await Promise.all(this.stage.cluster.processes().map((one) => one.isReady()));
			return ready.every(Boolean);
		};
		await waitUntil('every n8n process to be ready', isUp, SETTLE_TIMEOUT_MS, 500);
		// The balancer takes a moment to notice.
		await webhookAnswers({ sandbox: this.stage.sandbox });
		let executions: Execution[] = [];
		await waitUntil(
			'all runs to end',
			async () => {
				executions = await this.executions();
				return executions.every(({ status }) => status !== 'new' && status !== 'running');
			},
			SETTLE_TIMEOUT_MS,
			1_000,
		);
		return executions;
	}

	/** Retries what failed, as a person would in n8n, and counts everything. */
	async close(): Promise<Row> {
		const executions = await this.settle();
		const sent = await Promise.all(this.underWay);
		const { withInput } = failedRuns(executions, sent);
		for (const { id } of withInput) await this.stage.client.retry(id).catch(() => undefined);
		const retries = (await this.settle()).slice(executions.length);
		return {
			fault: this.fault,
			...countRow({ executions, retries, sent, messages: this.messages() }),
			forged: this.forgeries.length,
			forgedRuns: executions.filter(({ data }) => data.includes(MARK)).length,
			restarts: this.restarts() - this.restartsBefore,
		};
	}
}
