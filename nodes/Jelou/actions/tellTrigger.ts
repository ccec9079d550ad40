import { sleep, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';

import { toApiError } from '../shared/apiError';
import { uptime } from '../shared/clock';
import type { LoadedCredential } from '../shared/credential';
import { projectPath } from '../shared/endpoints';
import { parseBody, readErrorResponse } from '../shared/errorResponse';
import { FieldError } from '../shared/errors';
import { isObject } from '../shared/json';
import { hostOf } from '../shared/publicUrl';
import { wait } from '../shared/retry';
import { NOTE_STATUS, writeNote, type NoteContent } from '../shared/roomNote';
import { SIGNATURE_HEADER, sign } from '../shared/signature';
import { tryCall, type CallOptions } from '../shared/transport';
import type { JelouRequest } from '../shared/types';
import type { Telling } from './operation';
import { hasSameOrigin, toProductionUrl } from '../shared/webhookUrls';

const NOTE_TIMEOUT_MS = 10_000;
/** How often a note is sent until n8n has stored it; another process may overwrite it in the same moment. */
const MAX_NOTES = 8;
const NOTE_PAUSE_MS = 100;
/** For how long it is sent again while nobody serves the address: a webhook process is back some ten seconds after its end. */
const UNAVAILABLE_MS = 20_000;
const UNAVAILABLE_PAUSE_MS = 500;
/** The path of every Jelou Trigger. Nothing is told to any other webhook. */
const TRIGGER_PATH = '/webhook';

const noTrigger = (why: string) =>
	new FieldError(
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

/** The request for the project's integration. */
function integrationRequest(projectId: string): JelouRequest {
	return { target: 'gateway', method: 'GET', path: projectPath(projectId) };
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
	const get = integrationRequest(credential.projectId);
	const result = await tryCall(context, credential, get, options);
	if (!result.ok) {
		const { failure } = result;
		const isMissing = failure.kind === 'answer' && failure.status === 404;
		if (isMissing && readErrorResponse(failure.body).isEnvelope) {
			throw noTrigger('The project has no integration.');
		}
		throw toApiError(context.getNode(), failure, get, credential, options.itemIndex);
	}
	const { webhookUrl } = result.answer.data;
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

/** Posts a note to the trigger, and gives what it answers. */
export async function postNote(
	context: IExecuteFunctions,
	address: string,
	{ signingSecret }: LoadedCredential,
	content: NoteContent,
): Promise<{ status: unknown; code: unknown }> {
	const note = writeNote({ ...content, instanceId: context.getInstanceId(), sentAt: Date.now() });
	const body = Buffer.from(JSON.stringify(note));
	let response: unknown;
	try {
		response = await context.helpers.httpRequest({
			method: 'POST',
			url: address,
			headers: { 'Content-Type': 'application/json', [SIGNATURE_HEADER]: sign(body, signingSecret) },
			body,
			encoding: 'text',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			timeout: NOTE_TIMEOUT_MS,
		});
	} catch (error) {
		throw unreachable(address, error);
	}
	const { body: answer, statusCode: code } = isObject(response) ? response : {};
	return { status: parseBody(answer)?.status, code };
}

const isUnavailable = (code: unknown) => [502, 503, 504].includes(Number(code));

function refusal(status: unknown, code: unknown, { note }: NoteContent): FieldError {
	if (isUnavailable(code)) {
		return new FieldError(
			`This n8n is not available at its own address (${String(code)})`,
			'Check the load balancer before n8n and the address in WEBHOOK_URL, then try again. Nothing was sent or changed.',
		);
	}
	if (status === NOTE_STATUS.full && note === 'pause') {
		return new FieldError(
			'5,000 conversations of this project are paused already',
			'Resume some of them, or pause for fewer hours. Nothing was sent or changed.',
		);
	}
	if (status === NOTE_STATUS.full) {
		return new FieldError(
			'5,000 questions of this project are open already',
			'Wait until some are answered or time out, or shorten Limit Wait Time. Nothing was sent or changed.',
		);
	}
	if (status === NOTE_STATUS.refused) {
		return new FieldError(
			'The Jelou Trigger takes this node for one of another n8n',
			'Give all processes of n8n the same WEBHOOK_URL, encryption key and time. Nothing was sent or changed.',
		);
	}
	if (code === 401) {
		return new FieldError(
			'The Jelou Trigger uses another signing secret than this node',
			"Choose the same Jelou credential in both nodes, with the integration's current signing secret. Nothing was sent or changed.",
		);
	}
	return noTrigger(`The address that the project's events go to answered with status ${String(code)}.`);
}

/**
 * Tells the trigger, until n8n has stored it.
 *
 * @returns false when others write to the workflow's static data all the time
 * @throws FieldError when there is no trigger, or it refuses
 */
export async function tell(
	context: IExecuteFunctions,
	address: string,
	credential: LoadedCredential,
	content: NoteContent,
): Promise<boolean> {
	const signal = context.getExecutionCancelSignal();
	const giveUpAt = uptime() + UNAVAILABLE_MS;
	let registered = 0;
	while (registered < MAX_NOTES) {
		// The second goes at once: it reads back what the first wrote.
		if (registered > 1) await sleep(NOTE_PAUSE_MS * registered);
		const { code, status } = await postNote(context, address, credential, content);
		if (status === NOTE_STATUS.confirmed) return true;
		if (status === NOTE_STATUS.registered) registered++;
		else if (!isUnavailable(code) || uptime() > giveUpAt || signal?.aborted)
			throw refusal(status, code, content);
		// The process that serves the address has just ended: the load balancer finds another one, or it comes back.
		else await wait(UNAVAILABLE_PAUSE_MS, signal);
	}
	return false;
}

export const notStored = (what: string, end: string) =>
	new FieldError(
		`The Jelou Trigger could not store the ${what}`,
		`Several processes of n8n write to it at once. In queue mode, let the load balancer send one address to one webhook process. ${end}`,
	);

/**
 * Tells the project's trigger, as a whole operation.
 *
 */
export async function tellTrigger(
	context: IExecuteFunctions,
	credential: LoadedCredential,
	{ content, output }: Telling,
	options: CallOptions,
): Promise<IDataObject> {
	const address = await triggerUrl(context, credential, options);
	if (!(await tell(context, address, credential, content)))
		throw notStored('pause', 'Then run the node again.');
	return output;
}
