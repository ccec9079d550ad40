import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { DESK_TOKEN, type DeskMessage } from '../../../sandbox';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { openExample, type Example } from '../../server/support/examples';
import type { ScaleStage } from '../support/stage';
import { failedRuns, isTaken } from './count';
import { Ledger } from './ledger';

const TOKEN = 'a-long-random-text';
const TURNS = [1, 2, 3];

/** What became of the messages between customers and the person at the desk. */
export interface DeskRow {
	what: string;
	customers: number;
	/** Of both sides, once each. */
	written: number;
	arrived: number;
	/** Those of a customer that were written again because they were refused. */
	repeated: number;
	/** Those that arrived more than once, other than by being written again. */
	twice: number;
	/** Those that did not arrive, but that n8n shows in a failed run, or the desk as not sent. */
	failed: number;
	/** Those that arrived in another customer's conversation. */
	crossed: number;
	lostSilently: number;
}

/** Customers who have a person at the desk, in the example *Support desk (Chatwoot)*. Both sides write at the same time. */
export class DeskTalk {
	private readonly repeated = new Set<string>();

	private constructor(
		private readonly stage: ScaleStage,
		private readonly what: string,
		private readonly example: Example,
		private readonly ledger: Ledger,
		private readonly customers: string[],
	) {}

	static async open(stage: ScaleStage, what: string, count: number): Promise<DeskTalk> {
		const { client, cluster, sandbox } = stage;
		sandbox.desk.reset();
		const data = { name: 'api_access_token', value: DESK_TOKEN };
		const id = await client.saveCredential(`the desk, ${what}`, 'httpHeaderAuth', data);
		const path = randomUUID();
		const users = Array.from({ length: count }, (_, n) => {
			const user = `desk-${String(n).padStart(3, '0')}`;
			return { id: user, name: `Customer ${user}`, createdAt: '' };
		});
		const place = { client, sandbox, n8n: { url: cluster.webhookUrl } };
		const example = await openExample(place, 'support-desk-chatwoot.json', {
			users,
			settings: { deskUrl: `${sandbox.url}/chatwoot`, webhookToken: TOKEN },
			parameters: { 'Desk webhook': { path }, 'Jelou Trigger': { options: { combineMessages: 1 } } },
			credentials: { httpHeaderAuth: { id, name: 'the desk' } },
		});
		await example.activate();
		const url = `${cluster.webhookUrl}/webhook/${path}`;
		sandbox.desk.store.webhookUrl = `${url}?token=${TOKEN}`;
		await waitUntil(
			'the webhook of the desk',
			async () => (await fetch(url, { method: 'POST' })).status === 200,
		);
		const ledger = new Ledger(stage, what, example.workflowId, example.project.id);
		await ledger.ready;
		return new DeskTalk(
			stage,
			what,
			example,
			ledger,
			users.map((user) => user.id),
		);
	}

	/** What the desk shows: a customer's conversations, or all. */
	private shown(customer?: string): DeskMessage[] {
		const { conversations } = this.stage.sandbox.desk.store.state();
		return conversations
			.filter(({ customAttributes }) => customer === undefined || customAttributes.user_id === customer)
			.flatMap(({ messages }) => messages);
	}

	/** What a customer wrote that is at the desk. */
	private atDesk(customer: string): string[] {
		return this.shown(customer)
			.filter(({ from }) => from === 'customer')
			.map(({ content }) => content);
	}

	/** A customer writes until it is accepted. */
	private async says(customer: string, text: string): Promise<void> {
		for (;;) {
			const delivery = this.example.hears({ text, userId: customer });
			this.ledger.follow(delivery, customer);
			if (isTaken(await delivery)) return;
			this.repeated.add(text);
			await sleep(1_000);
		}
	}

	/** Every customer asks for a person, and gets one. */
	async handOver(): Promise<void> {
		const { conversations } = this.stage.sandbox.desk.store;
		await Promise.all(this.customers.map(async (one) => this.says(one, 'Quiero hablar con una persona')));
		await waitUntil('a conversation for each', () => conversations.size >= this.customers.length);
		await this.ledger.settle();
	}

	/** Both sides write, one message a turn, while something goes wrong after the first turn. */
	async talk(goWrong: () => Promise<void>): Promise<void> {
		const { desk } = this.stage.sandbox;
		for (const turn of TURNS) {
			const both = this.customers.map(async (one) => {
				const found = [...desk.store.conversations.values()].find(
					({ customAttributes }) => customAttributes.user_id === one,
				);
				if (found)
					desk.write(found, { from: 'agent', content: replyTo(one, turn), private: false, files: [] });
				await this.says(one, messageOf(one, turn));
			});
			await Promise.all([...both, ...(turn === 2 ? [goWrong()] : [])]);
		}
	}

	/** Counts once n8n is idle. */
	async close(): Promise<DeskRow> {
		const isSending = () => this.shown().some(({ delivery }) => delivery?.state === 'sending');
		await waitUntil('the desk to be done', () => !isSending());
		const { failed } = failedRuns(await this.ledger.settle(), []);
		await this.example.deactivate();
		const { store } = this.stage.sandbox;
		const messages = [...store.rooms.values()]
			.filter(({ projectId }) => projectId === this.example.project.id)
			.map(({ id, userId }) => ({
				userId,
				texts: (store.messages.get(id) ?? [])
					.filter(({ duplicate, from }) => from === 'agent' && !duplicate)
					.map(({ content }) => ('body' in content ? content.body : '')),
			}));
		const heard = (customer: string) =>
			messages.filter(({ userId }) => userId === customer).flatMap(({ texts }) => texts);
		const notSent = this.shown()
			.filter(({ delivery }) => delivery?.state === 'failed')
			.map(({ content }) => content);
		const sides = this.customers.flatMap((one) => [
			...TURNS.map((turn) => ({ one, text: messageOf(one, turn), got: this.atDesk(one) })),
			...TURNS.map((turn) => ({ one, text: replyTo(one, turn), got: heard(one) })),
		]);
		const timesOf = ({ got, text }: (typeof sides)[number]) => got.filter((each) => each === text).length;
		const missing = sides.filter((side) => timesOf(side) === 0);
		// n8n discards the input of a run whose worker has died: such a run stands for one message.
		const isOf = (text: string, { data }: { data: string }) => data.includes(text);
		const isShown = ({ text }: { text: string }) =>
			notSent.includes(text) || failed.some((run) => isOf(text, run));
		const ofNobody = failed.filter((run) => !sides.some(({ text }) => isOf(text, run))).length;
		const shown = missing.filter(isShown).length;
		const visible = shown + Math.min(missing.length - shown, ofNobody);
		const isOther = (one: string) => (text: string) =>
			this.customers.some((each) => each !== one && text.includes(each));
		return {
			what: this.what,
			customers: this.customers.length,
			written: sides.length,
			arrived: sides.length - missing.length,
			repeated: this.repeated.size,
			twice: sides.filter((side) => timesOf(side) > 1 && !this.repeated.has(side.text)).length,
			failed: visible,
			crossed: this.customers.flatMap((one) => [...heard(one), ...this.atDesk(one)].filter(isOther(one)))
				.length,
			lostSilently: missing.length - visible,
		};
	}
}

const messageOf = (customer: string, turn: number) => `From ${customer}, ${String(turn)}`;
const replyTo = (customer: string, turn: number) => `To ${customer}, ${String(turn)}`;
