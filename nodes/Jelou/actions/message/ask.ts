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

/** n8n's own end of the wait comes after the question's, so that they never meet and the last answer is not lost. */
const END_OF_WAIT_MS = 5_000;

const WITHDRAW_TIMEOUT_MS = 3_000;

/** Takes a question back that was not sent. What went wrong is said already, so a failure here says nothing. */
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
		// The question then ends with its time limit, or with a message that finds no run waiting.
	}
}

/** Says that a question was sent just now. It was, so the run waits whatever becomes of this. */
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
		// The trigger takes a question for sent after a minute.
		context.logger.warn('A Jelou node could not notify the Jelou Trigger that a question was sent');
	}
}

/**
 * Refuses what cannot wait, before anybody is asked anything.
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
			`Send and Wait for Reply takes one item at a time, and got ${String(length)}`,
			'Put a Loop Over Items node with a batch size of 1 before this node. Nothing was sent.',
		);
	}
}

/** Enough to tell questions apart in a list; the trigger stores it with each. */
const MAX_TITLE_LENGTH = 80;

/** Says in n8n's list of executions whose run it is. n8n 1.x has no such data for nodes, and none keeps it of a test. */
function showRoom(context: IExecuteFunctions, roomId: string): void {
	try {
		const { customData }: Partial<IExecuteFunctions> = context;
		customData?.set('jelouRoom', roomId);
	} catch {
		// Nothing depends on it.
	}
}

/** What the answer to a question adds to an item. */
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
/** The input as it goes on when the time is up, without what would then be taken for an answer. */
function withoutAnswer(input: IDataObject, ofReview: boolean): IDataObject {
	const json = ofReview ? withoutReview(input) : input;
	if (!('answered' in json)) return json;
	const isAnswer = ([name, value]: [string, unknown]) =>
		ANSWER_FIELDS.includes(name) || (name === 'data' && isObject(value) && 'approved' in value);
	return Object.fromEntries(Object.entries(json).filter((entry) => !isAnswer(entry)));
}

/** What sends buttons; without it the choices are numbers, and the run says so. */
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
 * Asks a question in a room and puts the run to wait. The project's trigger is told before it is sent, so that an answer
 * finds the run however quick it is, and after, so that nothing is taken for its answer that came before it.
 *
 * @returns the input, which is also what n8n goes on with when the time is up
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
	let unsure = '';
	const tell = async (at: string) =>
		await notify(context, at, credential, { note: 'ask', question, text, ifBusy }).catch((error: unknown) => {
			if (!(error instanceof RefusedNoteError)) unsure = at;
			throw error;
		});
	const { address, result } = await atTrigger(context, credential, options, tell).catch(
		async (error: unknown) => {
			// Not before: a question that was taken back counts as answered, and it may be told once more.
			if (unsure) await withdraw(context, unsure, credential, question);
			throw error;
		},
	);
	// Where it waits its turn, the trigger asks it when the room is free.
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
