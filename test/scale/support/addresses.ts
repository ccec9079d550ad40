import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { openDialogue, type Dialogue, type DialogueOptions, type Step } from '../../server/support/dialogue';
import { credentialData } from '../../server/support/stage';
import { errorOf } from '../faults/count';
import type { ScaleStage } from './stage';

/** What became of the dialogues: each is in one of the first five. */
export interface Outcome {
	/** The customer heard everything to the end, with the own answers. */
	finished: number;
	/** The same, although a message was refused: written again, or it had arrived all the same. */
	finishedAfterRefusal: number;
	/** A message got another status than 2xx, or none, so Jelou knows; and it did not help to write it again. */
	refused: number;
	/** n8n shows a failed run. */
	failed: number;
	/** Every message got a 2xx and no run failed, but the customer never heard the rest. */
	lostSilently: number;
	/** Dialogues in which a customer heard another one's answers. */
	mixed: number;
	/** Runs beyond one for each customer. */
	runsTooMany: number;
	/** Every run, by its status in n8n. */
	runs: Record<string, number>;
	/** What n8n shows of the failed runs, each error once. */
	errors: string[];
}

interface Customer {
	id: string;
	/** The name and the number that only this customer gives. */
	own: string[];
	/** Whether a message was not taken. */
	wasRefused: boolean;
	expected: string[];
}

interface Run {
	status: string;
	data: string;
}

const STEPS: Step[] = [
	{ name: 'Name', parameters: { message: 'Name?', answerType: 'text' } },
	{ name: 'Order', parameters: { message: 'Order?', answerType: 'number' } },
];
const ENDED_WELL = ['success', 'waiting'];
const SETTLE_TIMEOUT_MS = 240_000;
const FORGERIES = 6;
/** How often a customer writes what was refused once more, and after how long without an answer. */
const REPETITIONS = 5;
const PATIENCE_MS = 5_000;

/** Opens a dialogue with the signing secret typed into its credential, as queue mode needs it. */
export async function openTyped(
	{ client, cluster, sandbox }: ScaleStage,
	steps: Step[],
	options: DialogueOptions,
): Promise<Dialogue> {
	const n8n = { url: cluster.webhookUrl };
	const dialogue = await openDialogue({ client, n8n, sandbox }, steps, options);
	const { projectId } = dialogue;
	const project = sandbox.store.projects.get(projectId);
	const { signingSecret = '' } = project?.integration ?? {};
	const data = credentialData(sandbox, { projectId, apiKey: project?.apiKey ?? '', signingSecret });
	await client.saveCredential(projectId, 'jelouApi', data);
	return dialogue;
}

/**
 * The names of the webhook processes that have taken deliveries to a dialogue's address since they were started: several
 * forged ones, which they log.
 */
export async function servedBy({ cluster, sandbox }: ScaleStage, { projectId }: Dialogue): Promise<string[]> {
	const { webhookUrl = '' } = sandbox.store.projects.get(projectId)?.integration ?? {};
	const line = `in workflow "${projectId}" refused a delivery`;
	for (let n = 0; n < FORGERIES; n++) await fetch(webhookUrl, { method: 'POST' });
	return cluster.webhooks.filter((one) => one.log().includes(line)).map(({ name }) => name);
}

/** A dialogue of two questions on an address of its own. */
export class Dialogues {
	private constructor(
		private readonly stage: ScaleStage,
		private readonly dialogue: Dialogue,
		private readonly count: number,
	) {}

	static async open(stage: ScaleStage, count: number): Promise<Dialogues> {
		return new Dialogues(stage, await openTyped(stage, STEPS, { users: count }), count);
	}

	async servedBy(): Promise<string[]> {
		return await servedBy(this.stage, this.dialogue);
	}

	/** How many customers have heard as many messages. */
	haveHeard(messages: number): number {
		const { dialogue } = this;
		return this.users().filter((user) => dialogue.heard(user).length >= messages).length;
	}

	private users(): string[] {
		return Array.from({ length: this.count }, (_, n) => `user-${String(n)}`);
	}

	/** Writes, and once more what was refused, unless it turns out that it had arrived; says whether it was refused. */
	private async write(id: string, line: string, heard: number): Promise<boolean> {
		for (let n = 0; n <= REPETITIONS; n++) {
			const { status } = await this.dialogue.writes(id, line);
			if (status !== null && status >= 200 && status < 300) return n > 0;
			const isAnswered = () => Promise.resolve(this.dialogue.heard(id).length > heard);
			await waitUntil('what comes next', isAnswered, PATIENCE_MS).catch(() => undefined);
			if (await isAnswered()) return true;
		}
		return true;
	}

	/** One customer from hello to the summary, or until nothing comes any more. */
	private async talk(id: string, n: number): Promise<Customer> {
		const name = `Ana-${String(n)}`;
		const order = String(1_000 + n);
		const expected = ['Name?', 'Order?', `Name=${name} Order=${order}`];
		const customer = { id, own: [name, order], wasRefused: false, expected };
		for (const [step, line] of ['hola', name, order].entries()) {
			if (await this.write(id, line, step)) customer.wasRefused = true;
			const isHeard = await this.dialogue.hears(id, step + 1).then(
				() => true,
				() => false,
			);
			if (!isHeard) break;
		}
		return customer;
	}

	/** Waits until n8n has nothing to do any more. */
	private async runs(): Promise<Run[]> {
		let runs: Run[] = [];
		await waitUntil(
			'all runs to end or to wait',
			async () => {
				const rows = await this.stage.cluster.postgres.query(
					`select e.status, coalesce(d.data, '') from execution_entity e
					 left join execution_data d on d."executionId" = e.id
					 where e."workflowId" = '${this.dialogue.workflowId}' order by e.id`,
				);
				runs = rows.map(([status = '', data = '']) => ({ status, data }));
				return runs.every(({ status }) => status !== 'new' && status !== 'running');
			},
			SETTLE_TIMEOUT_MS,
			1_000,
		);
		return runs;
	}

	/** All customers talk at once. Gives what became of them, once n8n has nothing to do any more. */
	async talkAll(): Promise<Outcome> {
		const customers = await Promise.all(this.users().map((id, n) => this.talk(id, n)));
		return this.judge(customers, await this.runs());
	}

	private judge(customers: Customer[], runs: Run[]): Outcome {
		const outcome: Outcome = {
			finished: 0,
			finishedAfterRefusal: 0,
			refused: 0,
			failed: 0,
			lostSilently: 0,
			mixed: 0,
			runsTooMany: 0,
			runs: {},
			errors: [...new Set(runs.filter(hasFailed).map(errorOf))],
		};
		for (const { status } of runs) outcome.runs[status] = (outcome.runs[status] ?? 0) + 1;
		const ofNobody = runs.filter((run) => !customers.some((customer) => isOf(customer, run)));
		// n8n discards the input of a run whose worker has died: such a run stands for one dialogue.
		let unnamed = ofNobody.filter(hasFailed).length;
		for (const customer of customers) {
			const own = runs.filter((run) => isOf(customer, run));
			const heard = this.dialogue.heard(customer.id);
			const { expected, wasRefused } = customer;
			if (wasRefused && heard.at(-1) === expected.at(-1)) outcome.finishedAfterRefusal++;
			else if (JSON.stringify(heard) === JSON.stringify(expected)) outcome.finished++;
			else if (wasRefused) outcome.refused++;
			else if (own.some(hasFailed)) outcome.failed++;
			else if (unnamed > 0) {
				unnamed--;
				outcome.failed++;
			} else outcome.lostSilently++;
			if (heard.some((text) => namesIn(text).some((each) => !customer.own.includes(each)))) outcome.mixed++;
			outcome.runsTooMany += Math.max(0, own.length - 1);
		}
		return outcome;
	}
}

const isOf = ({ id }: Customer, { data }: Run) => data.includes(`"${id}"`);
/** The names and numbers that customers gave. */
const namesIn = (text: string): string[] => text.match(/Ana-\d+|\d{4}/g) ?? [];
const hasFailed = ({ status }: Run) => !ENDED_WELL.includes(status);
