import type { IDataObject } from 'n8n-workflow';

import { isObject } from '../../shared/json';
import { readPause, readQuestion, type Pause, type Question } from '../../shared/triggerNote';
import { numbered } from '../../shared/text';

/** `queued`: it waits its turn. `pending`: it is being sent. `open`: the customer has it. */
const PHASES = ['queued', 'pending', 'open'] as const;

/** A question as the trigger keeps it. */
export interface KeptQuestion extends Question {
	phase: (typeof PHASES)[number];
	/** How often it was asked again. */
	attempts: number;
	/** When it last changed, in Unix milliseconds: of two copies the newer counts. */
	changedAt: number;
	/** What the trigger sends, where it asks; all others are sent by the node. */
	text: string;
	/** The messages that arrived while it was being sent. */
	messagesBefore: IDataObject[];
	/** In memory only, and as `uptime` tells it: from when on a message can be its answer; without it, any can. */
	answerableFrom?: number;
	/** In memory only, and as `uptime` tells it: since when its run cannot be reached. */
	unreachableSince?: number;
}

/** A pause as the trigger keeps it. One that was ended is kept until its time is up: another process may know it still. */
export interface KeptPause extends Pause {
	hasEnded: boolean;
}

/** What is open in the rooms of one project. */
export interface Rooms {
	questions: KeptQuestion[];
	pauses: KeptPause[];
	/** The IDs of the questions that have ended of late, so that no other process takes them for open. */
	ended: string[];
}

const VERSION = 1;

type Column = keyof KeptQuestion;
/** The columns of a question's row that stay as they are. The number of its node and those that change follow. */
const FIXED: Column[] = ['id', 'roomId', 'userId', 'botId', 'runId', 'askedAt', 'until', 'resumePath'];
/** A row is short without the last two, which are mostly empty. */
const CHANGING: Column[] = ['phase', 'attempts', 'changedAt', 'text', 'messagesBefore'];
const OF_PAUSE: Array<keyof KeptPause> = ['id', 'roomId', 'askedAt', 'until', 'hasEnded'];
/** The row of versions before 1.1; its node was named by the one number in it. */
const OLD = ['id', 'roomId', 'userId', 'botId', 'askedAt', 'until', 'attempts', 'node', 'resumePath'];

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function fromRow(columns: readonly string[], row: unknown): Record<string, unknown> {
	const values = listOf(row);
	return Object.fromEntries(columns.map((name, n) => [name, values[n]]));
}

/** Every write has all rows, and to make them again is most of what it costs at thousands of questions. */
const fixed = new WeakMap<KeptQuestion, { ofNode: string; own: string }>();

/** What of a question stays as it is: what is the same for all questions of its node, and its own. */
function fixedOf(question: KeptQuestion): { ofNode: string; own: string } {
	const known = fixed.get(question);
	if (known) return known;
	const ofNode = JSON.stringify([question.expects, question.projectId]);
	const own = JSON.stringify(FIXED.map((name) => question[name])).slice(0, -1);
	fixed.set(question, { ofNode, own });
	return { ofNode, own };
}

/** About how many characters a question takes, also where no other shares its node. */
export function sizeOf(question: KeptQuestion): number {
	const { ofNode, own } = fixedOf(question);
	const { messagesBefore, text } = question;
	const before = messagesBefore.length > 0 ? JSON.stringify(messagesBefore).length : 0;
	return ofNode.length + own.length + text.length + before + 60;
}

/** What is the same for all questions of a node is written once; the rest of a question is one row. */
export function formatRooms({ ended, pauses, questions }: Rooms): string {
	if (questions.length + pauses.length + ended.length === 0) return '';
	const nodes = new Map<string, number>();
	const rows = questions.map((question) => {
		const { ofNode, own } = fixedOf(question);
		const node = nodes.get(ofNode) ?? nodes.size;
		nodes.set(ofNode, node);
		const isShort = question.text === '' && question.messagesBefore.length === 0;
		const columns = isShort ? CHANGING.slice(0, 3) : CHANGING;
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

function readKept(stored: Record<string, unknown>): KeptQuestion[] {
	const question = readQuestion(stored);
	if (question === undefined) return [];
	const { attempts, changedAt, messagesBefore, phase, text } = stored;
	return [
		{
			...question,
			phase: PHASES.find((known) => known === phase) ?? 'open',
			attempts: Number(attempts) || 0,
			changedAt: Number(changedAt) || question.askedAt,
			text: typeof text === 'string' ? text : '',
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
		const [expects, projectId] = listOf(nodes[Number(node)]);
		return readKept({ ...rest, expects, projectId });
	});
	const pauses = listOf(stored.pauses).flatMap((row) => readKeptPause(fromRow(OF_PAUSE, row)));
	return { questions, pauses, ended: listOf(stored.ended).filter((id) => typeof id === 'string') };
}

/** Reads what versions before 1.1 stored of a trigger; `undefined` when it is something else. */
export function parseOldRooms(text: string): Rooms | undefined {
	const stored = parse(text);
	if (!Array.isArray(stored)) return undefined;
	const [nodes = [], asked = [], paused = []] = listOf(stored).map(listOf);
	const questions = asked.flatMap((row) => {
		const columns = fromRow(OLD, row);
		const [expects, projectId] = listOf(nodes[Number(columns.node)]);
		// The run's ID is in the path: /webhook-waiting/<run>/<node>?signature=…
		const runId = /\/([^/?]+)\/[^/?]+(?:\?|$)/.exec(String(columns.resumePath))?.[1];
		return readKept({ ...columns, runId, projectId, expects: withoutList(expects) });
	});
	const pauses = paused.flatMap((row) => {
		const columns = fromRow(OF_PAUSE, row);
		return readKeptPause({ ...columns, hasEnded: String(columns.id).startsWith('-') });
	});
	return { questions, pauses, ended: [] };
}

/** The sentence that asks again had the choices below it. */
function withoutList(expects: unknown): unknown {
	if (!isObject(expects) || typeof expects.invalidMessage !== 'string') return expects;
	const choices = listOf(expects.choices).filter((choice) => typeof choice === 'string');
	const list = `\n\n${numbered(choices)}`;
	const { invalidMessage } = expects;
	if (choices.length === 0 || !invalidMessage.endsWith(list)) return expects;
	return { ...expects, invalidMessage: invalidMessage.slice(0, -list.length) };
}
