import { setTimeout as sleep } from 'node:timers/promises';

import type { Faults } from '../../../sandbox';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import type { N8nProcess } from '../../../scripts/scale/n8nProcess';
import { PROJECT } from '../../server/support/stage';
import { servedBy, servingOf } from '../support/addresses';
import { integrationOf, type ScaleStage } from '../support/stage';
import { agedWorkflow, batchWorkflow, replyWorkflow } from '../support/workflows';
import { Conversations, KINDS } from './conversations';
import { DeskTalk, type DeskRow } from './deskTalk';
import { Ledger } from './ledger';
import type { Sizes } from './sizes';
import type { Row } from './row';

/** How else customers are asked, and what it is called in the table. */
const OTHERS: Array<[kind: keyof typeof KINDS, what: string]> = [
	['oneNode', 'questions in one node'],
	['queue', 'a question that waits its turn'],
];

/** Workflows to try the faults on. One is active at a time: a project has one webhook. */
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
			await waitUntil('the other workflow to end', () => integrationOf(sandbox) === undefined);
		}
		await this.stage.activate(id);
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
		const isHalfDone = () => ledger.messages().length >= this.sizes.batch / 2;
		await waitUntil('the middle of the batch', isHalfDone, 20);
		const busy = cluster.workers.find((worker, n) =>
			/Worker started execution/.test(worker.log().slice(before[n])),
		);
		if (busy === undefined) throw new Error('No worker runs the batch.');
		await busy.kill();
		sandbox.setFaults({});
		await busy.start();
		return await ledger.close();
	}

	/** `kill -9` of the webhook process that serves the address while events arrive; it is back a moment later. */
	async webhookKilled(): Promise<Row> {
		const { events, perSecond } = this.sizes;
		const ledger = await this.ledger('the webhook process killed');
		const webhook = await servingOf(this.stage, PROJECT, 'reply');
		const stream = ledger.stream(events, perSecond);
		await sleep((events / perSecond / 3) * 1_000);
		await killAndStart(webhook);
		await stream;
		return await ledger.close();
	}

	/** Redis or PostgreSQL is stopped, and comes back. */
	private async takeAway(name: 'Redis' | 'PostgreSQL'): Promise<void> {
		const { cluster } = this.stage;
		const service = name === 'Redis' ? cluster.redis : cluster.postgres.service;
		await service.stop();
		await sleep(this.sizes.awaySeconds * 1_000);
		await service.start();
	}

	/** A service is away for a while, in the middle of a stream of events. */
	async away(name: 'Redis' | 'PostgreSQL'): Promise<Row> {
		const { awaySeconds, perSecond } = this.sizes;
		const ledger = await this.ledger(`${name} away for ${String(awaySeconds)} s`);
		const stream = ledger.stream((awaySeconds + 2) * perSecond, perSecond);
		await sleep(1_000);
		await this.takeAway(name);
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

	/** Every n8n process is restarted gracefully while events arrive. */
	async restarted(): Promise<Row> {
		const { restartEvents, perSecond } = this.sizes;
		const ledger = await this.ledger(`n8n restarted while ${String(restartEvents)} events arrive`);
		const stream = ledger.stream(restartEvents, perSecond);
		await sleep(1_000);
		await this.restart();
		await stream;
		return await ledger.close();
	}

	private async restart(): Promise<void> {
		const processes = this.stage.cluster.processes();
		await Promise.all(processes.map((one) => one.stop()));
		await Promise.all(processes.map((one) => one.start()));
	}

	/** Something goes wrong while some customers are being asked, and messages of others are held. */
	async talking(
		what: string,
		goWrong: (asked: Conversations) => Promise<void>,
		kind: keyof typeof KINDS = 'nodes',
	): Promise<Row> {
		const fault = `dialogues, ${what}`;
		const talk = await Conversations.open(this.stage, fault, this.sizes.customers, KINDS[kind]);
		const talking = talk.talk();
		await talk.halfAreAsked();
		await goWrong(talk);
		await talking;
		return await talk.close();
	}

	/** `kill -9` of the webhook process that holds the first messages of customers. */
	async holderKilled(): Promise<Row> {
		const fault = 'dialogues, the webhook process that holds messages killed';
		const talk = await Conversations.open(this.stage, fault, this.sizes.customers);
		const holder = await servingOf(this.stage, talk.dialogue.projectId);
		const talking = talk.talk();
		await talk.isHeld();
		await killAndStart(holder);
		await talking;
		return await talk.close();
	}

	/**
	 * `kill -9` of the webhook process that knows all open questions, while the customers think: the first answers go to the
	 * other process, and the second ones to the first again, once it is back.
	 */
	async knowerKilled(): Promise<Row> {
		const fault = 'dialogues, the webhook process that knows the open questions killed';
		const talk = await Conversations.open(this.stage, fault, this.sizes.customers);
		const { projectId } = talk.dialogue;
		const knower = await servingOf(this.stage, projectId);
		await talk.take(0);
		await knower.kill();
		await talk.take(1);
		await knower.start();
		const isBack = async () => (await servedBy(this.stage, projectId)).includes(knower);
		await waitUntil('it to serve again', isBack);
		await talk.take(2);
		return await talk.close();
	}

	/** `kill -9` of the webhook process that has the questions of a dialogue; it is back a moment later. */
	private async killServing({ dialogue }: Conversations): Promise<void> {
		await killAndStart(await servingOf(this.stage, dialogue.projectId));
	}

	/** `kill -9` of the busiest worker. */
	private async killBusyWorker(): Promise<void> {
		const { workers } = this.stage.cluster;
		const before = new Map(workers.map((one) => [one, one.log().length]));
		const load = (worker: N8nProcess) => {
			const log = worker.log().slice(before.get(worker));
			const times = (what: string) => log.split(`Worker ${what} execution`).length - 1;
			return times('started') - times('finished');
		};
		let busiest: N8nProcess | undefined;
		const isFound = () => {
			[busiest] = workers.filter((one) => load(one) > 0).sort((a, b) => load(b) - load(a));
			return Promise.resolve(busiest !== undefined);
		};
		await waitUntil('a worker to be in the middle of a run', isFound, 5);
		if (busiest) await killAndStart(busiest);
	}

	/** Something goes wrong while customers and a person at the desk write to each other. */
	private async atDesk(what: string, goWrong: () => Promise<void>): Promise<DeskRow> {
		const talk = await DeskTalk.open(this.stage, what, this.sizes.customers);
		await talk.handOver();
		await talk.talk(goWrong);
		return await talk.close();
	}

	/** Every fault with a person at the desk. */
	deskRows(): Array<[string, () => Promise<DeskRow>]> {
		const faults: Array<[string, () => Promise<void>]> = [
			['nothing fails', () => Promise.resolve()],
			['a webhook process killed', () => killAndStart(this.stage.cluster.webhooks[0])],
			['a worker killed', () => this.killBusyWorker()],
			['n8n restarted', () => this.restart()],
		];
		return faults.map(([what, goWrong]) => [`desk, ${what}`, () => this.atDesk(what, goWrong)]);
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
		const faults: Array<[string, (asked: Conversations) => Promise<void>]> = [
			['the webhook process killed', (asked) => this.killServing(asked)],
			['n8n restarted', () => this.restart()],
		];
		return [
			['a worker killed in mid-batch', () => this.workerKilled()],
			['the webhook process killed', () => this.webhookKilled()],
			['Redis away', () => this.away('Redis')],
			['PostgreSQL away', () => this.away('PostgreSQL')],
			['Jelou answers 429', () => this.jelou('answers 429', { respond: { status: 429, retryAfter: 1 } })],
			['Jelou answers 500', () => this.jelou('answers 500', { respond: { status: 500 } })],
			['Jelou hangs', () => this.jelou('hangs', { latencyMs: 600_000 })],
			['Jelou drops connections', () => this.jelou('drops connections', { drop: true })],
			['Jelou sends half a body', () => this.jelou('sends half a body', { halfResponse: true })],
			['n8n restarted', () => this.restarted()],
			['the clock an hour ahead', () => this.clock('ahead')],
			['the clock an hour behind', () => this.clock('behind')],
			['dialogues, nothing fails', () => this.talking('nothing fails', () => Promise.resolve())],
			['dialogues, messages held', () => this.holderKilled()],
			['dialogues, questions open', () => this.knowerKilled()],
			['dialogues, a worker killed', () => this.talking('a worker killed', () => this.killBusyWorker())],
			...(['Redis', 'PostgreSQL'] as const).map((name): [string, () => Promise<Row>] => {
				const what = `${name} away for ${String(this.sizes.awaySeconds)} s`;
				return [`dialogues, ${name} away`, () => this.talking(what, () => this.takeAway(name))];
			}),
			['dialogues, n8n restarted', () => this.talking('n8n restarted', () => this.restart())],
			...OTHERS.flatMap(([kind, what]) =>
				faults.map(([fault, goWrong]): [string, () => Promise<Row>] => {
					const name = `${what}, ${fault}`;
					return [`dialogues, ${name}`, () => this.talking(name, goWrong, kind)];
				}),
			),
		];
	}
}

async function killAndStart(process: N8nProcess | undefined): Promise<void> {
	await process?.kill();
	await process?.start();
}
