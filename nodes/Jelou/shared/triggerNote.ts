import { randomUUID } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { isAnswerType } from './answers/answerTypes';
import type { Expectation } from './answers/readAnswer';
import { isObject, isText, optionalText } from './json';

/**
 * What a Jelou node tells the project's Jelou Trigger about a room: that a run asks the customer something and waits
 * for the answer, that nothing must be started for the room for a while, or that either has ended. The trigger has to
 * know, because the customer's messages arrive there. A note is posted to the trigger's own webhook URL and signed with
 * the signing secret, like a delivery from Jelou.
 */

/** One of the questions that a run asks: what the customer reads, and what counts as an answer. */
export interface Step extends Expectation {
	/** The name of its answer in the dialogue; `''` if the run asks only one question. */
	name: string;
	/** What the trigger sends, with the names of earlier answers in braces. The first step is sent by the node. */
	text: string;
}

/** More would be a form, and people give up before its end. */
export const MAX_STEPS = 20;

/**
 * How long after the time for several questions is up n8n ends the wait, in milliseconds. Before that, the trigger
 * gives the run the answers so far, for which a busy n8n needs a while.
 */
export const END_OF_DIALOGUE_MS = 30_000;

/** What the trigger remembers of a room for a while. */
interface RoomEntry {
	id: string;
	roomId: string;
	/** When it was asked for and until when it lasts, in Unix milliseconds. */
	askedAt: number;
	until: number;
}

/**
 * While it lasts, the trigger starts nothing for the room. The IDs of user and bot are present if the node knew them.
 */
export interface Pause extends RoomEntry {
	userId?: string;
	botId?: string;
}

/** What a run has asked in a room: one question, or several one after the other. It lasts as long as the run waits. */
export interface Question extends RoomEntry {
	/** The run that asks. A later question of the same run replaces an earlier one. */
	runId: string;
	userId: string;
	botId: string;
	projectId: string;
	/** The first words of the question, by which people recognize it. */
	title: string;
	/**
	 * Where n8n resumes the run: a path and query, below the origin of whatever address the trigger then has. Whoever
	 * knows it can resume the run, so it is never shown.
	 */
	resumePath: string;
	/** What is asked, in order: at least one step. */
	steps: Step[];
}

/** What to do with a question if another run's question is open in the room. */
export const IF_BUSY = ['wait', 'replace', 'fail'] as const;
export type IfBusy = (typeof IF_BUSY)[number];

/** What a note says. */
export type NoteContent =
	/** A question is about to be sent. If it has to wait its turn, the trigger sends its text. */
	| { note: 'ask'; question: Question; text: string; ifBusy: IfBusy }
	/** It was sent, at a time in Unix milliseconds: what arrives from then on can be its answer. */
	| { note: 'sent'; question: Question; openedAt: number }
	| { note: 'withdraw'; roomId: string; questionId: string }
	| { note: 'pause'; pause: Pause }
	| { note: 'endPause'; roomId: string }
	/** Asks which rooms are paused or have a question, see `RoomState`. */
	| { note: 'list' }
	/** Asks how the trigger is doing, see `TriggerReport`. The path is the resume path of the run that asks. */
	| { note: 'report'; resumePath: string }
	/** From the trigger to itself: store what this process knows. */
	| { note: 'keep' }
	/** From the trigger to itself: ask the question that is next in the room. */
	| { note: 'askNext'; roomId: string }
	/** From the trigger to itself: the time of the room's dialogue is about to be up. */
	| { note: 'timeUp'; roomId: string };

/** A note before it gets its ID. */
type NoteToSend = {
	/** The address of the trigger that it is for, and when it was sent, in Unix milliseconds. */
	address: string;
	sentAt: number;
} & NoteContent;

/** A note as it is posted. Each has its own ID, even one that says the same again; the trigger takes each once. */
export type TriggerNote = NoteToSend & { noteId: string };

/** Marks a payload as a note, where Jelou's events have `conversation_event` or `message_event`. */
const OBJECT = 'n8n_nodes_jelou_note';
/** The oldest that a note may be, and the furthest ahead that the other process's clock may be, in milliseconds. */
export const MAX_NOTE_AGE_MS = 60_000;

export function writeNote(note: NoteToSend): IDataObject {
	return { object: OBJECT, noteId: randomUUID(), ...note };
}

/** Whether a verified payload is a note, well-formed or not, and so not an event from Jelou. */
export function isNote(payload: IDataObject): boolean {
	return payload.object === OBJECT;
}

const toText = (value: unknown) => optionalText(value) ?? '';
/**
 * Whether this is a path, and not a host, as "//host" would be, even with white space in between, which URL parsers
 * drop.
 */
const isPath = (value: unknown): value is string => isText(value) && /^\/(?![/\\\s])/.test(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** The texts in a list; `[]` for what is not a list. */
function readTexts(value: unknown): string[] {
	const texts: unknown[] = Array.isArray(value) ? value : [];
	return texts.filter(isText);
}

function readStep(value: unknown): Step | undefined {
	if (!isObject(value)) return undefined;
	const { choices, exitWords, invalidMessage, maxAttempts, name, text, type } = value;
	if (!isAnswerType(type) || !isText(invalidMessage) || !isCount(maxAttempts)) return undefined;
	return {
		name: toText(name),
		text: toText(text),
		type,
		choices: readTexts(choices),
		invalidMessage,
		maxAttempts,
		exitWords: readTexts(exitWords),
	};
}

function readSteps(value: unknown): Step[] {
	const given: unknown[] = Array.isArray(value) ? value : [];
	const steps = given.map(readStep).filter((step) => step !== undefined);
	return steps.length === given.length && steps.length <= MAX_STEPS ? steps : [];
}

/** Reads a pause from a note or from static data; `undefined` when a part of it is missing. */
export function readPause(value: unknown): Pause | undefined {
	if (!isObject(value)) return undefined;
	const { askedAt, botId, id, roomId, until, userId } = value;
	if (!isText(id) || !isText(roomId) || !isCount(askedAt) || !isCount(until)) return undefined;
	return { id, roomId, askedAt, until, userId: optionalText(userId), botId: optionalText(botId) };
}

/** Reads a question from a note or from static data; `undefined` when a part of it is missing. */
export function readQuestion(value: unknown): Question | undefined {
	const entry = readPause(value);
	if (entry === undefined || !isObject(value)) return undefined;
	const { botId, projectId, resumePath, runId, title, userId } = value;
	const steps = readSteps(value.steps);
	if (steps.length === 0 || !isText(userId) || !isText(botId) || !isText(runId)) return undefined;
	if (!isText(projectId) || !isPath(resumePath)) return undefined;
	return { ...entry, runId, userId, botId, projectId, title: toText(title), resumePath, steps };
}

function readContent(payload: IDataObject): NoteContent | undefined {
	const { note, questionId, resumePath, roomId, text } = payload;
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
		case 'timeUp':
			return isText(roomId) ? { note, roomId } : undefined;
		case 'report':
			return isPath(resumePath) ? { note, resumePath } : undefined;
		case 'list':
		case 'keep':
			return { note };
		default:
			return undefined;
	}
}

/** Reads a note; `undefined` when a part of it is missing. */
export function readNote(payload: IDataObject): TriggerNote | undefined {
	const { address, noteId, sentAt } = payload;
	if (!isText(address) || !isText(noteId) || !isCount(sentAt)) return undefined;
	const content = readContent(payload);
	return content && { address, noteId, sentAt, ...content };
}

/** The trigger's response to a note: `{ status }`, by which the node knows that the trigger responded. */
export const NOTE_STATUS = {
	/** Known to the process that responded, which stores it with its response. */
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
	/** The project has too many open questions, or paused rooms. */
	full: 'full',
	/** n8n does not take a request at its own resume address. */
	unreachable: 'unreachable',
	refused: 'refused',
} as const;
export type NoteStatus = keyof typeof NOTE_STATUS;

/** The trigger's response to `list`, one for each room, with the names that a node's output has. */
export interface RoomState {
	room_id: string;
	/** Without an ID if the node that paused the room did not know it. */
	contact: { id?: string };
	bot: { id?: string };
	paused: boolean;
	/** ISO 8601, as all times here. */
	pausedUntil?: string;
	/** What the customer is asked, or will be when it is this question's turn. */
	question?: string;
	askedAt?: string;
	answersUntil?: string;
	/** How often it was asked again. */
	attempts?: number;
}

/** The trigger's response to `report`. */
export interface TriggerReport {
	workflow: string;
	/** Whether n8n takes requests at its own resume address. */
	canResume: boolean;
	/** Since when deliveries are counted (ISO 8601): about since this n8n process started. */
	since: string;
	deliveries: DeliveryCount[];
	questions: number;
	pauses: number;
}

/** How many deliveries had the same response, when the last one came (ISO 8601), and why it was refused, if it was. */
export interface DeliveryCount {
	outcome: string;
	count: number;
	lastAt: string;
	reason: string;
}

/** What the trigger posts to a run's resume URL. */
export interface Resumption {
	questionId: string;
	/** What the run goes on with. Without it, the node only says whether it waits for an answer to this question. */
	answer?: {
		/**
		 * The event that the answer arrived with, as the trigger outputs it; for a pause, only the IDs of the conversation.
		 */
		event: IDataObject;
		/** What the output has in addition to the event, and before it. */
		outcome: IDataObject;
		/** Whether the time is up: the output is then the node's input and the outcome. */
		isTimeUp?: boolean;
	};
}

/** Reads what the trigger posted; `undefined` when a part of it is missing. */
export function readResumption(body: unknown): Resumption | undefined {
	if (!isObject(body) || !isText(body.questionId)) return undefined;
	const { answer, questionId } = body;
	if (!isObject(answer)) return { questionId };
	const { event, isTimeUp, outcome } = answer;
	if (!isObject(event) || !isObject(outcome)) return undefined;
	return { questionId, answer: { event, outcome, ...(isTimeUp === true && { isTimeUp }) } };
}

/** The waiting node's response to the trigger. n8n's own responses are pages or errors, and mean something else. */
export const RESUME_STATUS = {
	resumed: 'resumed',
	waiting: 'waiting',
	otherQuestion: 'otherQuestion',
} as const;
