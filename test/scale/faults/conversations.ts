import { setTimeout as sleep } from 'node:timers/promises';

import { waitUntil } from '../../../scripts/n8n/waitUntil';
import type { Dialogue, Step } from '../../server/support/dialogue';
import { roomOf } from '../../server/support/rooms';
import { openScaled } from '../support/addresses';
import type { ScaleStage } from '../support/stage';
import { failedRuns, isTaken, type Execution } from './count';
import { Ledger } from './ledger';
import type { DialogueCounts, Row } from './row';

const STEPS: Step[] = [
	{ name: 'Name', parameters: { message: 'Name?', answerType: 'text' } },
	{ name: 'Order', parameters: { message: 'Order?', answerType: 'number' } },
];
const COMBINED_AT_S = 1;
const BETWEEN_CUSTOMERS_MS = 150;
const BETWEEN_MESSAGES_MS = 100;
/** Nobody has read a question and answered it sooner. */
const READING_MS = 1_000;
/** How long a customer waits before repeating what was refused: it may have arrived anyway. */
const PATIENCE_MS = 5_000;
/** The same where it cannot have arrived. */
const IMPATIENCE_MS = 1_000;
/** How long n8n must be idle before a customer gives up waiting. */
const QUIET_MS = 6_000;
const GIVE_UP_MS = 240_000;
/** How many messages are written while the first is held. */
const HELD = 8;

/** A customer of the workflow, with a name and a number that nobody else has. */
interface Customer {
	id: string;
	name: string;
	order: string;
	/** What should be heard, in order. */
	expected: string[];
	hadToRepeat: boolean;
}

function customer(n: number): Customer {
	const name = `Ana-${String(n).padStart(3, '0')}`;
	const order = String(1_000 + n);
	const expected = ['Name?', 'Order?', `Name=${name} Order=${order}`];
	return { id: `user-${String(n)}`, name, order, expected, hadToRepeat: false };
}

/** The names and numbers of customers in a text. */
const namesIn = (text: string): string[] => text.match(/Ana-\d{3}|\b1\d{3}\b/g) ?? [];

/**
 * Customers who each write two messages in a row and then answer two questions, at a separate address: messages are held
 * to be combined, and questions are open. They repeat what is refused.
 */
export class Conversations {
	private readonly customers: Customer[];
	private written = 0;
	private lastLook = Promise.resolve({ at: 0, isBusy: true });

	private constructor(
		private readonly stage: ScaleStage,
		readonly dialogue: Dialogue,
		private readonly ledger: Ledger,
		count: number,
	) {
		this.customers = Array.from({ length: count }, (_, n) => customer(n));
	}

	static async open(stage: ScaleStage, fault: string, count: number): Promise<Conversations> {
		const trigger = { options: { combineMessages: COMBINED_AT_S } };
		const dialogue = await openScaled(stage, STEPS, { users: count, trigger });
		const ledger = new Ledger(stage, fault, dialogue.workflowId, dialogue.projectId);
		await ledger.ready;
		return new Conversations(stage, dialogue, ledger, count);
	}

	/** Waits until half of the customers have been asked something. */
	async halfAreAsked(): Promise<void> {
		const { customers, dialogue } = this;
		const asked = () => customers.filter(({ id }) => dialogue.heard(id).length > 0).length;
		const isSo = () => asked() >= customers.length / 2;
		await waitUntil('half of the customers to be asked', isSo, 20);
	}

	/** Waits until enough messages have been written, while the first is still held. */
	async isHeld(): Promise<void> {
		await waitUntil('messages to be held', () => this.written >= HELD, 5);
	}

	/** All customers talk from hello to the end, each starting a moment after the previous one. */
	async talk(): Promise<void> {
		await this.each(async (one) => {
			for (let step = 0; step < one.expected.length; step++) if (!(await this.turn(one, step))) return;
		});
	}

	/** All customers take one step of it: 0 is hello. */
	async take(step: number): Promise<void> {
		await this.each(async (one) => void (await this.turn(one, step)));
	}

	private async each(act: (one: Customer) => Promise<void>): Promise<void> {
		const later = async (one: Customer, n: number) => {
			await sleep(n * BETWEEN_CUSTOMERS_MS);
			await act(one);
		};
		await Promise.all(this.customers.map(later));
	}

	/** Writes. Returns whether a reply came. */
	private async turn(one: Customer, step: number): Promise<boolean> {
		const lines = [['hola', `soy ${one.name}`], [one.name], [one.order]][step] ?? [];
		// What comes before the node has Jelou's response to the question is not its answer.
		if (step > 0) await sleep(READING_MS);
		const write = async (line: string, n: number) => {
			await sleep(n * BETWEEN_MESSAGES_MS);
			await this.write(one, line, step);
		};
		await Promise.all(lines.map(write));
		// In the room of a customer who will be asked, or was.
		if (one === this.customers[0]) this.forge(one, step);
		return await this.hears(one, step);
	}

	private forge(one: Customer, step: number): void {
		this.ledger.forge(step * 10, {
			room_id: roomOf(this.stage, this.dialogue, one.id),
			contact: { id: one.id },
		});
	}

	/** Whether a customer has been sent what follows a step. If two runs have begun, both ask. */
	private hasHeard({ expected, id }: Customer, step: number): boolean {
		return this.dialogue.heard(id).includes(expected[step] ?? '');
	}

	private async write(one: Customer, line: string, step: number): Promise<void> {
		const started = Date.now();
		do {
			const delivery = this.dialogue.writes(one.id, line);
			this.ledger.follow(delivery, one.id);
			this.written++;
			const { status } = await delivery;
			if (isTaken({ status })) return;
			one.hadToRepeat = true;
			const isAnswered = () => this.hasHeard(one, step);
			const patience = status === 503 ? IMPATIENCE_MS : PATIENCE_MS;
			await waitUntil('what comes next', isAnswered, 50, patience).catch(() => undefined);
			if (isAnswered()) return;
		} while (Date.now() - started < GIVE_UP_MS);
	}

	/** Waits for a message until n8n is idle. */
	private async hears(one: Customer, step: number): Promise<boolean> {
		const started = Date.now();
		let busyAt = started;
		while (Date.now() - busyAt < QUIET_MS && Date.now() - started < GIVE_UP_MS) {
			if (this.hasHeard(one, step)) return true;
			if (await this.isBusy()) busyAt = Date.now();
			await sleep(100);
		}
		return this.hasHeard(one, step);
	}

	/** Checked once a second for all customers. */
	private async isBusy(): Promise<boolean> {
		const last = await this.lastLook;
		if (Date.now() - last.at > 1_000) {
			this.lastLook = this.ledger.isBusy().then((isBusy) => ({ at: Date.now(), isBusy }));
		}
		return (await this.lastLook).isBusy;
	}

	/** Counts the messages once n8n is idle; dialogues may still be under way. */
	async begun(): Promise<Row> {
		return await this.ledger.count(await this.ledger.settle());
	}

	/** Counts the messages and the dialogues once n8n is idle. */
	async close(): Promise<Row> {
		const executions = await this.ledger.settle();
		const row = await this.ledger.count(executions);
		const dialogues = this.judge(executions);
		const { failed, finished, opened } = dialogues;
		return {
			...row,
			// Retrying what failed would ask again what was answered.
			retried: 0,
			lostSilently: row.lostSilently + opened - finished - failed,
			unreplied: opened - finished,
			dialogues,
		};
	}

	private judge(executions: Execution[]): DialogueCounts {
		const { customers, dialogue } = this;
		const isOf = ({ id, name }: Customer, { data }: Execution) =>
			data.includes(`"${id}"`) || data.includes(name);
		const isFinished = ({ expected, hadToRepeat, id }: Customer) => {
			const heard = dialogue.heard(id);
			// A refused message may have started a run anyway: that run asks as well, perhaps after the other has finished, or
			// takes the customer's repetition for the answer.
			return hadToRepeat
				? heard.some((text) => text.startsWith('Name='))
				: JSON.stringify(heard) === JSON.stringify(expected);
		};
		const { failed } = failedRuns(executions, []);
		const unfinished = customers.filter((one) => !isFinished(one));
		const shown = unfinished.filter((one) => failed.some((run) => isOf(one, run)));
		// n8n discards the input of a run whose worker has died: such a run stands for one dialogue.
		const ofNobody = failed.filter((run) => !customers.some((one) => isOf(one, run)));
		const isCrossed = (one: Customer) =>
			dialogue
				.heard(one.id)
				.flatMap(namesIn)
				.some((each) => ![one.name, one.order].includes(each)) ||
			executions.some((run) => isOf(one, run) && customers.some((each) => each !== one && isOf(each, run)));
		const runsTooMany = customers.map((one) => executions.filter((run) => isOf(one, run)).length - 1);
		return {
			opened: customers.length,
			finished: customers.length - unfinished.length,
			failed: shown.length + Math.min(unfinished.length - shown.length, ofNobody.length),
			repeated: customers.filter(({ hadToRepeat }) => hadToRepeat).length,
			crossed: customers.filter(isCrossed).length,
			runsTooMany: runsTooMany.reduce((sum, each) => sum + Math.max(0, each), 0),
		};
	}
}
