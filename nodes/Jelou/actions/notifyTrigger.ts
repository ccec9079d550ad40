import { sleep, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';

import { toApiError } from '../shared/apiError';
import { uptime } from '../shared/clock';
import type { LoadedCredential } from '../shared/credential';
import { projectPath } from '../shared/endpoints';
import { readErrorResponse } from '../shared/errorResponse';
import { FieldError } from '../shared/errors';
import { postNote } from '../shared/postNote';
import { hostOf } from '../shared/publicUrl';
import { wait } from '../shared/retry';
import { NOTE_STATUS, type NoteContent } from '../shared/triggerNote';
import { tryCall, type CallOptions } from '../shared/transport';
import type { JelouRequest } from '../shared/types';
import type { Telling } from './operation';
import { hasSameOrigin, toProductionUrl } from '../shared/webhookUrls';

/** How often a note is posted until n8n has stored it: another process may overwrite it in the same moment. */
const MAX_NOTES = 8;
const NOTE_WAIT_MS = 100;
/** For how long it is sent again while nobody serves the address: a webhook process is back some ten seconds after its end. */
const UNAVAILABLE_MS = 20_000;
const UNAVAILABLE_WAIT_MS = 500;
/** The path of every Jelou Trigger. Nothing is told to any other webhook. */
const TRIGGER_PATH = '/webhook';

/** The trigger does not know what it was told, and says so. */
export class RefusedNoteError extends FieldError {}

const noTrigger = (why: string) =>
	new RefusedNoteError(
		"No published Jelou Trigger receives this project's answers",
		`${why} Publish a workflow with a Jelou Trigger for this project; a test in the editor is not enough. Nothing was sent or changed.`,
	);

function unreachable(address: string, error: unknown): FieldError {
	const text = error instanceof Error ? error.message : '';
	const { host, hostname } = new URL(address);
	if (/restricted IP|blocked/i.test(text)) {
		const isIp = /^[\d.]+$|^\[/.test(hostname);
		return new FieldError(
			`n8n's SSRF protection blocks this n8n's own address, ${host}`,
			`Add ${hostname} to ${isIp ? 'N8N_SSRF_ALLOWED_IP_RANGES' : 'N8N_SSRF_ALLOWED_HOSTNAMES'} and restart n8n. Nothing was sent or changed.`,
		);
	}
	return new FieldError(
		`This n8n cannot reach its own address, ${host}`,
		'The node and the Jelou Trigger talk over the address in WEBHOOK_URL. Make that address reachable from the n8n server too. Nothing was sent or changed.',
	);
}

/**
 * Asks Jelou where the project's events go, which has to be a trigger of this n8n.
 *
 * @throws FieldError when it is not
 */
export async function triggerUrl(
	context: IExecuteFunctions,
	credential: LoadedCredential,
	options: CallOptions,
): Promise<string> {
	const get: JelouRequest = { target: 'gateway', method: 'GET', path: projectPath(credential.projectId) };
	const result = await tryCall(context, credential, get, options);
	if (!result.ok) {
		const { failure } = result;
		const isMissing = failure.kind === 'response' && failure.status === 404;
		if (isMissing && readErrorResponse(failure.body).isEnvelope) {
			throw noTrigger('The project has no integration.');
		}
		throw toApiError(context.getNode(), failure, get, credential, options.itemIndex);
	}
	const { webhookUrl } = result.response.data;
	const address = typeof webhookUrl === 'string' ? webhookUrl : '';
	const own = context.getSignedResumeUrl();
	const isOurs = hasSameOrigin(address, own);
	if (!isOurs || !new URL(address).pathname.endsWith(TRIGGER_PATH)) {
		const what = isOurs
			? 'a webhook that is not a Jelou Trigger'
			: `${hostOf(address)}, which is not this n8n`;
		throw noTrigger(`The project's events go to ${what}.`);
	}
	// While somebody listens for a test event, the published trigger still knows what the room waits for.
	return toProductionUrl(address, own);
}

const isUnavailable = (code: unknown) => [502, 503, 504].includes(Number(code));

const PAUSES_FULL = {
	message: '5,000 conversations of this project are paused already',
	advice: 'Resume some of them, or pause for fewer hours.',
};

/** What the trigger refuses a note with, in words. */
const REFUSALS: Partial<Record<string, { message: string; advice: string }>> = {
	[NOTE_STATUS.full]: {
		message: 'Too many questions of this project are open',
		advice:
			'There can be 5,000, or fewer where their choices are long. Wait until some are answered or time out, or shorten Limit Wait Time.',
	},
	[NOTE_STATUS.busy]: {
		message: 'Another question is open in this conversation',
		advice: 'Ask when it is answered, or set If Another Question Is Open in the options to Wait Its Turn.',
	},
	[NOTE_STATUS.paused]: {
		message: 'The automation of this conversation is paused, so no answer would arrive',
		advice: 'Use Resume Automation first, or ask when the pause is over.',
	},
	[NOTE_STATUS.unreachable]: {
		message: 'n8n does not take requests at the address where it goes on with a run',
		advice:
			'A proxy before n8n changes the path. Set WEBHOOK_URL to the whole public address of n8n and, if that has a path, N8N_PATH to the path. Then restart n8n, unpublish the workflow with the Jelou Trigger and publish it again.',
	},
	[NOTE_STATUS.refused]: {
		message: 'The Jelou Trigger takes this node for one of another n8n',
		advice: 'Give all processes of n8n the same WEBHOOK_URL, encryption key and time.',
	},
};

function refusal(status: unknown, code: unknown, { note }: NoteContent): FieldError {
	if (isUnavailable(code)) {
		return new FieldError(
			`This n8n is not available at its own address (${String(code)})`,
			'Check the load balancer before n8n and the address in WEBHOOK_URL, then try again. Nothing was sent or changed.',
		);
	}
	const refused = note === 'pause' && status === NOTE_STATUS.full ? PAUSES_FULL : REFUSALS[String(status)];
	if (refused) return new RefusedNoteError(refused.message, `${refused.advice} Nothing was sent or changed.`);
	if (code === 401) {
		return new RefusedNoteError(
			'The Jelou Trigger uses another signing secret than this node',
			"Choose the same Jelou credential in both nodes, with the integration's current signing secret. Nothing was sent or changed.",
		);
	}
	return noTrigger(`The address that the project's events go to answered with status ${String(code)}.`);
}

type Notified = Extract<NoteContent, { note: 'ask' | 'sent' | 'pause' | 'endPause' }>;

/** When a note has been posted often enough: a question is read back once it was sent, a pause at once. */
const DONE: Record<Notified['note'], readonly unknown[]> = {
	ask: [NOTE_STATUS.registered, NOTE_STATUS.confirmed, NOTE_STATUS.queued],
	sent: [NOTE_STATUS.confirmed],
	pause: [NOTE_STATUS.confirmed],
	endPause: [NOTE_STATUS.confirmed],
};

/**
 * Gives the trigger a note, until n8n has stored it.
 *
 * @returns what the trigger responds; `registered` for a note to be read back when others write all the time
 * @throws FieldError when there is no trigger, or it refuses
 */
export async function notify(
	context: IExecuteFunctions,
	address: string,
	{ signingSecret }: LoadedCredential,
	content: Notified,
): Promise<unknown> {
	const signal = context.getExecutionCancelSignal();
	const giveUpAt = uptime() + UNAVAILABLE_MS;
	let registered = 0;
	while (registered < MAX_NOTES) {
		// The second goes at once: it reads back what the first wrote.
		if (registered > 1) await sleep(NOTE_WAIT_MS * registered);
		let response: Awaited<ReturnType<typeof postNote>>;
		try {
			response = await postNote(context, address, signingSecret, content);
		} catch (error) {
			throw unreachable(address, error);
		}
		const { code, status } = response;
		if (DONE[content.note].includes(status)) return status;
		if (status === NOTE_STATUS.registered) registered++;
		else if (!isUnavailable(code) || uptime() > giveUpAt || signal?.aborted)
			throw refusal(status, code, content);
		// The process that serves the address has just ended: the load balancer finds another one, or it comes back.
		else await wait(UNAVAILABLE_WAIT_MS, signal);
	}
	return NOTE_STATUS.registered;
}

/**
 * Tells the project's trigger something about a conversation, as a whole operation.
 *
 * @returns what the node puts out
 * @throws FieldError when no trigger has taken it
 */
export async function tellTrigger(
	context: IExecuteFunctions,
	credential: LoadedCredential,
	{ content, output }: Telling,
	options: CallOptions,
): Promise<IDataObject> {
	const address = await triggerUrl(context, credential, options);
	const status = await notify(context, address, credential, content);
	if (status !== NOTE_STATUS.registered) return output;
	throw new FieldError(
		'The Jelou Trigger could not store the pause',
		'Several processes of n8n write to it at once. In queue mode, let the load balancer send one address to one webhook process. Then run the node again.',
	);
}
