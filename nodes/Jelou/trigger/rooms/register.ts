import type { IDataObject } from 'n8n-workflow';

import { BoundedMap } from '../../shared/boundedMap';
import { isObject } from '../../shared/json';
import {
	readPause,
	readQuestion,
	type NoteStatus,
	type Pause,
	type Question,
	type RoomEntry,
} from '../../shared/roomNote';

/** A question and how often it was asked again. */
export interface OpenQuestion extends Question {
	attempts: number;
}

/** Where it is kept in the workflow's static data: one text per trigger. The name is older than the pauses. */
const STATIC_KEY = 'jelouQuestions';
/** More rooms than a support team answers at once; each one is a little more to load for every delivery. */
export const MAX_ENTRIES = 5_000;
const MAX_REGISTERS = 500;
const MAX_CLOSED = 20_000;
/** More than arrive while one of them would still be believed. */
const MAX_NOTES = 10_000;

/** Begins the ID of a pause that was ended before its time. */
const ENDED = '-';
const isEnded = ({ id }: Pause) => id.startsWith(ENDED);

/** What is open in the rooms of one trigger, of one kind: one entry per room. */
class RoomEntries<Entry extends RoomEntry & { userId?: string }> {
	private readonly open = new Map<string, Entry>();
	/** Entries that have ended before their time: a copy of static data that still has them is an old one. */
	private readonly closed = new BoundedMap<string, true>(MAX_CLOSED);

	/** Takes over what static data has and this process does not know. */
	takeOver(entries: readonly Entry[]): void {
		for (const stored of entries) {
			const present = this.open.get(stored.roomId);
			if (this.closed.has(stored.id) || (present && present.askedAt >= stored.askedAt)) continue;
			this.open.set(stored.roomId, stored);
		}
	}

	/** What is open in this room, and is this customer's. */
	find(roomId: string, userId?: string, now = Date.now()): Entry | undefined {
		const entry = this.open.get(roomId);
		if (entry === undefined || entry.until <= now) return undefined;
		return userId === undefined || entry.userId === undefined || userId === entry.userId ? entry : undefined;
	}

	/** Whether an entry was closed, so that a note about it that comes again changes nothing. */
	isClosed(id: string): boolean {
		return this.closed.has(id);
	}

	/**
	 * Adds an entry; it replaces an older one of the same room.
	 *
	 * @returns false when there are as many as there may be
	 */
	add(entry: Entry, now = Date.now()): boolean {
		const present = this.open.get(entry.roomId);
		if (present?.id === entry.id) return true;
		if (!present && this.open.size >= MAX_ENTRIES) {
			this.dropExpired(now);
			if (this.open.size >= MAX_ENTRIES) return false;
		}
		if (present) this.closed.set(present.id, true);
		this.open.set(entry.roomId, entry);
		return true;
	}

	/** Ends an entry, or whatever is open in the room. One that was replaced meanwhile is left to its successor. */
	close(roomId: string, id = this.open.get(roomId)?.id): void {
		if (id === undefined) return;
		this.closed.set(id, true);
		if (this.open.get(roomId)?.id === id) this.open.delete(roomId);
	}

	all(now: number): Entry[] {
		this.dropExpired(now);
		return [...this.open.values()];
	}

	private dropExpired(now: number): void {
		for (const [roomId, { until }] of this.open) if (until <= now) this.open.delete(roomId);
	}
}

/**
 * The open questions and the paused rooms of one trigger. n8n gives every delivery a copy of the workflow's static data
 * and writes it back whole, so of two deliveries that write at the same moment one is lost. What this process knows is
 * therefore kept here too, and all of it goes into every write; what another process wrote is taken over from the copy.
 */
export class RoomRegister {
	readonly questions = new RoomEntries<OpenQuestion>();
	readonly pauses = new RoomEntries<Pause>();
	/** What the notes that were taken were answered with, by their IDs. */
	readonly notes = new BoundedMap<string, NoteStatus>(MAX_NOTES);
	/** The text that was taken over last. */
	private known = '';

	isPaused(roomId: string): boolean {
		return this.pauseOf(roomId) !== undefined;
	}

	/** Ends a pause, and notes that until its time is up: another process may know the room as paused. */
	endPause(roomId: string): void {
		const pause = this.pauseOf(roomId);
		if (pause) this.pauses.add({ ...pause, id: ENDED + pause.id, askedAt: pause.askedAt + 1 });
	}

	private pauseOf(roomId: string): Pause | undefined {
		const pause = this.pauses.find(roomId);
		return pause && !isEnded(pause) ? pause : undefined;
	}

	/** Takes over what static data has. Costs nothing where nothing was written since. */
	load(text: string): void {
		if (text === this.known) return;
		this.known = text;
		const { pauses, questions } = parse(text);
		this.questions.takeOver(questions);
		this.pauses.takeOver(pauses);
	}

	/** Everything that is open, as a text: n8n wraps every object in static data, which costs each delivery time. */
	serialise(now = Date.now()): string {
		this.known = format(this.questions.all(now), this.pauses.all(now));
		return this.known;
	}
}

/** The parts of a question's row that stay as they are. */
interface Row {
	/** What is the same for all questions of a node. */
	common: string;
	before: string;
	path: string;
}

/** Every write has all rows, and to make them anew is most of what it costs at thousands of questions. */
const rows = new WeakMap<OpenQuestion, Row>();

function rowOf(question: OpenQuestion): Row {
	const known = rows.get(question);
	if (known) return known;
	const { askedAt, botId, expects, id, projectId, resumeUrl, roomId, until, userId } = question;
	const { origin, pathname, search } = new URL(resumeUrl);
	const before = JSON.stringify([id, roomId, userId, botId, askedAt, until]).slice(0, -1);
	const common = JSON.stringify([expects, projectId, origin]);
	const row = { common, before, path: JSON.stringify(pathname + search) };
	rows.set(question, row);
	return row;
}

/** What is the same for all questions of a node is written once; the rest of a question is one row. */
function format(questions: readonly OpenQuestion[], pauses: readonly Pause[]): string {
	if (questions.length + pauses.length === 0) return '';
	const shared = new Map<string, number>();
	const asked = questions.map((question) => {
		const { before, common, path } = rowOf(question);
		const index = shared.get(common) ?? shared.size;
		shared.set(common, index);
		return `${before},${String(question.attempts)},${String(index)},${path}]`;
	});
	const paused = pauses.map(({ askedAt, id, roomId, until }) => [id, roomId, askedAt, until]);
	return `[[${[...shared.keys()].join(',')}],[${asked.join(',')}],${JSON.stringify(paused)}]`;
}

function listOf(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [];
}

function parse(text: string): { questions: OpenQuestion[]; pauses: Pause[] } {
	let value: unknown;
	try {
		value = text === '' ? [] : JSON.parse(text);
	} catch {
		value = [];
	}
	const [commons, rows, paused] = listOf(value).map(listOf);
	const questions = (rows ?? []).flatMap((row): OpenQuestion[] => {
		const [id, roomId, userId, botId, askedAt, until, attempts, index, path] = listOf(row);
		const [expects, projectId, origin] = listOf(commons?.[Number(index)]);
		const resumeUrl = `${String(origin)}${String(path)}`;
		const stored = { id, roomId, userId, botId, askedAt, until, expects, projectId, resumeUrl };
		const question = readQuestion(stored);
		return question && URL.canParse(resumeUrl) ? [{ ...question, attempts: Number(attempts) || 0 }] : [];
	});
	const pauses = (paused ?? []).flatMap((row): Pause[] => {
		const [id, roomId, askedAt, until] = listOf(row);
		const pause = readPause({ id, roomId, askedAt, until });
		return pause ? [pause] : [];
	});
	return { questions, pauses };
}

const registers = new BoundedMap<string, RoomRegister>(MAX_REGISTERS);

/** The text that static data holds for a trigger. */
export function storedText(staticData: IDataObject, nodeId: string): string {
	const all = staticData[STATIC_KEY];
	const text = isObject(all) ? all[nodeId] : undefined;
	return typeof text === 'string' ? text : '';
}

/** What is open in the rooms of a trigger, as far as this process and the static data of this delivery know them. */
export function registerOf(triggerKey: string, staticData: IDataObject, nodeId: string): RoomRegister {
	let register = registers.get(triggerKey);
	if (register === undefined) {
		register = new RoomRegister();
		registers.set(triggerKey, register);
	}
	register.load(storedText(staticData, nodeId));
	return register;
}

/** Whether static data has a room as paused. */
export function isStoredAsPaused(staticData: IDataObject, nodeId: string, room: string): boolean {
	return parse(storedText(staticData, nodeId)).pauses.some(
		(pause) => pause.roomId === room && pause.until > Date.now() && !isEnded(pause),
	);
}

/** Writes what is open into static data, which n8n stores before it answers the delivery. */
export function storeRooms(register: RoomRegister, staticData: IDataObject, nodeId: string): void {
	const text = register.serialise();
	if (text === storedText(staticData, nodeId)) return;
	const others = isObject(staticData[STATIC_KEY]) ? staticData[STATIC_KEY] : {};
	// Assigned as a whole, so that n8n notices the change whatever the depth.
	staticData[STATIC_KEY] = { ...others, [nodeId]: text };
}
