import { randomUUID } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { isObject } from './json';
import { trimmed } from './text';

/**
 * What a Jelou node tells the project's Jelou Trigger about a room: that a run asks the customer something and waits for
 * the answer, that nothing is to be started for the room for a while, or that either has ended. The trigger has to know,
 * because the customer's messages arrive there. A note is posted to the trigger's own webhook URL and signed with the
 * signing secret, like a delivery of Jelou's.
 */

/** The kinds of answer that a question can ask for. */
export const ANSWER_TYPES = ['any', 'text', 'number', 'email', 'media', 'choice', 'approval'] as const;
export type AnswerType = (typeof ANSWER_TYPES)[number];

/** What counts as an answer, and what happens when something else arrives. */
export interface Expectation {
	type: AnswerType;
	/** `choice`: the texts, in order. `approval`: the word for yes and, unless there is only that, the word for no. */
	choices: string[];
	/** Sent when the answer does not fit. */
	invalidMessage: string;
	/** How many times the customer is asked again before the run goes on with an answer that does not fit. */
	maxAttempts: number;
}

/** What the trigger remembers of a room for a while. */
export interface RoomEntry {
	id: string;
	roomId: string;
	/** When it was asked for and until when it lasts, in Unix milliseconds. */
	askedAt: number;
	until: number;
}

/** While it lasts, the trigger starts nothing for the room. */
export type Pause = RoomEntry;

/** A question that a run has asked in a room. It lasts as long as the run waits. */
export interface Question extends RoomEntry {
	/** The run that asks. Of two questions of one run, the later takes the place of the earlier. */
	runId: string;
	userId: string;
	botId: string;
	projectId: string;
	/**
	 * Where n8n resumes the run: a path with its query, at the address that the trigger has by then. Whoever knows it can
	 * resume the run, so it is never shown.
	 */
	resumePath: string;
	expects: Expectation;
}

/** What becomes of a question in a room where another run's question is open. */
export const IF_BUSY = ['wait', 'replace', 'fail'] as const;
export type IfBusy = (typeof IF_BUSY)[number];

/** What is told. */
export type NoteContent =
	/** A question is about to be sent. Where it has to wait its turn, the trigger sends its text. */
	| { note: 'ask'; question: Question; text: string; ifBusy: IfBusy }
	/** It was sent, at a time in Unix milliseconds: what arrives from then on can be its answer. */
	| { note: 'sent'; question: Question; openedAt: number }
	| { note: 'withdraw'; roomId: string; questionId: string }
	| { note: 'pause'; pause: Pause }
	| { note: 'endPause'; roomId: string }
	/** From the trigger to itself: store what this process knows. */
	| { note: 'keep' }
	/** From the trigger to itself: ask the question that is next in the room. */
	| { note: 'askNext'; roomId: string };

/** A note as it is sent. */
export type NoteToSend = {
	/** The trigger's address that it is for, and when it was sent, in Unix milliseconds. */
	address: string;
	sentAt: number;
} & NoteContent;

/** A note as it is posted. Each has an ID of its own, also one that says the same again: the trigger takes it once. */
export type TriggerNote = NoteToSend & { noteId: string };

/**
 * What two texts have in common that a person reads as the same answer: they differ in case, accents, and what is around
 * them at most.
 */
export function answerKey(text: string): string {
	const words = trimmed(text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' '));
	return trimmed(words, /[\s\p{Cf}.,;:!?¡¿"'()*_-]/u) || words;
}

/** Says what a payload is, where Jelou's events say `conversation_event` or `message_event`. */
const OBJECT = 'n8n_nodes_jelou_note';
/** The oldest that a note may be, and the furthest ahead that the other process's clock may be, in milliseconds. */
export const MAX_NOTE_AGE_MS = 60_000;

export function writeNote(note: NoteToSend): IDataObject {
	return { object: OBJECT, noteId: randomUUID(), ...note };
}

/** Whether a verified payload is a note, well-formed or not, and so no event of Jelou's. */
export function isNote(payload: IDataObject): boolean {
	return payload.object === OBJECT;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function readExpectation(value: unknown): Expectation | undefined {
	if (!isObject(value)) return undefined;
	const { choices, invalidMessage, maxAttempts } = value;
	const type = ANSWER_TYPES.find((known) => known === value.type);
	if (type === undefined || !isText(invalidMessage) || !isCount(maxAttempts)) return undefined;
	if (!Array.isArray(choices)) return undefined;
	const texts: unknown[] = choices;
	return { type, choices: texts.filter(isText), invalidMessage, maxAttempts };
}

/** Reads a pause as it was written into a note or into static data; `undefined` when a part of it is missing. */
export function readPause(value: unknown): Pause | undefined {
	if (!isObject(value)) return undefined;
	const { askedAt, id, roomId, until } = value;
	if (!isText(id) || !isText(roomId) || !isCount(askedAt) || !isCount(until)) return undefined;
	return { id, roomId, askedAt, until };
}

/** Reads a question as it was written into a note or into static data; `undefined` when a part of it is missing. */
export function readQuestion(value: unknown): Question | undefined {
	const entry = readPause(value);
	if (entry === undefined || !isObject(value)) return undefined;
	const { botId, projectId, resumePath, runId, userId } = value;
	const expects = readExpectation(value.expects);
	if (expects === undefined || !isText(userId) || !isText(botId) || !isText(runId)) return undefined;
	// Not another host, as "//host" would be, also with white space between, which is taken off a URL.
	if (!isText(projectId) || !isText(resumePath) || !/^\/(?![/\\\s])/.test(resumePath)) return undefined;
	return { ...entry, runId, userId, botId, projectId, resumePath, expects };
}

function readContent(payload: IDataObject): NoteContent | undefined {
	const { note, questionId, roomId, text } = payload;
	switch (note) {
		case 'ask': {
			const question = readQuestion(payload.question);
			const ifBusy = IF_BUSY.find((known) => known === payload.ifBusy);
			return question && ifBusy && isText(text) ? { note, question, text, ifBusy } : undefined;
		}
		case 'sent': {
			const question = readQuestion(payload.question);
			const { openedAt } = payload;
			return question && isCount(openedAt) ? { note, question, openedAt } : undefined;
		}
		case 'withdraw':
			return isText(roomId) && isText(questionId) ? { note, roomId, questionId } : undefined;
		case 'pause': {
			const pause = readPause(payload.pause);
			return pause && { note, pause };
		}
		case 'endPause':
		case 'askNext':
			return isText(roomId) ? { note, roomId } : undefined;
		case 'keep':
			return { note };
		default:
			return undefined;
	}
}

/** Reads a note; `undefined` when it is not whole. */
export function readNote(payload: IDataObject): TriggerNote | undefined {
	const { address, noteId, sentAt } = payload;
	if (!isText(address) || !isText(noteId) || !isCount(sentAt)) return undefined;
	const content = readContent(payload);
	return content && { address, noteId, sentAt, ...content };
}

/** What the trigger responds to a note with: `{ status }`, so that the node knows who responded. */
export const NOTE_STATUS = {
	/** Known to the process that responded, and stored when it has. */
	registered: 'registered',
	/** Known, and read back from n8n's database. */
	confirmed: 'confirmed',
	/** Registered, and waits its turn: the trigger asks it when the room is free. */
	queued: 'queued',
	withdrawn: 'withdrawn',
	/** Another run's question is open in the room. */
	busy: 'busy',
	/** The room is paused. */
	paused: 'paused',
	/** The project has as many open questions, or paused rooms, as it may have. */
	full: 'full',
	/** n8n does not take a request at its own resume address. */
	unreachable: 'unreachable',
	refused: 'refused',
} as const;
export type NoteStatus = keyof typeof NOTE_STATUS;

/** What the trigger posts to the resume URL. */
export interface Resumption {
	questionId: string;
	/** What the run goes on with. Without it the node only says whether it waits for an answer to this question. */
	answer?: {
		/** The event that the answer arrived with, as the trigger puts it out; of a pause, whose conversation it is. */
		event: IDataObject;
		/** Added to the event in the output: `answered`, and for an answer `valid`, `answer`, `choice`, `data`. */
		outcome: IDataObject;
	};
}

export function readResumption(body: unknown): Resumption | undefined {
	if (!isObject(body) || !isText(body.questionId)) return undefined;
	const { answer, questionId } = body;
	if (!isObject(answer)) return { questionId };
	const { event, outcome } = answer;
	return isObject(event) && isObject(outcome) ? { questionId, answer: { event, outcome } } : undefined;
}

/** What the waiting node responds to the trigger with. n8n's own responses are pages or errors, and mean something else. */
export const RESUME_STATUS = {
	resumed: 'resumed',
	waiting: 'waiting',
	otherQuestion: 'otherQuestion',
} as const;
