// @ts-check

/** @import { MessageDelivery } from './model.js' */

/** What a Jelou Trigger did with an event, by the `status` in its response. */
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

/** The same for a trigger that failed; the sandbox describes any other failure. */
const FAILED = {
	'not passed on':
		'the run that waits for this answer could not be reached. Check WEBHOOK_URL in n8n, then send again.',
	'not asked again': 'it did not fit the question, and asking again failed. Check the n8n log.',
	'next question not sent': 'Jelou did not take the next question. Answer again, or check the n8n log.',
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
 * What became of an event, in words; an unknown status is shown as it is.
 * @param {MessageDelivery} delivery
 */
export function toldOf({ state, note = '', answer, isTest, question }) {
	if (state === 'sending') return 'Sending…';
	if (state === 'failed') return `Not delivered: ${wordsFor(FAILED, answer) ?? note}`;
	if (answer === 'accepted' && isTest) return 'Went to the test in the n8n editor';
	const words = wordsFor(DONE, answer) ?? (answer ? `Delivered: ${answer}` : 'Delivered');
	return question ? `${words} (“${question}”)` : words;
}
