import { sleep } from 'n8n-workflow';

import { uptime } from '../../shared/clock';
import { parseBody } from '../../shared/errorResponse';
import { isObject } from '../../shared/json';
import { RESUME_STATUS, type Question, type Resumption } from '../../shared/triggerNote';
import { Deadline } from '../event/deadline';
import { warn } from '../event/log';
import type { RoomView } from './view';

const REQUEST_TIMEOUT_MS = 10_000;
const PROBE_TIMEOUT_MS = 3_000;
/** How long a response that may be temporary is treated as temporary, in milliseconds. */
const PASSING_MS = 3_000;
const FIRST_WAIT_MS = 50;
const MAX_WAIT_MS = 500;

/**
 * `resumed`: the run has gone on. `waiting`: it waits for this question's answer. `gone`: it no longer waits (ended,
 * stopped, deleted). `unknown`: n8n could not be asked, so the delivery has to fail for nothing to be lost.
 */
type ResumeResult = 'resumed' | 'waiting' | 'gone' | 'unknown';

/**
 * `running`: it will wait in a moment. `passing`: it may be over, or n8n is reading it while writing it. `misrouted`:
 * not n8n's own address. `invalid`: n8n rejects the signature; n8n 2.x rejects any for a run that asks nothing, such as
 * Check's.
 */
type ResumeResponse = ResumeResult | 'running' | 'passing' | 'misrouted' | 'invalid';

/**
 * What n8n's response to a resume request says. As seen in n8n 1.123 and 2.41: 409 while the run is still running,
 * another 409 when it has failed or was stopped; 404 when it was deleted; 200 with a page when it is over. n8n 1.x
 * stores that a run waits before it stores where: for a moment it then responds with the page, a different 404 or a
 * 500, or asks the node about an older question. n8n 2.x also responds with 500 when somebody else resumes the run.
 */
function readResponse(status: number, body: unknown): ResumeResponse {
	const json = parseBody(body);
	if (status === 200) {
		if (json?.status === RESUME_STATUS.resumed || json?.status === RESUME_STATUS.waiting) return json.status;
		return 'passing';
	}
	const message = typeof json?.message === 'string' ? json.message : '';
	if (status === 409) return /running/i.test(message) ? 'running' : 'gone';
	if (status === 404) return /does not exist/i.test(message) ? 'gone' : 'passing';
	if (json?.error === 'Invalid token') return 'invalid';
	// The signature covers the path: a proxy has changed that, or n8n now has another key or (1.x) another host.
	if (status === 401 || status === 403) return 'misrouted';
	return status === 500 ? 'passing' : 'unknown';
}

async function post(
	{ address, context }: RoomView,
	{ resumePath }: Pick<Question, 'resumePath'>,
	resumption: Resumption,
	timeout: number,
): Promise<ResumeResponse> {
	try {
		const response: unknown = await context.helpers.httpRequest({
			method: 'POST',
			url: new URL(resumePath, address).href,
			headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
			body: JSON.stringify(resumption),
			encoding: 'text',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			timeout,
		});
		return isObject(response) ? readResponse(Number(response.statusCode), response.body) : 'unknown';
	} catch {
		// The error contains the resume URL, so none of it is passed on.
		return 'unknown';
	}
}

const isRefusal = (response: ResumeResponse) => response === 'misrouted' || response === 'invalid';

/** Asks n8n whether a run waits for a question, once. */
async function probe(view: RoomView, question: Pick<Question, 'id' | 'resumePath'>): Promise<ResumeResponse> {
	return await post(view, question, { questionId: question.id }, PROBE_TIMEOUT_MS);
}

/**
 * Whether n8n takes requests at its own resume addresses: found out once for each address of the trigger, while a run
 * is asking, so that nobody is asked a question whose answer could not arrive. n8n 1.x does not check a signature while
 * the run is running.
 *
 * @param isReport whether this is for Check, whose run asks nothing: then n8n itself has to have responded, just now
 */
export async function canResume(
	view: RoomView,
	question: Pick<Question, 'id' | 'resumePath'>,
	isReport = false,
): Promise<boolean> {
	const { address, context, store } = view;
	if (!isReport && store.probedAddress === address) return true;
	// n8n signs paths: if the trigger is reached at a path other than its own, a proxy removes part of it.
	const { originalUrl } = context.getRequestObject();
	if (new URL(originalUrl, address).pathname !== new URL(address).pathname) return false;
	const response = await probe(view, question);
	if (response === 'running') store.probedAddress = address;
	return isReport ? ['running', 'gone', 'invalid'].includes(response) : !isRefusal(response);
}

/**
 * Ends the questions of a room whose runs have ended: the process that took the answers may have ended, or lost the
 * address, before it stored that.
 */
export async function endAnswered(view: RoomView, roomId: string): Promise<void> {
	const { store } = view;
	for (const asked of store.asked(roomId))
		if ((await resumeRun(view, asked, undefined, new Deadline())) === 'gone') store.end(asked);
}

/**
 * Releases a room that is reserved for the run that was just answered, if that run has ended or waits for something
 * else.
 */
export async function releaseIfOver(view: RoomView, roomId: string): Promise<void> {
	const answered = view.store.reservedFor(roomId);
	if (answered === undefined) return;
	const response = await probe(view, answered);
	const isRunning = ['running', 'unknown'].includes(response);
	if (!isRunning && view.store.reservedFor(roomId) === answered) view.store.release(roomId);
}

/**
 * Gives the waiting run its answer or, without one, asks whether it waits. Tries at least once, however late it is.
 * Never throws: an error that escapes would make n8n start the workflow.
 */
export async function resumeRun(
	view: RoomView,
	question: Question,
	answer: Resumption['answer'],
	deadline: Deadline,
): Promise<ResumeResult> {
	deadline.hasWaited = true;
	let isUnsure = false;
	let passingSince = Infinity;
	for (let delay = FIRST_WAIT_MS; ; delay = Math.min(MAX_WAIT_MS, delay * 2)) {
		const timeout = deadline.timeout(REQUEST_TIMEOUT_MS);
		const response = await post(view, question, { questionId: question.id, answer }, timeout);
		if (response === 'resumed' || response === 'waiting') return response;
		// Counted from the first: n8n may have taken long to get there, or to respond.
		passingSince = response === 'passing' ? Math.min(passingSince, uptime()) : Infinity;
		const isRefused = isRefusal(response);
		if (isRefused) {
			warn(
				view.context,
				'does not wait any longer for a run: n8n does not take requests at its own resume address',
				'check WEBHOOK_URL and N8N_PATH',
			);
		}
		const isGone = response === 'gone' || isRefused || uptime() - passingSince >= PASSING_MS;
		// If an earlier request had no response, a run that no longer waits may have gone on with that.
		if (isGone) return isUnsure ? 'unknown' : 'gone';
		isUnsure ||= response === 'unknown';
		if (deadline.left(answer ? 'resume' : 'check') <= delay) return 'unknown';
		await sleep(delay);
	}
}
