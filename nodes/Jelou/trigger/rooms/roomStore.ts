import { sleep, type IDataObject } from 'n8n-workflow';

import { BoundedMap } from '../../shared/boundedMap';
import { uptime } from '../../shared/clock';
import { isObject, optionalText } from '../../shared/json';
import { END_OF_DIALOGUE_MS, type NoteStatus, type Pause, type Question } from '../../shared/triggerNote';
import {
	formatRooms,
	parseRooms,
	stepOf,
	type KeptPause,
	type KeptQuestion,
	type Rooms,
} from './storedRooms';

/** The key in the workflow's static data: it holds one text for each project. */
const STATIC_KEY = 'jelouRooms';
/** A text that cannot be read is kept next to the new one, under the project's key with this suffix. */
const UNREADABLE = ' (unreadable)';

/** More rooms than a support team serves at once; each one adds to what every delivery has to load. */
const MAX_ENTRIES = 5_000;
/** In characters, of all questions: n8n loads them for every delivery. */
const MAX_SIZE = 4_000_000;
const MAX_ENDED = 20_000;
const MAX_ENDED_STORED = 200;
const MAX_ENDED_PAUSES = 1_000;
/** More than arrive while a note is still accepted. */
const MAX_NOTES = 10_000;
const MAX_STORES = 500;
/** Copies that concurrent deliveries may have: each is as long as all questions. */
const MAX_COPIES = 4;
/**
 * The limits for what is kept of the messages that arrive while a question is being sent: their number, and their
 * characters.
 */
const MAX_BEFORE = 20;
const MAX_BEFORE_SIZE = 50_000;
/** In characters, of the answers that a dialogue has so far. */
const MAX_ANSWERS_SIZE = 50_000;
/** In characters: answers up to this size are not refused because others have asked a lot. */
const ALWAYS_KEPT_SIZE = 1_000;

/** A question that has been pending for this long counts as sent: whoever was sending it is gone. */
const MAX_PENDING_MS = 60_000;
/**
 * How long a room is reserved for the run that was just answered, so that two dialogues do not alternate. A run mostly
 * asks its next question within a second; a longer time would hold up a dialogue that goes on in a sub-workflow, which
 * is another run.
 */
const KEPT_FOR_MS = 2_000;
/** What arrives this shortly before Jelou's response does not count as earlier: the two only overtook each other. */
const OVERTAKEN_MS = 100;
/** If sending takes longer than this, the customer may have the question before Jelou says so. */
const SLOW_MS = 3_000;
/**
 * Deliveries that n8n began this shortly after a write may have the copy from before it: that does not mean that the
 * write was lost.
 */
const WRITING_MS = 1_000;
/** How long to wait for a run that cannot be reached. */
const UNREACHABLE_MS = 60_000;

/**
 * How long before its time is up a dialogue with answers is ended, in milliseconds, so that its run goes on with them.
 */
export const BEFORE_END_MS = 1_000;
/**
 * How long after its time is up it can still be ended, if n8n is busy: the last seconds before n8n ends the wait are
 * for the request.
 */
const AFTER_END_MS = END_OF_DIALOGUE_MS - 5_000;

/** When a question is dropped, in Unix milliseconds. It takes answers only until its time is up. */
const keptUntil = ({ step, until }: KeptQuestion) => (step > 0 ? until + AFTER_END_MS : until);
/** Whether it is a dialogue that can still be ended with the answers it has. */
const hasAnswers = (question: KeptQuestion) => question.step > 0 && keptUntil(question) > Date.now();

const isQueued = ({ phase }: KeptQuestion) => phase === 'queued';
/** How many characters questions take where they are stored. */
const sizeOf = (questions: KeptQuestion[]) => formatRooms({ questions, pauses: [], ended: [] }).length;

/** Whether a pause has neither been ended nor expired. */
const isInForce = ({ hasEnded, until }: KeptPause) => !hasEnded && until > Date.now();

/**
 * The open questions and the paused rooms of one project, as far as this process knows them. Nothing else reads or
 * writes them in static data. n8n gives every delivery a copy of the workflow's static data, and writes a copy back
 * whole, even the outdated one of a run in which a Code node wrote to it. So memory is what counts: what another
 * process stored is merged in where it is newer, and what a copy has lost is written again.
 */
export class RoomStore {
	/** By their IDs, in the order in which they came. */
	readonly #questions = new Map<string, KeptQuestion>();
	/** By their rooms. */
	readonly #pauses = new Map<string, KeptPause>();
	readonly #ended = new BoundedMap<string, true>(MAX_ENDED);
	/** How the notes that were taken were responded to, by their IDs. */
	readonly notes = new BoundedMap<string, NoteStatus>(MAX_NOTES);
	/** The rooms that are watched until their next question can be asked. */
	readonly watched = new Set<string>();
	/** The address at which n8n has taken a request for a run. */
	probedAddress: string | undefined;
	/** When something last changed, and when this process last gave itself a note to store it, by `uptime`. */
	touchedAt = -Infinity;
	keptAt = -Infinity;
	/** Whether it is about to give itself one. */
	isKeeping = false;
	/** Whether that note stored nothing: nobody took it, or another process did, which does not know of the change. */
	isUnkept = false;
	/** How often something was written. */
	saves = 0;

	#hasChanged = false;
	/** The copy that was read or written last; none yet when this process has just started. */
	#copy: string | undefined;
	/** The copies that contain nothing unknown to this process; the last one is the newest. */
	#copies: string[] = [];
	/** Whether the copy that was read last lacks something that this process knows. */
	#isBehind = false;
	/** When something was last written, by `uptime`. */
	#savedAt = -Infinity;
	/** How many characters have been added since, at most. */
	#added = 0;
	/** The last text that could not be read. */
	#unreadable = '';
	/** The rooms that are reserved for a run, each until a time by `uptime`. */
	readonly #reserved = new BoundedMap<string, { answered: Question; until: number }>(MAX_ENTRIES);
	/** What to call once a question has changed, by its ID. */
	readonly #waiting = new Map<string, Array<() => void>>();

	readonly #project: string;

	constructor(project: string) {
		this.#project = project;
	}

	/** The questions whose time is not up. */
	lasting(): KeptQuestion[] {
		const now = Date.now();
		for (const each of this.#questions.values()) if (keptUntil(each) <= now) this.#questions.delete(each.id);
		return [...this.#questions.values()].filter(({ until }) => until > now);
	}

	/** The questions of a room: first what was asked, then what waits its turn, each in the order in which it came. */
	inRoom(roomId: string): KeptQuestion[] {
		const present = this.lasting().filter((each) => each.roomId === roomId);
		return present.sort((a, b) => Number(isQueued(a)) - Number(isQueued(b)));
	}

	/** The questions of a room that were asked, perhaps by a process that has ended, or are being sent. */
	asked(roomId: string): KeptQuestion[] {
		return this.inRoom(roomId).filter((each) => each.isUnsure || !isQueued(each));
	}

	find({ id, roomId }: Pick<Question, 'id' | 'roomId'>): KeptQuestion | undefined {
		const known = this.#questions.get(id);
		return known?.roomId === roomId && known.until > Date.now() ? known : undefined;
	}

	hasEnded(id: string): boolean {
		return this.#ended.has(id);
	}

	/** Whether a question has to wait its turn, because another run has the room. */
	isBusyFor({ roomId, runId }: Pick<Question, 'roomId' | 'runId'>): boolean {
		const others = this.inRoom(roomId).filter((question) => question.runId !== runId);
		const owner = this.reservedFor(roomId)?.runId;
		if (owner === runId) return !others.every(isQueued);
		return others.length > 0 || owner !== undefined;
	}

	/** The first question in a room's queue, if the room is free for it. */
	nextIn(roomId: string): KeptQuestion | undefined {
		const [first] = this.inRoom(roomId);
		if (first?.phase !== 'queued') return undefined;
		const owner = this.reservedFor(roomId)?.runId;
		return owner === undefined || owner === first.runId ? first : undefined;
	}

	/** Of the dialogues that already have answers, the one whose time is up first, or was. */
	get firstToEnd(): KeptQuestion | undefined {
		let first: KeptQuestion | undefined;
		for (const each of this.#questions.values())
			if (hasAnswers(each) && !(first && first.until <= each.until)) first = each;
		return first;
	}

	/** The dialogue of a room that has answers, and whose time is up or about to be. */
	dueIn(roomId: string): KeptQuestion | undefined {
		return [...this.#questions.values()].find(
			(each) => each.roomId === roomId && hasAnswers(each) && each.until - Date.now() <= BEFORE_END_MS,
		);
	}

	hasQueue(roomId: string): boolean {
		return this.inRoom(roomId).some(isQueued);
	}

	/** The rooms in which a question waits its turn. */
	queues(): string[] {
		const queued = this.lasting().filter(isQueued);
		return [...new Set(queued.map(({ roomId }) => roomId))];
	}

	/**
	 * Adds a question, and ends an older one of the same run: a run waits for one answer at a time.
	 *
	 * @returns `undefined` when there are too many already
	 */
	add(question: Question, phase: KeptQuestion['phase'], text = ''): KeptQuestion | undefined {
		const added: KeptQuestion = {
			...question,
			phase,
			step: 0,
			attempts: 0,
			answers: {},
			takenId: '',
			changedAt: Date.now(),
			text,
			messagesBefore: [],
			seenAt: uptime(),
		};
		if (this.lasting().length >= MAX_ENTRIES || !this.#hasSpaceFor(sizeOf([added]))) return undefined;
		for (const other of this.inRoom(question.roomId)) if (other.runId === question.runId) this.end(other);
		this.#insert(added);
		this.#hasChanged = true;
		return added;
	}

	/** Takes space for this many more characters, if there is enough. Measures all questions only when there may not be. */
	#hasSpaceFor(size: number): boolean {
		const added = this.#added + size;
		if ((this.#copy ?? '').length + added > MAX_SIZE && sizeOf(this.lasting()) + size > MAX_SIZE)
			return false;
		this.#added = added;
		return true;
	}

	#insert(question: KeptQuestion): void {
		this.#questions.set(question.id, question);
		if (question.phase === 'pending') question.answerableFrom = uptime() + SLOW_MS;
	}

	/** Changes a question, and wakes whoever waits for that. */
	change(
		question: KeptQuestion,
		change: Partial<
			Pick<KeptQuestion, 'phase' | 'step' | 'attempts' | 'answers' | 'takenId' | 'messagesBefore'>
		>,
	): void {
		const changedAt = Math.max(Date.now(), question.changedAt + 1);
		this.#update(question, { ...change, changedAt });
		this.#hasChanged = true;
	}

	/**
	 * Moves a question on to its next step, which is about to be sent.
	 *
	 * @param takenId the ID of the message with the answer to the present step
	 * @returns a function that undoes it; `undefined` when there is no space for the answer
	 */
	advance(question: KeptQuestion, answer: string | number, takenId: string): (() => void) | undefined {
		const { answerableFrom, answers, attempts, phase, step, takenId: before } = question;
		const given = { ...answers, [stepOf(question).name]: answer };
		const size = JSON.stringify(given).length;
		if (size > MAX_ANSWERS_SIZE || (size > ALWAYS_KEPT_SIZE && !this.#hasSpaceFor(size))) return undefined;
		this.change(question, { phase: 'pending', step: step + 1, attempts: 0, answers: given, takenId });
		return () => {
			this.change(question, { phase, step, attempts, answers, takenId: before });
			question.answerableFrom = answerableFrom;
		};
	}

	/** @param ago how long ago it changed, in milliseconds, perhaps in another process */
	#update(question: KeptQuestion, change: Partial<KeptQuestion>, ago = 0): void {
		const { phase } = question;
		Object.assign(question, change);
		const since = uptime() - ago;
		if (question.phase === 'pending' && phase !== 'pending')
			question.answerableFrom = question.isUnsure ? -Infinity : since + SLOW_MS;
		if (question.phase === 'open' && phase !== 'open') {
			question.answerableFrom = Math.min(since - OVERTAKEN_MS, question.answerableFrom ?? Infinity);
		}
		this.#wake(question.id);
	}

	/**
	 * Marks a question as open: the customer has it. This alone is not worth a write, because a restart would open it,
	 * too.
	 *
	 * @param at since when, in Unix milliseconds, perhaps by another process's clock
	 */
	open(question: KeptQuestion, at = Date.now()): void {
		if (question.phase === 'open') return;
		const now = Date.now();
		// Another process's clock may be ahead.
		const ago = Math.max(0, Math.min(now - at, now - question.changedAt));
		this.#update(question, { phase: 'open', changedAt: Math.max(now, question.changedAt + 1) }, ago);
	}

	/** Ends a question, even one that only another process knows, or whose note has not arrived yet. */
	end({ id }: Pick<Question, 'id'>): void {
		this.#ended.set(id, true);
		this.#questions.delete(id);
		this.#hasChanged = true;
		this.#wake(id);
	}

	#wake(id: string): void {
		for (const resolve of this.#waiting.get(id) ?? []) resolve();
		this.#waiting.delete(id);
	}

	/** Whether a question is being sent. */
	isPending({ changedAt, phase }: KeptQuestion): boolean {
		return phase === 'pending' && Date.now() - changedAt < MAX_PENDING_MS;
	}

	/** Waits until a question was sent or has ended, for at most so many milliseconds. */
	async decided(question: KeptQuestion, ms: number): Promise<void> {
		if (!this.isPending(question) || !this.find(question) || ms <= 0) return;
		const woken = new Promise<void>((resolve) => {
			this.#waiting.set(question.id, [...(this.#waiting.get(question.id) ?? []), resolve]);
		});
		await Promise.race([woken, sleep(ms)]);
	}

	/**
	 * Whether a message that arrived then may be an answer: the customer had the question by then, or may have had it.
	 */
	wasOpenAt({ answerableFrom = -Infinity, phase }: KeptQuestion, arrivedAt: number): boolean {
		return phase === 'pending' || arrivedAt >= answerableFrom;
	}

	/**
	 * Keeps messages that arrived before a question was sent, for the run that will get the answer.
	 *
	 * @returns false when there are more than it may keep
	 */
	keepBefore(question: KeptQuestion, events: readonly IDataObject[]): boolean {
		const messagesBefore = [...question.messagesBefore, ...events];
		if (messagesBefore.length > MAX_BEFORE) return false;
		const size = JSON.stringify(messagesBefore).length;
		if (size > MAX_BEFORE_SIZE || !this.#hasSpaceFor(size)) return false;
		this.change(question, { messagesBefore });
		return true;
	}

	/** Reserves a room for a moment for the run that was just answered. */
	reserve(answered: Question): void {
		this.#reserved.set(answered.roomId, { answered, until: uptime() + KEPT_FOR_MS });
	}

	/** The question whose run the room is reserved for. */
	reservedFor(roomId: string): Question | undefined {
		const reserved = this.#reserved.get(roomId);
		return reserved && reserved.until > uptime() ? reserved.answered : undefined;
	}

	/** Ends the reservation of a room. */
	release(roomId: string): void {
		this.#reserved.delete(roomId);
	}

	/** Records that a run could not be reached; true when that has been so for a minute. */
	isLost(question: KeptQuestion): boolean {
		question.unreachableSince ??= uptime();
		return uptime() - question.unreachableSince >= UNREACHABLE_MS;
	}

	pausesInForce(): KeptPause[] {
		return [...this.#pauses.values()].filter(isInForce);
	}

	isPaused(roomId: string): boolean {
		const pause = this.#pauses.get(roomId);
		return pause !== undefined && isInForce(pause);
	}

	/** Whether this pause, or a later one of its room, is known. */
	knowsPause({ askedAt, id, roomId }: Pause): boolean {
		const present = this.#pauses.get(roomId);
		return present !== undefined && (present.id === id || present.askedAt > askedAt);
	}

	/** @returns false when there are too many already */
	addPause(pause: Pause): boolean {
		if (this.pausesInForce().length >= MAX_ENTRIES && !this.isPaused(pause.roomId)) return false;
		this.#pauses.set(pause.roomId, { ...pause, hasEnded: false });
		this.#hasChanged = true;
		return true;
	}

	endPause(roomId: string): void {
		const pause = this.#pauses.get(roomId);
		if (pause === undefined || !isInForce(pause)) return;
		this.#pauses.set(roomId, { ...pause, hasEnded: true });
		this.#hasChanged = true;
	}

	/** Whether no question is open, and no room paused. */
	get isEmpty(): boolean {
		return this.#questions.size + this.#pauses.size === 0;
	}

	/**
	 * Reads a delivery's copy of the static data. Costs next to nothing if nothing was written since.
	 *
	 * @returns false when it cannot be read
	 */
	load(staticData: IDataObject): boolean {
		const text = textIn(staticData[STATIC_KEY], this.#project);
		if (this.#copies.includes(text)) {
			this.#copy = text;
			const isNewest = text === this.#copies.at(-1);
			this.#isBehind = !isNewest && uptime() - this.#savedAt >= WRITING_MS;
			return true;
		}
		if (text === this.#copy) return true;
		const rooms = parseRooms(text);
		const isStart = this.#copy === undefined;
		for (const each of rooms?.questions ?? []) {
			// Whoever was sending a question when this process started has sent it, or ended with the process before. What the
			// trigger itself sends, it sends in the process that receives the room's messages, which is now this one.
			const isNext = each.step > 0;
			if (each.phase === 'pending' && (isStart || isNext || each.text !== '')) {
				// A question that had waited its turn is asked again, unless it is answered before.
				each.phase = isNext || each.text === '' ? 'open' : 'queued';
				each.isUnsure = true;
			}
		}
		this.#copy = text;
		if (rooms) this.#takeOver(rooms);
		else this.#unreadable = text;
		this.#isBehind = this.#lacks(rooms);
		if (rooms && !this.#isBehind) this.#remember(text);
		else this.#copies = [];
		return rooms !== undefined;
	}

	/** Whether the copy that was read last has this question or pause. */
	isStored(id: string): boolean {
		return this.#copy?.includes(JSON.stringify(id)) === true;
	}

	/** Whether the copy that was read last has a room as paused. */
	isStoredAsPaused(roomId: string): boolean {
		const { pauses = [] } = parseRooms(this.#copy ?? '') ?? {};
		return pauses.some((pause) => pause.roomId === roomId && isInForce(pause));
	}

	#remember(text: string): void {
		this.#copies = [...this.#copies.filter((each) => each !== text), text].slice(-MAX_COPIES);
	}

	/** Whether the copy that was read last has to be written again. */
	get needsSaving(): boolean {
		return this.#hasChanged || this.#isBehind;
	}

	/** Writes what is known into a delivery's copy, which n8n stores before it responds. */
	save(staticData: IDataObject): void {
		const before = textIn(staticData[STATIC_KEY], this.#project);
		const text = formatRooms(this.#all());
		this.#copy = text;
		this.#added = 0;
		this.#remember(text);
		this.#isBehind = false;
		this.#hasChanged = false;
		this.isUnkept = false;
		this.saves++;
		this.#savedAt = uptime();
		// Assigned as a whole, because n8n may not notice a change deeper down.
		staticData[STATIC_KEY] = {
			...lastingIn(staticData[STATIC_KEY], this.#project),
			...(before && before === this.#unreadable && { [this.#project + UNREADABLE]: before }),
			...(text && { [this.#project]: text }),
		};
	}

	#all(): Rooms {
		const now = Date.now();
		for (const { roomId, until } of this.#pauses.values()) if (until <= now) this.#pauses.delete(roomId);
		const ended = [...this.#pauses.values()].filter(({ hasEnded }) => hasEnded);
		for (const { roomId } of ended.slice(0, -MAX_ENDED_PAUSES)) this.#pauses.delete(roomId);
		return {
			questions: this.lasting(),
			pauses: [...this.#pauses.values()],
			ended: [...this.#ended.keys()].slice(-MAX_ENDED_STORED),
		};
	}

	/** Merges in what another process has stored, or this one before it was restarted. */
	#takeOver({ ended, pauses, questions }: Rooms): void {
		for (const id of ended) if (!this.#ended.has(id)) this.#ended.set(id, true);
		for (const stored of questions) {
			if (this.#ended.has(stored.id)) {
				// Only the newest ends are stored, and whoever still has this question has to learn of its end.
				this.#ended.set(stored.id, true);
				continue;
			}
			const known = this.#questions.get(stored.id);
			if (!known && keptUntil(stored) > Date.now()) this.#insert(stored);
			if (known && stored.changedAt > known.changedAt)
				this.#update(known, stored, Math.max(0, Date.now() - stored.changedAt));
		}
		for (const each of this.#questions.values()) if (this.#ended.has(each.id)) this.end(each);
		for (const stored of pauses) {
			const known = this.#pauses.get(stored.roomId);
			const isNewer = known === undefined || stored.askedAt > known.askedAt;
			const isEnd = known?.id === stored.id && stored.hasEnded;
			if (isNewer || isEnd) this.#pauses.set(stored.roomId, stored);
		}
	}

	/**
	 * Whether a copy lacks something that is known here, or has an earlier state of it, including what has ended since.
	 */
	#lacks(rooms: Rooms | undefined): boolean {
		const questions = new Map(rooms?.questions.map(({ changedAt, id }) => [id, changedAt]));
		const pauses = new Map(rooms?.pauses.map(({ hasEnded, id }) => [id, hasEnded]));
		return (
			[...questions.keys()].some((id) => this.#ended.has(id)) ||
			this.lasting().some((each) => (questions.get(each.id) ?? 0) < each.changedAt) ||
			[...this.#pauses.values()].some((each) => pauses.get(each.id) !== each.hasEnded)
		);
	}
}

function textIn(all: unknown, key: string): string {
	return (isObject(all) && optionalText(all[key])) || '';
}

/** The texts other than this one, without those in which everything has expired: nobody removes them otherwise. */
function lastingIn(all: unknown, key: string): Record<string, string> {
	const now = Date.now();
	const others = Object.keys(isObject(all) ? all : {}).filter((other) => other !== key);
	const lasts = (rooms: Rooms | undefined) =>
		rooms === undefined || [...rooms.questions, ...rooms.pauses].some(({ until }) => until > now);
	return Object.fromEntries(
		others.map((other) => [other, textIn(all, other)] as const).filter(([, text]) => lasts(parseRooms(text))),
	);
}

/** Whether questions of the project are stored, in a copy of the static data that need not be a delivery's. */
export function hasQuestions(staticData: IDataObject, project: string): boolean {
	return !!parseRooms(textIn(staticData[STATIC_KEY], project))?.questions.length;
}

const stores = new BoundedMap<string, RoomStore>(MAX_STORES);

/**
 * This process's store of the rooms of a project, in a workflow.
 *
 * @param project identifies it, with its gateway
 */
export function roomStoreOf(workflowId: string, project: string): RoomStore {
	const key = JSON.stringify([workflowId, project]);
	const store = stores.get(key) ?? new RoomStore(project);
	stores.set(key, store);
	return store;
}
