import { setTimeout as sleep } from 'node:timers/promises';

import type { Faults } from '../../../sandbox';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { integrationOf, type ScaleStage } from '../support/stage';
import { agedWorkflow, batchWorkflow, replyWorkflow } from '../support/workflows';
import { Ledger } from './ledger';
import type { Sizes } from './sizes';
import type { Row } from './row';

/** Workflows that the faults are tried on. One is active at a time: a project has one webhook. */
export class FaultBench {
	private active: string | undefined;
	private readonly ids = new Map<string, string>();
	private credential = '';

	constructor(
		private readonly stage: ScaleStage,
		readonly sizes: Sizes,
	) {}

	private async use(name: string, make: (credential: string) => Record<string, unknown>): Promise<string> {
		const { client, sandbox } = this.stage;
		if (this.credential === '') this.credential = await this.stage.saveCredential('');
		const id = this.ids.get(name) ?? (await client.createWorkflow(make(this.credential)));
		this.ids.set(name, id);
		if (this.active === id) return id;
		if (this.active !== undefined) {
			await client.deactivate(this.active);
			await waitUntil('the other workflow to end', () =>
				Promise.resolve(integrationOf(sandbox) === undefined),
			);
			await this.stage.saveCredential('');
		}
		await this.stage.activate(id);
		await this.stage.saveCredential(integrationOf(sandbox)?.signingSecret ?? '');
		this.active = id;
		return id;
	}

	private async ledger(fault: string): Promise<Ledger> {
		const id = await this.use('reply', (credential) => replyWorkflow('reply', credential));
		const ledger = new Ledger(this.stage, fault, id);
		await ledger.ready;
		return ledger;
	}

	/** `kill -9` of the worker that is in the middle of a batch. */
	async workerKilled(): Promise<Row> {
		const { cluster, sandbox } = this.stage;
		const id = await this.use('batch', (credential) => batchWorkflow('batch', credential));
		const ledger = new Ledger(this.stage, 'a worker killed in mid-batch', id);
		await ledger.ready;
		sandbox.setFaults({ latencyMs: 20, path: 'chatbot' });
		const before = cluster.workers.map((worker) => worker.log().length);
		ledger.write(`${String(this.sizes.batch)} messages`);
		const isHalfDone = () => Promise.resolve(ledger.messages().length >= this.sizes.batch / 2);
		await waitUntil('the middle of the batch', isHalfDone, 120_000, 20);
		const busy = cluster.workers.find((worker, n) =>
			/Worker started execution/.test(worker.log().slice(before[n])),
		);
		if (busy === undefined) throw new Error('No worker runs the batch.');
		await busy.kill();
		sandbox.setFaults({});
		await busy.start();
		return await ledger.close();
	}

	/** `kill -9` of the webhook process while events arrive; it is back a moment later. */
	async webhookKilled(): Promise<Row> {
		const [webhook] = this.stage.cluster.webhooks;
		const { events, perSecond } = this.sizes;
		const ledger = await this.ledger('the webhook process killed');
		const stream = ledger.stream(events, perSecond);
		await sleep((events / perSecond / 3) * 1_000);
		await webhook?.kill();
		await webhook?.start();
		await stream;
		return await ledger.close();
	}

	/** A service is away for a while, in the middle of a stream of events. */
	async away(name: 'Redis' | 'PostgreSQL'): Promise<Row> {
		const { cluster } = this.stage;
		const service = name === 'Redis' ? cluster.redis : cluster.postgres.service;
		const { awaySeconds, perSecond } = this.sizes;
		const ledger = await this.ledger(`${name} away for ${String(awaySeconds)} s`);
		const stream = ledger.stream((awaySeconds + 2) * perSecond, perSecond);
		await sleep(1_000);
		await service.stop();
		await sleep(awaySeconds * 1_000);
		await service.start();
		await stream;
		return await ledger.close();
	}

	/** Jelou's messages API misbehaves for a while. */
	async jelou(what: string, faults: Faults): Promise<Row> {
		const { faultSeconds, perSecond } = this.sizes;
		const ledger = await this.ledger(`Jelou ${what} for ${String(faultSeconds)} s`);
		this.stage.sandbox.setFaults({ ...faults, path: 'chatbot' });
		await ledger.stream(faultSeconds * perSecond, perSecond);
		const settled = ledger.answered();
		this.stage.sandbox.setFaults({});
		await settled;
		return await ledger.close();
	}

	/** Every n8n process is restarted in good order while events arrive. */
	async restarted(): Promise<Row> {
		const { restartEvents, perSecond } = this.sizes;
		const ledger = await this.ledger(`n8n restarted while ${String(restartEvents)} events arrive`);
		const stream = ledger.stream(restartEvents, perSecond);
		await sleep(1_000);
		const processes = this.stage.cluster.processes();
		await Promise.all(processes.map((one) => one.stop()));
		await Promise.all(processes.map((one) => one.start()));
		await stream;
		return await ledger.close();
	}

	/** Clocks that differ by an hour, with Maximum Age on. */
	async clock(what: 'ahead' | 'behind'): Promise<Row> {
		const id = await this.use('aged', (credential) => agedWorkflow(credential));
		const ledger = new Ledger(this.stage, `n8n's clock an hour ${what}, Maximum Age 300 s`, id);
		await ledger.ready;
		for (let n = 0; n < 10; n++) ledger.post((what === 'ahead' ? -1 : 1) * 3_600_000);
		return await ledger.close();
	}

	/** Every fault, one after the other. */
	rows(): Array<[string, () => Promise<Row>]> {
		return [
			['a worker killed in mid-batch', () => this.workerKilled()],
			['the webhook process killed', () => this.webhookKilled()],
			['Redis away', () => this.away('Redis')],
			['PostgreSQL away', () => this.away('PostgreSQL')],
			['Jelou answers 429', () => this.jelou('answers 429', { respond: { status: 429, retryAfter: 1 } })],
			['Jelou answers 500', () => this.jelou('answers 500', { respond: { status: 500 } })],
			['Jelou hangs', () => this.jelou('hangs', { latencyMs: 600_000 })],
			['Jelou drops connections', () => this.jelou('drops connections', { drop: true })],
			['Jelou sends half a body', () => this.jelou('sends half a body', { halfAnswer: true })],
			['n8n restarted', () => this.restarted()],
			['the clock an hour ahead', () => this.clock('ahead')],
			['the clock an hour behind', () => this.clock('behind')],
		];
	}
}
