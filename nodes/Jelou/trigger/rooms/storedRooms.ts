import type { IDataObject } from 'n8n-workflow';

import { isObject, optionalText } from '../../shared/json';
import { readPause, readQuestion, type Pause, type Question, type Step } from '../../shared/triggerNote';

/** `queued`: it waits its turn. `pending`: it is being sent. `open`: the customer has it. */
const PHASES = ['queued', 'pending', 'open'] as const;

/** A question as the trigger keeps it. */
export interface KeptQuestion extends Question {
	phase: (typeof PHASES)[number];
	/** Which of its steps the customer is asked, from 0. */
	step: number;
	/** How often that step was asked again. */
	attempts: number;
	/** The answers to the earlier steps, by their names. */
	answers: Record<string, string | number>;
	/** The ID of the message that gave the last of them; `''` where there is none. */
	takenId: string;
	/** When it last changed, in Unix milliseconds: of two copies the newer counts. */
	changedAt: number;
	/** What the trigger sends if the question had to wait its turn; `''` if the node sends it. */
	text: string;
	/** The messages that arrived while it was being sent. */
	messagesBefore: IDataObject[];
	/**
	 * In memory only: whether the process that was sending it is gone, so that nobody knows whether the customer has it.
	 */
	isUnsure?: boolean;
	/** In memory only, by `uptime`: when its run was last known to wait, or to be about to. */
	seenAt?: number;
	/** In memory only: how often its next step was refused. */
	refusals?: number;
	/** In memory only, by `uptime`: from when on a message can be its answer; if absent, any message can. */
	answerableFrom?: number;
	/** In memory only, by `uptime`: since when its run cannot be reached. */
	unreachableSince?: number;
}

/** The step that the customer is asked now. */
export function stepOf({ step, steps }: KeptQuestion): Step {
	const present = steps[step];
	if (present === undefined) throw new Error('A question has no such step');
	return present;
}

/** Whether a question is one of several, whose answers have names. */
export function isDialogue({ steps: [first] }: KeptQuestion): boolean {
	return first !== undefined && first.name !== '';
}

/**
 * A pause as the trigger keeps it. One that was ended is kept until its time is up, because another process may still
 * know it.
 */
export interface KeptPause extends Pause {
	hasEnded: boolean;
}

/** What is open in the rooms of one project. */
export interface Rooms {
	questions: KeptQuestion[];
	pauses: KeptPause[];
	/** The IDs of recently ended questions, so that no other process takes them for open. */
	ended: string[];
}

const VERSION = 1;

type Column = keyof KeptQuestion;
/** The columns of a question's row that never change. The number of its node and the columns that change follow. */
const FIXED: Column[] = [
	'id',
	'roomId',
	'userId',
	'botId',
	'runId',
	'askedAt',
	'until',
	'resumePath',
	'title',
];
/** A row leaves out the last of these if they are empty, as they mostly are. */
const CHANGING: Column[] = [
	'phase',
	'attempts',
	'changedAt',
	'text',
	'messagesBefore',
	'step',
	'answers',
	'takenId',
];
const OF_PAUSE: Array<keyof KeptPause> = ['id', 'roomId', 'askedAt', 'until', 'hasEnded', 'userId', 'botId'];

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function fromRow(columns: readonly string[], row: unknown): Record<string, unknown> {
	const values = listOf(row);
	return Object.fromEntries(columns.map((name, n) => [name, values[n]]));
}

/** Every write has all rows, and with thousands of questions most of its cost would be to build them again. */
const fixed = new WeakMap<KeptQuestion, { ofNode: string; own: string }>();

/** The parts of a question that never change, as JSON: those that all questions of its node share, and its own. */
function fixedOf(question: KeptQuestion): { ofNode: string; own: string } {
	const known = fixed.get(question);
	if (known) return known;
	const ofNode = JSON.stringify([question.steps, question.projectId]);
	const own = JSON.stringify(FIXED.map((name) => question[name])).slice(0, -1);
	fixed.set(question, { ofNode, own });
	return { ofNode, own };
}

/** The columns of a row that are not empty. */
function columnsOf({ messagesBefore, step, text }: KeptQuestion): Column[] {
	if (step > 0) return CHANGING;
	return CHANGING.slice(0, text === '' && messagesBefore.length === 0 ? 3 : 5);
}

/**
 * Writes rooms as a text; `''` for none. What all questions of a node share is written once; the rest of a question is
 * one row.
 */
export function formatRooms({ ended, pauses, questions }: Rooms): string {
	if (questions.length + pauses.length + ended.length === 0) return '';
	const nodes = new Map<string, number>();
	const rows = questions.map((question) => {
		const { ofNode, own } = fixedOf(question);
		const node = nodes.get(ofNode) ?? nodes.size;
		nodes.set(ofNode, node);
		const columns = columnsOf(question);
		return `${own},${JSON.stringify([node, ...columns.map((name) => question[name])]).slice(1)}`;
	});
	const paused = JSON.stringify(pauses.map((pause) => OF_PAUSE.map((name) => pause[name])));
	return `{"version":${String(VERSION)},"nodes":[${[...nodes.keys()].join(',')}],"questions":[${rows.join(',')}],"pauses":${paused},"ended":${JSON.stringify(ended)}}`;
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function readGiven(answers: unknown): KeptQuestion['answers'] {
	const given: Array<[string, unknown]> = isObject(answers) ? Object.entries(answers) : [];
	return Object.fromEntries(
		given.filter((entry): entry is [string, string | number] =>
			['string', 'number'].includes(typeof entry[1]),
		),
	);
}

function readKept(stored: Record<string, unknown>): KeptQuestion[] {
	const question = readQuestion(stored);
	if (question === undefined) return [];
	const { answers, attempts, changedAt, messagesBefore, phase, step, takenId, text } = stored;
	return [
		{
			...question,
			phase: PHASES.find((known) => known === phase) ?? 'open',
			step: Math.min(Number(step) || 0, question.steps.length - 1),
			attempts: Number(attempts) || 0,
			answers: readGiven(answers),
			takenId: optionalText(takenId) ?? '',
			changedAt: Number(changedAt) || question.askedAt,
			text: optionalText(text) ?? '',
			messagesBefore: listOf(messagesBefore).filter(isObject),
		},
	];
}

function readKeptPause(stored: Record<string, unknown>): KeptPause[] {
	const pause = readPause(stored);
	return pause ? [{ ...pause, hasEnded: stored.hasEnded === true }] : [];
}

/** Reads what `formatRooms` wrote; `undefined` when this version cannot. */
export function parseRooms(text: string): Rooms | undefined {
	if (text === '') return { questions: [], pauses: [], ended: [] };
	const stored = parse(text);
	if (!isObject(stored) || stored.version !== VERSION) return undefined;
	const nodes = listOf(stored.nodes);
	const questions = listOf(stored.questions).flatMap((row) => {
		const { node, ...rest } = fromRow([...FIXED, 'node', ...CHANGING], row);
		const [steps, projectId] = listOf(nodes[Number(node)]);
		return readKept({ ...rest, steps, projectId });
	});
	const pauses = listOf(stored.pauses).flatMap((row) => readKeptPause(fromRow(OF_PAUSE, row)));
	return { questions, pauses, ended: listOf(stored.ended).filter((id) => typeof id === 'string') };
}
