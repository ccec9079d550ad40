import { randomUUID } from 'node:crypto';

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { LoadedCredential } from '../../shared/credential';
import { FieldError } from '../../shared/errors';
import { isObject } from '../../shared/json';
import { wellFormed } from '../../shared/text';
import {
	hasPlatformCredential,
	loadPlatformCredential,
	type LoadedPlatformCredential,
} from '../../shared/platformCredential';
import { postNote } from '../../shared/postNote';
import { END_OF_DIALOGUE_MS, NOTE_STATUS, type Question } from '../../shared/triggerNote';
import { call, type CallOptions } from '../../shared/transport';
import type { Asking } from '../operation';
import { isReview, withoutReview, type ToolInput } from '../toolInput';
import { keepQuestion } from './questionId';
import { RefusedNoteError, atTrigger, notify } from '../notifyTrigger';

/**
 * How long after the question's time is up n8n ends the wait: the two must not coincide, or the last answer could be
 * lost.
 */
const END_OF_WAIT_MS = 5_000;

const WITHDRAW_TIMEOUT_MS = 3_000;

/** Withdraws a question that was not sent. The user learns why it was not, so a failure here is not reported. */
async function withdraw(
	context: IExecuteFunctions,
	address: string,
	{ signingSecret }: LoadedCredential,
	{ id: questionId, roomId }: Question,
): Promise<void> {
	const content = { note: 'withdraw' as const, roomId, questionId };
	try {
		await postNote(context, address, signingSecret, content, WITHDRAW_TIMEOUT_MS);
	} catch {
		// The question then ends when its time is up, or with a message that finds no run waiting.
	}
}

/** Tells the trigger that a question was sent just now. As it was, the run waits even if this fails. */
async function notifySent(
	context: IExecuteFunctions,
	address: string,
	credential: LoadedCredential,
	question: Question,
): Promise<void> {
	const openedAt = Date.now();
	try {
		await notify(context, address, credential, { note: 'sent', question, openedAt });
	} catch {
		// After a minute, the trigger assumes that a question was sent.
		context.logger.warn('A Jelou node could not notify the Jelou Trigger that a question was sent');
	}
}

/**
 * Refuses a run that cannot wait, before anybody is asked anything.
 *
 * @throws FieldError naming what to do instead
 */
export function checkCanWait(context: IExecuteFunctions, tool: ToolInput): void {
	const { length } = context.getInputData();
	if (tool.isTool && !tool.isReview) {
		throw new FieldError(
			'An AI agent cannot use Send and Wait for Reply as a tool',
			'Add Jelou as Human Review between the agent and its tool, or ask in the workflow before the agent. Nothing was sent.',
		);
	}
	if (length > 1) {
		throw new FieldError(
			`Send and Wait for Reply takes one item at a time, but got ${String(length)}`,
			'Put a Loop Over Items node with a batch size of 1 before this node. Nothing was sent.',
		);
	}
}

/** In characters: enough to tell questions apart in a list. The trigger stores a title with each. */
const MAX_TITLE_LENGTH = 80;

/**
 * Shows in n8n's list of executions which room a run belongs to. n8n 1.x has no such data for nodes, and no version
 * keeps it for tests.
 */
function showRoom(context: IExecuteFunctions, roomId: string): void {
	try {
		const { customData }: Partial<IExecuteFunctions> = context;
		customData?.set('jelouRoom', roomId);
	} catch {
		// Nothing depends on it.
	}
}

/** The fields that the answer to a question adds to an item. */
const ANSWER_FIELDS = [
	'answer',
	'outcome',
	'answered',
	'valid',
	'choice',
	'answers',
	'choices',
	'exitWord',
	'respondedAt',
	'responder',
	'messagesBefore',
];
/**
 * The input as it goes on when the time is up: without an earlier answer, which would be taken for one to this
 * question.
 */
function withoutAnswer(input: IDataObject, ofReview: boolean): IDataObject {
	const json = ofReview ? withoutReview(input) : input;
	if (!('answered' in json)) return json;
	const isAnswer = ([name, value]: [string, unknown]) =>
		ANSWER_FIELDS.includes(name) || (name === 'data' && isObject(value) && 'approved' in value);
	return Object.fromEntries(Object.entries(json).filter((entry) => !isAnswer(entry)));
}

/** The credential that sends buttons; without it the choices are numbered, and the run says so. */
async function platformFor(context: IExecuteFunctions): Promise<LoadedPlatformCredential | undefined> {
	if (hasPlatformCredential(context)) return await loadPlatformCredential(context);
	context.addExecutionHints({
		message: 'The choices were sent as numbers: buttons need a Jelou Platform API credential.',
		type: 'warning',
		location: 'outputPane',
	});
	return undefined;
}

/**
 * Asks a question in a room and has the run wait. The project's trigger is told before the question is sent, so that
 * even the quickest answer finds the run, and again after, so that no earlier message is taken for the answer.
 *
 * @returns the JSON of the input, which is also what n8n goes on with when the time is up
 * @throws FieldError when no trigger can receive the answer, and NodeApiError when the question could not be sent. In
 * both cases nothing waits.
 */
export async function askAndWait(
	context: IExecuteFunctions,
	credential: LoadedCredential,
	{ ifBusy, message, recipient, steps, text, until, withButtons }: Asking,
	options: CallOptions,
): Promise<IDataObject> {
	const platform = withButtons && (await platformFor(context));
	const { pathname, search } = new URL(context.getSignedResumeUrl());
	const { projectId } = credential;
	const id = randomUUID();
	const question: Question = {
		...recipient,
		projectId,
		id,
		runId: context.getExecutionId(),
		resumePath: pathname + search,
		askedAt: Date.now(),
		until,
		title: wellFormed(text.slice(0, MAX_TITLE_LENGTH)),
		steps,
	};
	keepQuestion(context, id);
	showRoom(context, recipient.roomId);
	let unsureAt = '';
	const announce = async (at: string) =>
		await notify(context, at, credential, { note: 'ask', question, text, ifBusy }).catch((error: unknown) => {
			if (!(error instanceof RefusedNoteError)) unsureAt = at;
			throw error;
		});
	const { address, result } = await atTrigger(context, credential, options, announce).catch(
		async (error: unknown) => {
			// Not before: a withdrawn question counts as over, and `atTrigger` may have announced it a second time.
			if (unsureAt) await withdraw(context, unsureAt, credential, question);
			throw error;
		},
	);
	// If it has to wait its turn, the trigger asks it once the room is free.
	if (result.status !== NOTE_STATUS.queued) {
		const [sender, request] = withButtons && platform ? [platform, withButtons] : [credential, message];
		await call(context, sender, request, options).catch(async (error: unknown) => {
			await withdraw(context, address, credential, question);
			throw error;
		});
		await notifySent(context, address, credential, question);
	}
	const input = context.getInputData();
	const json = withoutAnswer(input[0]?.json ?? {}, isReview(context.getNode()));
	input[0] = { ...input[0], json };
	const after = steps.length > 1 ? END_OF_DIALOGUE_MS : END_OF_WAIT_MS;
	await context.putExecutionToWait(new Date(until + after));
	return json;
}
