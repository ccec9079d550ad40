import { setTimeout as sleep } from 'node:timers/promises';

import type { Delivery } from '../../../sandbox';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import type { Dialogue } from '../../server/support/dialogue';
import { onlyListens, startedWith, textIn, textsOf } from '../../server/support/rooms';
import { openTyped, servedBy } from './dialogues';
import type { ScaleStage } from './stage';

const WORDS = ['hola', 'soy Ana', '¿llegó mi pedido?'];
const COMBINED_AT_S = 2;
const BETWEEN_MESSAGES_MS = 300;
const BETWEEN_ROOMS_MS = 300;
const SETTLE_TIMEOUT_MS = 120_000;

/** What became of the messages that rooms wrote in a row. */
export interface BurstOutcome {
	rooms: number;
	/** Rooms by the number of runs that their messages are in. */
	roomsByRuns: Record<number, number>;
	/** Messages by the status that Jelou got; none where the connection broke. */
	messagesByStatus: Record<string, number>;
	/** Answered with 2xx, and in no run. */
	lostSilently: number;
	/** In more than one run. */
	twice: number;
	/** Not answered with 2xx, and in a run all the same. */
	ranAlthoughRefused: number;
}

/** Rooms in which a customer writes several short messages in a row, on an address of its own. */
export class Bursts {
	private deliveries: Delivery[] = [];

	private constructor(
		private readonly stage: ScaleStage,
		readonly dialogue: Dialogue,
		private readonly rooms: number,
	) {}

	static async open(stage: ScaleStage, rooms: number): Promise<Bursts> {
		const trigger = { options: { combineMessages: COMBINED_AT_S } };
		const dialogue = await openTyped(stage, [], { users: rooms, trigger, change: onlyListens });
		return new Bursts(stage, dialogue, rooms);
	}

	async servedBy(): Promise<string[]> {
		return await servedBy(this.stage, this.dialogue);
	}

	/** Every room writes, one room after the other. `meanwhile` is done when the first message has been answered. */
	async writeAll(meanwhile = () => Promise.resolve()): Promise<BurstOutcome> {
		const write = async (room: number, n: number) => {
			await sleep(room * BETWEEN_ROOMS_MS + n * BETWEEN_MESSAGES_MS);
			return await this.dialogue.writes(`user-${String(room)}`, `${String(room)}: ${String(WORDS[n])}`);
		};
		const all = Array.from({ length: this.rooms }, (_, room) => WORDS.map((_, n) => write(room, n))).flat();
		await Promise.race(all);
		await meanwhile();
		this.deliveries = await Promise.all(all);
		return this.judge(await this.runs());
	}

	/** Delivers what was refused once more, byte for byte; gives the messages that are in no run even so. */
	async repeatRefused(): Promise<string[]> {
		const { deliveries, dialogue, stage } = this;
		const refused = deliveries.filter((each) => !isTaken(each));
		const repeat = async ({ rawBody, signature }: Delivery) =>
			waitUntil(
				'the repetition to be taken',
				async () =>
					(await stage.sandbox.deliver(dialogue.projectId, { body: rawBody, signature })).status === 200,
				30_000,
			);
		await Promise.all(refused.map(repeat));
		const inRuns = new Set((await this.runs()).flat());
		return deliveries.map(textIn).filter((text) => !inRuns.has(text));
	}

	/** The texts of each run, once n8n has nothing to do any more. */
	private async runs(): Promise<string[][]> {
		const isOver = async () =>
			(await this.dialogue.runs()).every(({ status }) => status !== 'new' && status !== 'running');
		await waitUntil('all runs to end', isOver, SETTLE_TIMEOUT_MS, 500);
		return (await startedWith(this.stage, this.dialogue)).map(textsOf);
	}

	private judge(runs: string[][]): BurstOutcome {
		const roomsByRuns: BurstOutcome['roomsByRuns'] = {};
		for (let room = 0; room < this.rooms; room++) {
			const isOf = (text: string) => text.startsWith(`${String(room)}: `);
			const count = runs.filter((texts) => texts.some(isOf)).length;
			roomsByRuns[count] = (roomsByRuns[count] ?? 0) + 1;
		}
		const messagesByStatus: BurstOutcome['messagesByStatus'] = {};
		for (const { status } of this.deliveries)
			messagesByStatus[status ?? 'none'] = (messagesByStatus[status ?? 'none'] ?? 0) + 1;
		const times = (delivery: Delivery) => runs.flat().filter((text) => text === textIn(delivery)).length;
		const count = (is: (delivery: Delivery) => boolean) => this.deliveries.filter(is).length;
		return {
			rooms: this.rooms,
			roomsByRuns,
			messagesByStatus,
			lostSilently: count((each) => isTaken(each) && times(each) === 0),
			twice: count((each) => times(each) > 1),
			ranAlthoughRefused: count((each) => !isTaken(each) && times(each) > 0),
		};
	}
}

const isTaken = ({ status }: Delivery) => status !== null && status >= 200 && status < 300;
