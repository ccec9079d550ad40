import { sleep, type IWebhookFunctions } from 'n8n-workflow';

import { uptime } from '../../shared/clock';
import { parseBody } from '../../shared/errorResponse';
import { isObject } from '../../shared/json';
import { RESUME_STATUS, type Resumption } from '../../shared/roomNote';
import { timeLeft } from '../delivery/timeLeft';

/**
 * How long after a delivery has arrived its answer is tried again, in milliseconds: n8n may have to store yet that the
 * run waits. With the last request it stays within the 20 s that Jelou waits.
 */
const TRY_AGAIN_MS = 8_000;
/** How long at least after it was decided what the answer is, for a delivery that was held. */
const TRY_HELD_MS = 4_000;
const REQUEST_TIMEOUT_MS = 10_000;
/** How long an answer of n8n's that may be a passing one is believed to be passing. */
const PASSING_MS = 3_000;
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 500;

/**
 * `resumed`: the run has gone on. `waiting`: it waits for this question's answer. `gone`: it waits no more (ended,
 * stopped, deleted). `unknown`: n8n could not be asked, so the delivery has to fail, and nothing is lost.
 */
export type ResumeResult = 'resumed' | 'waiting' | 'gone' | 'unknown';

/** `storing`: it will wait in a moment. `passing`: it may be over, or n8n is reading while it writes. */
type Reply = ResumeResult | 'storing' | 'passing';

/**
 * What n8n's answer to a resume request says. As seen in n8n 1.123 and 2.41: 409 while the run is still running, another
 * 409 when it has failed or was stopped; 404 when it was deleted; 200 with a page when it is over. n8n 1.x writes that a
 * run waits before it writes where: for a moment it then answers with the page, another 404 or a 500, or asks the node
 * about an older question. n8n 2.x answers 500 too when somebody else resumes the run.
 */
function readReply(status: number, body: unknown): Reply {
	const json = parseBody(body);
	if (status === 200) {
		if (json?.status === RESUME_STATUS.resumed || json?.status === RESUME_STATUS.waiting) return json.status;
		return 'passing';
	}
	const message = typeof json?.message === 'string' ? json.message : '';
	if (status === 409) return /running/i.test(message) ? 'storing' : 'gone';
	if (status === 404) return /does not exist/i.test(message) ? 'gone' : 'passing';
	// A resume URL that n8n does not believe any more (its encryption key has changed) never will be believed.
	if (status === 401 || status === 403) return 'gone';
	return status === 500 ? 'passing' : 'unknown';
}

async function post(
	context: IWebhookFunctions,
	url: string,
	resumption: Resumption,
	timeout: number,
): Promise<Reply> {
	try {
		const response: unknown = await context.helpers.httpRequest({
			method: 'POST',
			url,
			headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
			body: JSON.stringify(resumption),
			encoding: 'text',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			timeout,
		});
		return isObject(response) ? readReply(Number(response.statusCode), response.body) : 'unknown';
	} catch {
		// The error holds the resume URL, so nothing of it is passed on.
		return 'unknown';
	}
}

/**
 * Gives the waiting run its answer. Never throws: an error that escapes would make n8n start the workflow.
 *
 * @param arrivedAt when the delivery with the answer arrived, as `uptime` tells it
 * @param decidedAt until when it was held
 */
export async function resume(
	context: IWebhookFunctions,
	url: string,
	resumption: Resumption,
	arrivedAt: number,
	decidedAt = arrivedAt,
): Promise<ResumeResult> {
	const start = uptime();
	const end = Math.max(arrivedAt + TRY_AGAIN_MS, decidedAt + TRY_HELD_MS);
	let isUnsure = false;
	for (let pause = FIRST_PAUSE_MS; uptime() < end; pause = Math.min(MAX_PAUSE_MS, pause * 2)) {
		const reply = await post(context, url, resumption, timeLeft(arrivedAt, REQUEST_TIMEOUT_MS));
		if (reply === 'resumed' || reply === 'waiting') return reply;
		const isGone = reply === 'gone' || (reply === 'passing' && uptime() - start >= PASSING_MS);
		// After a request without an answer, a run that waits no more may have gone on with it.
		if (isGone) return isUnsure ? 'unknown' : 'gone';
		isUnsure ||= reply === 'unknown';
		await sleep(pause);
	}
	return 'unknown';
}
