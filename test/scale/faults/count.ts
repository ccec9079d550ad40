import type { Message } from '../../../sandbox';
import { isRecord } from '../../../scripts/json';
import type { Row } from './row';

/** A genuine event that was posted. */
export interface Sent {
	/** The message's. */
	id: string;
	/** Null when there was no response. */
	status: number | null;
	/** Who wrote it, where everything that a customer writes is one run; otherwise it is a run of its own. */
	customer?: string;
	/** Whether the trigger asked again or the next question, so that no run has the message. */
	isKeptByTrigger?: boolean;
}

export interface Execution {
	id: string;
	status: string;
	/** What n8n kept of it, as in the database. */
	data: string;
}

interface Found {
	sent: Sent[];
	/** Once all had ended, before any was retried. */
	executions: Execution[];
	/** The runs that retries started. */
	retries: Execution[];
	/** What the trigger has stored, such as a message that came while a question was being sent, until its run continues. */
	stored: string;
	/** What Jelou accepted. */
	messages: Message[];
}

function tally(values: readonly string[]): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
	return counts;
}

export const isTaken = ({ status }: Pick<Sent, 'status'>) => status !== null && status >= 200 && status < 300;

/** Failed runs, by whether n8n still has their input. */
export function failedRuns(executions: Execution[], sent: Sent[]) {
	const failed = executions.filter(({ status }) => !['success', 'waiting'].includes(status));
	const has = ({ data }: Execution) => sent.some(({ id }) => data.includes(id));
	return { failed, withInput: failed.filter(has), withoutInput: failed.filter((each) => !has(each)) };
}

/** What n8n shows of a failed run: the message of its error, or its status where it has none. */
function errorOf({ data, status }: Omit<Execution, 'id'>): string {
	// n8n keeps a list in which objects refer to their parts by position.
	const kept: unknown = data === '' ? [] : JSON.parse(data);
	const parts: unknown[] = Array.isArray(kept) ? kept : [];
	const partOf = (part: unknown, name: string) => (isRecord(part) ? parts[Number(part[name])] : undefined);
	const texts = parts.map((part) => partOf(partOf(part, 'error'), 'message'));
	return texts.find((text) => typeof text === 'string') ?? status;
}

/** Counts what became of the events. */
export function countRow({ executions, messages, retries, sent, stored }: Found) {
	const accepted = sent.filter(isTaken);
	const { failed, withInput, withoutInput } = failedRuns(executions, sent);
	const places = [stored, ...executions.map(({ data }) => data)];
	const unknown = accepted.filter(
		({ id, isKeptByTrigger }) => !isKeptByTrigger && !places.some((place) => place.includes(id)),
	);
	const texts = tally(messages.map(({ content, roomId }) => JSON.stringify([roomId, content])));
	// A run without its input stands for one of the accepted events that have no other run.
	const runsOfUnknown = [...new Set(unknown.map(({ customer, id }) => customer ?? id))];
	const lostInputs = Math.min(runsOfUnknown.length, withoutInput.length);
	const isVisible = ({ customer, id }: Sent) => runsOfUnknown.indexOf(customer ?? id) < lostInputs;
	const isReplied = ({ id }: Sent) => messages.some((message) => message.id.includes(id));
	return {
		events: sent.length,
		accepted: accepted.length,
		refused: sent.filter((each) => each.status !== null && !isTaken(each)).length,
		unanswered: sent.filter(({ status }) => status === null).length,
		runs: tally(executions.map(({ status }) => status)),
		withoutInput: lostInputs,
		retried: withInput.length,
		retriedWell: retries.filter(({ status }) => status === 'success').length,
		messages: messages.length,
		twice: Object.values(texts).reduce((sum, times) => sum + times - 1, 0),
		twiceWithSameId: messages.filter(({ duplicate }) => duplicate).length,
		// For the others, n8n shows that something failed, though not what.
		lostSilently: unknown.filter((each) => !isVisible(each)).length,
		unreplied: accepted.filter((each) => !isReplied(each)).length,
		errors: Object.keys(tally(failed.map(errorOf))),
	} satisfies Partial<Row>;
}
