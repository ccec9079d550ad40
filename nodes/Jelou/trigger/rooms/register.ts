import type { IDataObject } from 'n8n-workflow';

import { BoundedMap } from '../../shared/boundedMap';
import { isObject } from '../../shared/json';
import { readQuestion, type Question } from '../../shared/roomNote';

/** A question and how often it was asked again. */
export interface OpenQuestion extends Question {
	attempts: number;
}

/** Where the open questions are kept in the workflow's static data: one text per trigger. */
const STATIC_KEY = 'jelouQuestions';
/** More rooms than a support team answers at once; each one is a little more to load for every delivery. */
export const MAX_OPEN_QUESTIONS = 5_000;
const MAX_REGISTERS = 500;
const MAX_CLOSED = 20_000;

/**
 * The open questions of one trigger, by room. n8n gives every delivery a copy of the workflow's static data and writes
 * it back whole, so of two deliveries that write at the same moment one is lost. What this process knows is therefore
 * kept here too, and goes into every write; what another process wrote is taken over from the copy.
 */
export class QuestionRegister {
	private readonly open = new Map<string, OpenQuestion>();
	/** Questions that were answered or withdrawn: a copy of static data that still has them is an old one. */
	private readonly closed = new BoundedMap<string, true>(MAX_CLOSED);
	/** The text that was taken over last. */
	private known = '';

	/** Takes over what static data has and this process does not know. Costs nothing where nothing was written since. */
	load(text: string): void {
		if (text === this.known) return;
		this.known = text;
		for (const stored of parse(text)) {
			const present = this.open.get(stored.roomId);
			if (this.closed.has(stored.id) || (present && present.askedAt >= stored.askedAt)) continue;
			this.open.set(stored.roomId, stored);
		}
	}

	/** The question that this customer is to answer in this room. */
	find(roomId: string, userId: string | undefined, now = Date.now()): OpenQuestion | undefined {
		const question = this.open.get(roomId);
		if (question === undefined || question.until <= now) return undefined;
		return userId === undefined || userId === question.userId ? question : undefined;
	}

	/** Whether a question was answered or withdrawn, so that a note about it that comes again changes nothing. */
	isClosed(questionId: string): boolean {
		return this.closed.has(questionId);
	}

	/**
	 * Adds a question; it replaces an older one of the same room.
	 *
	 * @returns false when there are as many open questions as there may be
	 */
	add(question: Question, now = Date.now()): boolean {
		const present = this.open.get(question.roomId);
		if (present?.id === question.id) return true;
		if (!present && this.open.size >= MAX_OPEN_QUESTIONS) {
			this.dropExpired(now);
			if (this.open.size >= MAX_OPEN_QUESTIONS) return false;
		}
		if (present) this.closed.set(present.id, true);
		this.open.set(question.roomId, { ...question, attempts: 0 });
		return true;
	}

	/** Ends a question. One that was replaced meanwhile is left to its successor. */
	close(roomId: string, questionId: string): void {
		this.closed.set(questionId, true);
		if (this.open.get(roomId)?.id === questionId) this.open.delete(roomId);
	}

	private dropExpired(now: number): void {
		for (const [roomId, { until }] of this.open) if (until <= now) this.open.delete(roomId);
	}

	/** Everything that is open, as a text: n8n wraps every object in static data, which costs each delivery time. */
	serialise(now = Date.now()): string {
		this.dropExpired(now);
		this.known = format([...this.open.values()]);
		return this.known;
	}
}

/** What is the same for all questions of a node is written once; the rest of a question is one row. */
function format(questions: readonly OpenQuestion[]): string {
	const shared = new Map<string, number>();
	const rows = questions.map(({ expects, projectId, resumeUrl, ...question }) => {
		const { origin, pathname, search } = new URL(resumeUrl);
		const common = JSON.stringify([expects, projectId, origin]);
		const index = shared.get(common) ?? shared.size;
		shared.set(common, index);
		const { askedAt, attempts, botId, id, roomId, until, userId } = question;
		return [id, roomId, userId, botId, askedAt, until, attempts, index, pathname + search];
	});
	return rows.length === 0 ? '' : `[[${[...shared.keys()].join(',')}],${JSON.stringify(rows)}]`;
}

function listOf(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [];
}

function parse(text: string): OpenQuestion[] {
	let value: unknown;
	try {
		value = text === '' ? [] : JSON.parse(text);
	} catch {
		return [];
	}
	const [shared, rows] = listOf(value);
	if (!Array.isArray(shared) || !Array.isArray(rows)) return [];
	const commons: unknown[] = shared;
	return rows.flatMap((row: unknown): OpenQuestion[] => {
		const [id, roomId, userId, botId, askedAt, until, attempts, index, path] = listOf(row);
		const common = commons[Number(index)];
		const [expects, projectId, origin] = listOf(common);
		const resumeUrl = `${String(origin)}${String(path)}`;
		const stored = { id, roomId, userId, botId, askedAt, until, expects, projectId, resumeUrl };
		const question = readQuestion(stored);
		return question && URL.canParse(resumeUrl) ? [{ ...question, attempts: Number(attempts) || 0 }] : [];
	});
}

const registers = new BoundedMap<string, QuestionRegister>(MAX_REGISTERS);

/** The text that static data holds for a trigger. */
export function storedText(staticData: IDataObject, nodeId: string): string {
	const all = staticData[STATIC_KEY];
	const text = isObject(all) ? all[nodeId] : undefined;
	return typeof text === 'string' ? text : '';
}

/** The questions of a trigger, as far as this process and the static data of this delivery know them. */
export function registerOf(triggerKey: string, staticData: IDataObject, nodeId: string): QuestionRegister {
	let register = registers.get(triggerKey);
	if (register === undefined) {
		register = new QuestionRegister();
		registers.set(triggerKey, register);
	}
	register.load(storedText(staticData, nodeId));
	return register;
}

/** Writes the open questions into static data, which n8n stores before it answers the delivery. */
export function storeQuestions(register: QuestionRegister, staticData: IDataObject, nodeId: string): void {
	const text = register.serialise();
	if (text === storedText(staticData, nodeId)) return;
	const others = isObject(staticData[STATIC_KEY]) ? staticData[STATIC_KEY] : {};
	// Assigned as a whole, so that n8n notices the change whatever the depth.
	staticData[STATIC_KEY] = { ...others, [nodeId]: text };
}
