import { sleep, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';

import { toApiError } from '../shared/apiError';
import { BoundedMap } from '../shared/boundedMap';
import { uptime } from '../shared/clock';
import type { LoadedCredential } from '../shared/credential';
import { projectPath } from '../shared/endpoints';
import { isJelouNotFound } from '../shared/errorResponse';
import { FieldError } from '../shared/errors';
import { postNote } from '../shared/postNote';
import { hostOf } from '../shared/publicUrl';
import { integrationKey } from '../shared/registration';
import { NO_RESPONSE, wait } from '../shared/retry';
import { NOTE_STATUS, type NoteContent } from '../shared/triggerNote';
import { networkCode, tryCall, type CallOptions } from '../shared/transport';
import type { JelouRequest } from '../shared/types';
import type { Telling } from './operation';
import { toId } from './origin';
import { hasSameOrigin, toProductionUrl } from '../shared/webhookUrls';

/** The maximum number of posts of a note: another process may overwrite it while n8n stores it. */
const MAX_NOTES = 8;
const NOTE_WAIT_MS = 100;
/**
 * How long it is posted again while nothing serves the address: a webhook process is back some ten seconds after it
 * ends.
 */
const UNAVAILABLE_MS = 20_000;
const UNAVAILABLE_WAIT_MS = 500;
/** How long the address of a project's trigger is remembered. */
const REMEMBERED_MS = 60_000;
const MAX_ADDRESSES = 500;
/** Whether an address has the path that every Jelou Trigger has. No other webhook is sent a note. */
export function isTriggerUrl(address: string): boolean {
	return URL.canParse(address) && new URL(address).pathname.endsWith('/webhook');
}

/** No trigger took the note, so nothing was sent or changed. */
class NotNotifiedError extends FieldError {
	constructor(message: string, advice: string) {
		super(message, `${advice} Nothing was sent or changed.`);
	}
}
/** Nothing responds at the trigger's address. */
export class UnreachableError extends NotNotifiedError {}
/** Something responds, but no trigger takes the note. */
export class RefusedNoteError extends NotNotifiedError {}
/** The trigger verifies notes with another secret. */
export class SecretError extends RefusedNoteError {}
/** The trigger itself refuses the note, and says why. */
class TriggerRefusalError extends RefusedNoteError {}

const noTrigger = (why: string) =>
	new RefusedNoteError(
		"No published Jelou Trigger receives this project's answers",
		`${why} Publish a workflow with a Jelou Trigger for this project; a test is not enough.`,
	);

function unreachable(address: string, error: unknown): UnreachableError {
	const { host, hostname } = new URL(address);
	if (/restricted IP|blocked/i.test(String(error))) {
		const list = /^[\d.]+$|^\[/.test(hostname) ? 'IP_RANGES' : 'HOSTNAMES';
		return new UnreachableError(
			`n8n's SSRF protection blocks this n8n's own address, ${host}`,
			`Add ${hostname} to N8N_SSRF_ALLOWED_${list} and restart n8n.`,
		);
	}
	return new UnreachableError(
		`This n8n cannot reach its own address, ${host}`,
		'Make the address in WEBHOOK_URL reachable from the n8n server too.',
	);
}

/**
 * Asks Jelou where the project's events go, which has to be a trigger of this n8n.
 *
 * @throws FieldError when they go elsewhere, and NodeApiError when Jelou could not be asked
 */
async function readTriggerUrl(
	context: IExecuteFunctions,
	credential: LoadedCredential,
	options: CallOptions,
): Promise<string> {
	const get: JelouRequest = { target: 'gateway', method: 'GET', path: projectPath(credential.projectId) };
	const result = await tryCall(context, credential, get, options);
	if (!result.ok) {
		const { failure } = result;
		if (isJelouNotFound(failure)) throw noTrigger('The project has no integration.');
		throw toApiError(context.getNode(), failure, get, credential, options.itemIndex);
	}
	const address = toId(result.response.data.webhookUrl);
	const own = context.getSignedResumeUrl();
	const isOurs = hasSameOrigin(address, own);
	if (!isOurs || !isTriggerUrl(address)) {
		const what = isOurs
			? 'a webhook that is not a Jelou Trigger'
			: `${hostOf(address)}, which is not this n8n`;
		throw noTrigger(`The project's events go to ${what}.`);
	}
	// Even while somebody listens for a test event, it is the published trigger that knows what the room waits for.
	return toProductionUrl(address, own);
}

/** The addresses at which triggers took a note, by project, and when by `uptime`. */
const addresses = new BoundedMap<string, { address: string; takenAt: number }>(MAX_ADDRESSES);

/**
 * Calls `use` with the address of the project's trigger. Reading it from Jelou costs the customer a round trip, so an
 * address at which a trigger took a note is reused for a minute. If it does not take this one, Jelou is asked after
 * all.
 *
 * @param use gives the trigger a note; if it throws, nothing was sent or changed
 * @throws FieldError when there is no trigger, and what `use` throws
 */
export async function atTrigger<Result>(
	context: IExecuteFunctions,
	credential: LoadedCredential,
	options: CallOptions,
	use: (address: string) => Promise<Result>,
): Promise<{ address: string; result: Result }> {
	const { origin } = new URL(context.getSignedResumeUrl());
	const key = JSON.stringify([integrationKey(credential), origin]);
	const known = addresses.get(key);
	const readAndUse = async () => {
		const address = await readTriggerUrl(context, credential, options);
		const result = await use(address);
		addresses.set(key, { address, takenAt: uptime() });
		return { address, result };
	};
	if (!known || uptime() - known.takenAt >= REMEMBERED_MS) return await readAndUse();
	const { address } = known;
	return await use(address).then(
		(result) => ({ address, result }),
		async (error: unknown) => {
			if (error instanceof TriggerRefusalError) throw error;
			return await readAndUse();
		},
	);
}

const isUnavailable = (code: number) => [502, 503, 504].includes(code);

const PAUSES_FULL = {
	message: '5,000 conversations of this project are paused already',
	advice: 'Resume some of them, or pause for fewer hours.',
};

/** n8n takes no requests for runs that wait. */
export const MISROUTED = {
	message: 'n8n does not take requests at its own resume address',
	advice:
		'Let the proxy before n8n pass on /webhook-waiting. Set WEBHOOK_URL to the public address of n8n and N8N_PATH to its path, restart n8n, unpublish the workflow with the Jelou Trigger and publish it again.',
};

/** Why the trigger refuses a note, by the status of its response. */
const REFUSALS: Partial<Record<string, { message: string; advice: string }>> = {
	[NOTE_STATUS.full]: {
		message: 'Too many questions of this project are open',
		advice: 'Wait until some are over, or shorten Limit Wait Time.',
	},
	[NOTE_STATUS.busy]: {
		message: 'Another question is open in this conversation',
		advice: 'Ask when it is answered, or set If Another Question Is Open to Wait Its Turn.',
	},
	[NOTE_STATUS.paused]: {
		message: 'The automation of this conversation is paused, so no answer would arrive',
		advice: 'Use Resume Automation first, or ask when the pause is over.',
	},
	[NOTE_STATUS.unreachable]: MISROUTED,
	[NOTE_STATUS.refused]: {
		message: "The Jelou Trigger mistakes this node for another n8n's",
		advice: 'Give all processes of n8n the same WEBHOOK_URL, encryption key and time.',
	},
};

function refusal(status: unknown, code: number, { note }: NoteContent): FieldError {
	if (isUnavailable(code)) {
		return new UnreachableError(
			`This n8n is not available at its own address (${code})`,
			'Check the load balancer before n8n and WEBHOOK_URL.',
		);
	}
	const refused = note === 'pause' && status === NOTE_STATUS.full ? PAUSES_FULL : REFUSALS[String(status)];
	if (refused) return new TriggerRefusalError(refused.message, refused.advice);
	if (code === 401) {
		return new SecretError(
			'The Jelou Trigger uses another signing secret than this node',
			'Choose the same Jelou credential in both nodes, with the current signing secret.',
		);
	}
	return noTrigger(`The address that the project's events go to answered with status ${code}.`);
}

type Notified = Extract<NoteContent, { note: 'ask' | 'sent' | 'pause' | 'endPause' | 'list' | 'report' }>;

/**
 * Whether a note need not be posted again. That an `ask` is stored is confirmed by the later `sent`; for any other
 * note, right away.
 */
const isDone = (note: Notified['note'], status: unknown) =>
	status === NOTE_STATUS.confirmed ||
	(note === 'ask' && (status === NOTE_STATUS.registered || status === NOTE_STATUS.queued));

/**
 * Posts a note to the trigger until n8n has stored it.
 *
 * @returns the trigger's response; its status is `registered` when other processes kept overwriting the note
 * @throws FieldError when there is no trigger, or it refuses
 */
export async function notify(
	context: IExecuteFunctions,
	address: string,
	{ signingSecret }: LoadedCredential,
	content: Notified,
): Promise<IDataObject> {
	const signal = context.getExecutionCancelSignal();
	const giveUpAt = uptime() + UNAVAILABLE_MS;
	for (let registered = 0; registered < MAX_NOTES;) {
		// The second is posted at once: it reads back what the first wrote.
		if (registered > 1) await sleep(NOTE_WAIT_MS * registered);
		let failure: FieldError;
		let isPassing: boolean;
		try {
			const { code, said, status } = await postNote(context, address, signingSecret, content);
			if (isDone(content.note, status)) return said;
			if (status === NOTE_STATUS.registered) {
				registered++;
				continue;
			}
			failure = refusal(status, code, content);
			// The process that serves the address may have just ended: the load balancer finds another one, or it comes back.
			isPassing = isUnavailable(code);
		} catch (error) {
			failure = unreachable(address, error);
			// n8n may only be busy, and a repeated note changes nothing.
			isPassing = NO_RESPONSE.includes(networkCode(error));
		}
		if (!isPassing || uptime() > giveUpAt || signal?.aborted) throw failure;
		await wait(UNAVAILABLE_WAIT_MS, signal);
	}
	return { status: NOTE_STATUS.registered };
}

/**
 * Finds the project's trigger, and gives it a note.
 *
 * @returns the trigger's response
 * @throws FieldError when there is no trigger, or it refuses
 */
export async function notifyProject(
	context: IExecuteFunctions,
	credential: LoadedCredential,
	content: Notified,
	options: CallOptions,
): Promise<IDataObject> {
	const use = (address: string) => notify(context, address, credential, content);
	return (await atTrigger(context, credential, options, use)).result;
}

/**
 * Runs an operation that only tells the project's trigger something about a conversation.
 *
 * @returns what the node outputs
 * @throws FieldError when no trigger took it, or n8n did not store it
 */
export async function tellTrigger(
	context: IExecuteFunctions,
	credential: LoadedCredential,
	{ content, output }: Telling,
	options: CallOptions,
): Promise<IDataObject> {
	const { status } = await notifyProject(context, credential, content, options);
	if (status !== NOTE_STATUS.registered) return output;
	throw new FieldError(
		'The Jelou Trigger could not store the pause',
		'In queue mode, let the load balancer send one address to one webhook process. Run the node again.',
	);
}
