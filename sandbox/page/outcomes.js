// @ts-check

/** @import { MessageDelivery } from './model.js' */

/** What a Jelou Trigger did with an event, by the `status` of its answer. */
const DONE = {
	accepted: 'Started the workflow',
	answered: 'Answered the waiting question',
	'asked next': 'Answered: the next question follows',
	'asked again': 'Did not fit the question: asked again',
	invalid: 'Did not fit the question either: the workflow goes on without an answer',
	exit: 'Left the question: the workflow goes on without an answer',
	failed: 'Jelou refused the next question: the workflow goes on without it',
	kept: 'Came before the question: kept for its answer',
	combined: 'Combined with the next message',
	paused: 'Paused: a person has this conversation',
	duplicate: 'Received before: nothing started',
	ignored: 'Ignored: the trigger does not listen for this',
};

/** The same for one that could not do it; any other failure is told by the sandbox. */
const FAILED = {
	'not passed on':
		'the run that waits for this answer could not be reached. Check WEBHOOK_URL in n8n, then send again.',
	'not asked again': 'it did not fit the question, and asking again failed. Check the log of n8n.',
	'next question not sent': 'Jelou did not take the next question. Answer again, or check the log of n8n.',
	'not combined': 'the messages that it was combined with started nothing. Send it again.',
};

/**
 * @param {Record<string, string>} table
 * @param {string | undefined} status
 * @returns {string | undefined}
 */
function wordsFor(table, status = '') {
	return Object.entries(table).find(([key]) => key === status)?.[1];
}

/**
 * What became of an event, in words; what is not known is shown as it came.
 * @param {MessageDelivery} delivery
 */
export function toldOf({ state, note = '', answer, isTest, question }) {
	if (state === 'sending') return 'Sending…';
	if (state === 'failed') return `Not delivered: ${wordsFor(FAILED, answer) ?? note}`;
	if (answer === 'accepted' && isTest) return 'Went to the test in the n8n editor';
	const words = wordsFor(DONE, answer) ?? (answer ? `Delivered: ${answer}` : 'Delivered');
	return question ? `${words} (“${question}”)` : words;
}
