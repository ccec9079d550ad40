import { setTimeout as sleep } from 'node:timers/promises';

import type { Delivery, Sandbox } from '../../../sandbox';
import type { Json } from '../../../scripts/json';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import type { Dialogue, DialogueOptions, Step } from './dialogue';
import { inParts } from './inParts';
import { STARTED } from './rooms';
import type { Stage } from './stage';

const TOPICS = ['Cambio', 'Devolución'];
/** Five questions of one node, each of a different type; the next node says what the run got. */
const VALUES = [
	{ name: 'name', answerType: 'text', question: '¿Cómo te llamas?' },
	{ name: 'topic', answerType: 'choice', question: 'Hola, {name}. ¿Qué es?', choices: TOPICS.join('\n') },
	{ name: 'order', answerType: 'digits', question: '¿Cuál es tu número de pedido?' },
	{ name: 'email', answerType: 'email', question: '¿Y tu correo?' },
	{ name: 'agrees', answerType: 'approval', question: '{topic} de {order}, {email}: ¿es correcto?' },
];
/** The step of the last answer; 0 is hello. */
export const LAST = VALUES.length;
const GIVEN =
	'={{ JSON.stringify({ outcome: $json.outcome, answers: $json.answers, text: $json.chatInput }) }}';
const REPEATED_AFTER_MS = 500;

export const fiveQuestions = (options: Json = {}): Step => ({
	name: 'Ask',
	parameters: { responseType: 'questions', questions: { values: VALUES }, options },
});

/** For a dialogue with these questions and this many customers. */
export const withCustomers = (users: number): DialogueOptions => ({
	users,
	change: ({ nodes, ...workflow }) => ({
		...workflow,
		nodes: nodes.map((node) => (node.name === 'Thank you' ? { ...node, parameters: { text: GIVEN } } : node)),
	}),
});

/**
 * A customer who answers the five questions, with answers that nobody else gives. Jelou repeats what is not accepted; but
 * every second customer who already has the next question answers that instead.
 */
export class Customer {
	readonly userId: string;
	/** What should be heard, in order. */
	readonly expected: string[];
	/** The steps whose message was not accepted the first time. */
	readonly refused = new Set<number>();
	/**
	 * Whether the last answer began another run: n8n refused it although the run had it, as on a machine that takes longer
	 * than Jelou waits, and Jelou repeated it.
	 */
	hasBegunAgain = false;
	private readonly isRepeated: boolean;
	private readonly lines: string[];

	constructor(
		private readonly sandbox: Sandbox,
		private readonly dialogue: Dialogue,
		n: number,
	) {
		this.userId = `user-${String(n)}`;
		this.isRepeated = n % 2 === 0;
		const name = `Ana ${String(n)}`;
		const topic = TOPICS[n % 2] ?? '';
		const order = `00${String(1_000 + n)}`;
		const email = `ana.${String(n)}@example.com`;
		const agrees = n % 3 === 0 ? 'No' : 'Sí';
		this.lines = ['hola', name, String((n % 2) + 1), order, email, agrees];
		const answers = { name, topic, order, email, agrees };
		this.expected = [
			'¿Cómo te llamas?',
			`Hola, ${name}. ¿Qué es?\n\n1. Cambio\n2. Devolución`,
			'¿Cuál es tu número de pedido?',
			'¿Y tu correo?',
			`${topic} de ${order}, ${email}: ¿es correcto?\n\n1. Sí\n2. No`,
			JSON.stringify({ outcome: 'answered', answers, text: agrees }),
		];
	}

	/** Writes the message of a step, once. */
	async writes(step: number): Promise<Delivery> {
		return await this.dialogue.writes(this.userId, this.lines[step] ?? '');
	}

	/** Jelou delivers the same message again. Returns what was responded; the status is null without a response. */
	async repeats({ rawBody: body, signature }: Delivery): Promise<Pick<Delivery, 'status' | 'answer'>> {
		const again = this.sandbox.deliver(this.dialogue.projectId, { body, signature });
		return await again.then(
			({ body: answer, status }) => ({ answer, status }),
			() => ({ status: null }),
		);
	}

	/**
	 * Writes the message of a step until it is accepted. A customer who was not asked writes nothing.
	 *
	 * @param isUp resolves when deliveries are possible
	 */
	async says(step: number, isUp = async () => Promise.resolve()): Promise<void> {
		if (step > 0 && !this.hasHeard(step - 1)) return;
		await isUp();
		const delivery = await this.writes(step);
		let response: Pick<Delivery, 'status' | 'answer'> = delivery;
		while (response.status !== 200) {
			this.refused.add(step);
			await sleep(REPEATED_AFTER_MS);
			await isUp();
			if (!this.isRepeated && this.hasHeard(step)) return;
			response = await this.repeats(delivery);
		}
		this.hasBegunAgain = step === LAST && this.refused.has(LAST) && response.answer === STARTED.answer;
	}

	/** Whether what follows a step was heard. */
	private hasHeard(step: number): boolean {
		return this.all.includes(this.expected[step] ?? '');
	}

	/** What was heard, without repetitions in a row. */
	get heard(): string[] {
		return this.all.filter((text, n, all) => text !== all[n - 1]);
	}

	/** Whether everything that was heard was expected, in this order. */
	get isRight(): boolean {
		const expected = [...this.expected, ...(this.hasBegunAgain ? this.expected.slice(0, 1) : [])];
		return JSON.stringify(this.heard) === JSON.stringify(expected.slice(0, this.heard.length));
	}

	/** The steps whose message was followed by a question that the customer already had. */
	get askedTwice(): number[] {
		return this.expected.flatMap((text, step) =>
			this.all.filter((each) => each === text).length > 1 ? [step] : [],
		);
	}

	private get all(): string[] {
		return this.dialogue.heard(this.userId);
	}
}

/** The outcome of a talk when nothing went wrong that n8n does not show. */
export const NOTHING_HIDDEN = { wrong: [], askedTwiceWithoutNeed: 0, otherRuns: 0 };
/** The same when nothing went wrong. */
export const RIGHT = { ...NOTHING_HIDDEN, unfinished: 0, crashed: 0 };

/** Customers who have the five questions of one workflow. */
export class Talk {
	readonly customers: Customer[];

	constructor(
		private readonly stage: Pick<Stage, 'client' | 'sandbox'>,
		readonly dialogue: Dialogue,
		count: number,
	) {
		this.customers = Array.from({ length: count }, (_, n) => new Customer(stage.sandbox, dialogue, n));
	}

	/** All write hello, this many at once; then all have the first question, and their runs wait. */
	async begin(atOnce: number): Promise<void> {
		await inParts(this.customers, atOnce, async (one) => one.says(0));
		await this.allAre('waiting', 'crashed');
	}

	/** How many messages all have been sent. */
	get heard(): number {
		return this.customers.reduce((sum, { userId }) => sum + this.dialogue.heard(userId).length, 0);
	}

	async allAre(...status: string[]): Promise<void> {
		const isSo = async () => (await this.runs(...status)) === this.customers.length;
		await waitUntil(`all runs to be ${status.join(' or ')}`, isSo);
	}

	private async runs(...status: string[]): Promise<number> {
		return await this.stage.client.executionCount(this.dialogue.workflowId, status);
	}

	/** Waits until all have finished, and counts what went wrong. */
	async end() {
		const { customers } = this;
		await this.allAre('success', 'crashed');
		const again = customers.filter(({ hasBegunAgain }) => hasBegunAgain);
		const others = async () => this.runs('waiting', 'running', 'error', 'canceled', 'new');
		await waitUntil('the runs that began again', async () => (await others()) >= again.length);
		const twice = customers.flatMap(({ askedTwice, hasBegunAgain, refused }) =>
			askedTwice.map((step) =>
				refused.has(step) || (step === 0 && hasBegunAgain) ? 'cut off' : 'without need',
			),
		);
		const wrong = customers.filter(({ isRight }) => !isRight);
		return {
			dialogues: customers.length,
			wrong: wrong.map(({ heard, userId }) => `${userId}: ${heard.join(' | ')}`),
			unfinished: customers.filter(({ expected, heard }) => heard.length < expected.length).length,
			crashed: await this.runs('crashed'),
			refused: customers.filter(({ refused }) => refused.size > 0).length,
			/** Where it was unknown whether the customer had the question: the process that sent it was gone. */
			askedTwice: twice.filter((why) => why === 'cut off').length,
			askedTwiceWithoutNeed: twice.filter((why) => why === 'without need').length,
			begunAgain: again.length,
			otherRuns: (await others()) - again.length,
		};
	}
}
