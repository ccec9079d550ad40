import { randomUUID } from 'node:crypto';

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { LoadedCredential } from '../../shared/credential';
import { FieldError } from '../../shared/errors';
import { isObject } from '../../shared/json';
import type { Question } from '../../shared/roomNote';
import { call, type CallOptions } from '../../shared/transport';
import type { Asking } from '../operation';
import { isReview, withoutReview, type ToolInput } from '../toolInput';
import { keepQuestion } from './questionId';
import { notStored, postNote, tell, triggerUrl } from '../tellTrigger';

/** n8n's own end of the wait comes after the question's, so that they never meet and the last answer is not lost. */
const END_OF_WAIT_MS = 5_000;

/** Takes a question back that was not sent. What went wrong is said already, so a failure here says nothing. */
async function withdraw(
	context: IExecuteFunctions,
	address: string,
	credential: LoadedCredential,
	{ id: questionId, roomId }: Question,
): Promise<void> {
	try {
		await postNote(context, address, credential, { note: 'withdraw', roomId, questionId });
	} catch {
		// The question then ends with its time limit, or with a message that finds no run waiting.
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

/** What the answer to a question adds to an item. */
const ANSWER_FIELDS = ['answered', 'valid', 'answer', 'choice'];
/** The input as it goes on when the time is up, without what would then be taken for an answer. */
function withoutAnswer(input: IDataObject, ofReview: boolean): IDataObject {
	const json = ofReview ? withoutReview(input) : input;
	if (!('answered' in json)) return json;
	const isAnswer = ([name, value]: [string, unknown]) =>
		ANSWER_FIELDS.includes(name) || (name === 'data' && isObject(value) && 'approved' in value);
	return Object.fromEntries(Object.entries(json).filter((entry) => !isAnswer(entry)));
}

/**
 * Asks a question in a room and puts the run to wait. The project's trigger is told first, so that an answer finds the
 * run however quick it is.
 *
 * @returns the input, which is also what n8n goes on with when the time is up
 * @throws FieldError when no trigger can receive the answer, and NodeApiError when the question could not be sent. In
 * both cases nothing waits.
 */
export async function askAndWait(
	context: IExecuteFunctions,
	credential: LoadedCredential,
	{ expects, message, recipient, until }: Asking,
	options: CallOptions,
): Promise<IDataObject> {
	const resumeUrl = context.getSignedResumeUrl();
	const address = await triggerUrl(context, credential, options);
	const { projectId } = credential;
	const id = randomUUID();
	const question: Question = { ...recipient, projectId, id, resumeUrl, askedAt: Date.now(), until, expects };
	keepQuestion(context, id);
	const isStored = await tell(context, address, credential, { note: 'ask', question });
	let isSent = false;
	try {
		if (!isStored) throw notStored('question', 'Nothing was sent.');
		await call(context, credential, message, options);
		isSent = true;
	} finally {
		if (!isSent) await withdraw(context, address, credential, question);
	}
	const input = context.getInputData();
	const json = withoutAnswer(input[0]?.json ?? {}, isReview(context.getNode()));
	input[0] = { ...input[0], json };
	await context.putExecutionToWait(new Date(until + END_OF_WAIT_MS));
	return json;
}
