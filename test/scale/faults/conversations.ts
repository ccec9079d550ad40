import { setTimeout as sleep } from 'node:timers/promises';

import { waitUntil } from '../../../scripts/n8n/waitUntil';
import type { Json } from '../../../scripts/json';
import type { Dialogue, Step, Workflow } from '../../server/support/dialogue';
import { roomOf } from '../../server/support/rooms';
import { openScaled } from '../support/addresses';
import type { ScaleStage } from '../support/stage';
import { failedRuns, isTaken, type Execution } from './count';
import { Ledger } from './ledger';
import type { DialogueCounts, Row } from './row';

const NAME = { message: 'Name?', answerType: 'text' };
const ORDER = { message: 'Order?', answerType: 'number' };
const SUMMARY = '=Name={{ $json.answers.Name }} Order={{ $json.answers.Order }}';
const COMBINED_S = 1;

/** What the customers are asked, and what they write and hear. */
interface Kind {
	steps: Step[];
	trigger?: Json;
	/** What the last node says, where that is not the answers of the nodes before. */
	summary?: string;
	/** What a customer writes in each step; 0 is hello. */
	lines: (one: Pick<Customer, 'name' | 'order'>) => string[][];
	/** What a customer hears after each step. */
	replies: (one: Pick<Customer, 'name' | 'order'>) => string[];
	/** How many runs that is, for each customer. */
	runs: number;
}

/** Two messages in a row, which are combined, and two questions. */
const TWO: Omit<Kind, 'steps'> = {
	trigger: { options: { combineMessages: COMBINED_S } },
	lines: ({ name, order }) => [['hola', `soy ${name}`], [name], [order]],
	replies: ({ name, order }) => ['Name?', 'Order?', `Name=${name} Order=${order}`],
	runs: 1,
};
export const KINDS = {
	nodes: {
		...TWO,
		steps: [
			{ name: 'Name', parameters: NAME },
			{ name: 'Order', parameters: ORDER },
		],
	},
	/** The trigger asks the second question, without the run. */
	oneNode: {
		...TWO,
		summary: SUMMARY,
		steps: [
			{
				name: 'Ask',
				parameters: {
					responseType: 'questions',
					questions: {
						values: [
							{ name: 'Name', question: NAME.message, answerType: NAME.answerType },
							{ name: 'Order', question: ORDER.message, answerType: ORDER.answerType },
						],
					},
				},
			},
		],
	},
	/** Two messages are two runs, and both ask: the second question waits until the first has its answer. */
	queue: {
		steps: [{ name: 'Name', parameters: NAME }],
		lines: ({ name }) => [['hola', `soy ${name}`], [name], [], [name]],
		replies: ({ name }) => ['Name?', `Name=${name}`, 'Name?', `Name=${name}`],
		runs: 2,
	},
} satisfies Record<string, Kind>;
const BETWEEN_CUSTOMERS_MS = 150;
const BETWEEN_MESSAGES_MS = 100;
/** Nobody has read a question and answered it sooner. */
const READING_MS = 1_000;
/** How long a customer waits before repeating what was refused: it may have arrived anyway. */
const PATIENCE_MS = 5_000;
/** The same where it cannot have arrived. */
const IMPATIENCE_MS = 1_000;
/** How long n8n must be idle before a customer gives up waiting. */
const QUIET_MS = 15_000;
const GIVE_UP_MS = 240_000;
/** How many messages are written while the first is held. */
const HELD = 8;

/** A customer of the workflow, with a name and a number that nobody else has. */
interface Customer {
	id: string;
	name: string;
	order: string;
	/** What they write in each step. */
	lines: string[][];
	/** What should be heard after each step. */
	expected: string[];
	hadToRepeat: boolean;
}

function customer({ lines, replies }: Kind, n: number): Customer {
	const one = { name: `Ana-${String(n).padStart(3, '0')}`, order: String(1_000 + n) };
	return {
		...one,
		id: `user-${String(n)}`,
		lines: lines(one),
		expected: replies(one),
		hadToRepeat: false,
	};
}

/**
 * A text as it is compared. Any of a customer's lines may be the answer: with two runs, the second message may come
 * just after the first question, and answers it.
 */
const plain = ({ lines }: Customer, text = ''): string =>
	lines.flat().some((line) => text === `Name=${line}`) ? 'Name=' : text;

/** The names and numbers of customers in a text. */
const namesIn = (text: string): string[] => text.match(/Ana-\d{3}|\b1\d{3}\b/g) ?? [];

/** Customers who talk to a workflow that asks them, at a separate address. They repeat what is refused. */
export class Conversations {
	private readonly customers: Customer[];
	private written = 0;
	private lastLook = Promise.resolve({ at: 0, isBusy: true });

	private constructor(
		private readonly stage: ScaleStage,
		readonly dialogue: Dialogue,
		private readonly ledger: Ledger,
		private readonly kind: Kind,
		count: number,
	) {
		this.customers = Array.from({ length: count }, (_, n) => customer(kind, n));
	}

	static async open(
		stage: ScaleStage,
		fault: string,
		count: number,
		kind: Kind = KINDS.nodes,
	): Promise<Conversations> {
		const { steps, summary, trigger } = kind;
		const change = (workflow: Workflow) => ({ ...workflow, nodes: workflow.nodes.map(withSummary) });
		const withSummary = (node: Json) =>
			summary !== undefined && node.name === 'Thank you' ? { ...node, parameters: { text: summary } } : node;
		const dialogue = await openScaled(stage, steps, { users: count, trigger, change });
		const ledger = new Ledger(stage, fault, dialogue.workflowId, dialogue.projectId);
		await ledger.ready;
		return new Conversations(stage, dialogue, ledger, kind, count);
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
		const lines = one.lines[step] ?? [];
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

	/** Whether a customer has been sent what follows a step, as often as it should by then. */
	private hasHeard(one: Customer, step: number): boolean {
		const isReply = (text: string) => plain(one, text) === plain(one, one.expected[step]);
		const times = one.expected.slice(0, step + 1).filter(isReply).length;
		return this.dialogue.heard(one.id).filter(isReply).length >= times;
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
		const { customers, dialogue, kind } = this;
		const isOf = ({ id, name }: Customer, { data }: Execution) =>
			data.includes(`"${id}"`) || data.includes(name);
		/** What a customer has heard, without the questions that were asked once more. */
		const heardOnce = ({ expected, id }: Customer): string[] => {
			const left = expected.filter((text) => text.endsWith('?'));
			return dialogue.heard(id).filter((text) => {
				const at = left.indexOf(text);
				if (at >= 0) left.splice(at, 1);
				return at >= 0 || !expected.includes(text) || !text.endsWith('?');
			});
		};
		const isFinished = (one: Customer) => {
			const { expected, hadToRepeat } = one;
			const heard = heardOnce(one);
			const inOrder = (texts: string[]) =>
				JSON.stringify(kind.runs === 1 ? texts : texts.map((text) => plain(one, text)).sort());
			// A refused message may have started a run anyway: that run asks as well, perhaps after the other has finished, or
			// takes the customer's repetition for the answer.
			return hadToRepeat
				? heard.some((text) => text.startsWith('Name=')) && !isForgotten(one)
				: inOrder(heard) === inOrder(expected);
		};
		/** Whether a customer's run waits for an answer although every question that the customer heard has been answered. */
		const isForgotten = (one: Customer) => {
			const heard = dialogue.heard(one.id);
			const isQuestion = (text: string) => text.endsWith('?');
			const asked = heard.filter(isQuestion).length;
			const answered = (heard.length - asked) * (one.expected.filter(isQuestion).length / kind.runs);
			return asked <= answered && executions.some((run) => run.status === 'waiting' && isOf(one, run));
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
		const runsTooMany = customers.map((one) => executions.filter((run) => isOf(one, run)).length - kind.runs);
		return {
			opened: customers.length,
			finished: customers.length - unfinished.length,
			failed: shown.length + Math.min(unfinished.length - shown.length, ofNobody.length),
			repeated: customers.filter(({ hadToRepeat }) => hadToRepeat).length,
			askedTwice: customers.filter((one) => heardOnce(one).length < dialogue.heard(one.id).length).length,
			crossed: customers.filter(isCrossed).length,
			runsTooMany: runsTooMany.reduce((sum, each) => sum + Math.max(0, each), 0),
		};
	}
}
