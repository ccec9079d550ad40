import { randomUUID } from 'node:crypto';

import { sleep, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';

import { toApiError } from '../../shared/apiError';
import type { LoadedCredential } from '../../shared/credential';
import { projectPath } from '../../shared/endpoints';
import { parseBody, readErrorResponse } from '../../shared/errorResponse';
import { FieldError } from '../../shared/errors';
import { isObject } from '../../shared/json';
import type { Recipient } from '../../shared/message';
import { hostOf } from '../../shared/publicUrl';
import {
	NOTE_STATUS,
	writeNote,
	type Expectation,
	type Question,
	type RoomNote,
} from '../../shared/roomNote';
import { SIGNATURE_HEADER, sign } from '../../shared/signature';
import { call, tryCall, type CallOptions } from '../../shared/transport';
import type { JelouRequest } from '../../shared/types';

/** Where a waiting node keeps the ID of its question, in n8n's data of the run. */
export const CONTEXT_KEY = 'jelouQuestion';

/** Where a run keeps that it has waited. */
export const WAITED_KEY = 'jelouWaited';

const NOTE_TIMEOUT_MS = 10_000;
/** How often a note is sent until n8n has stored it; another process may overwrite it in the same moment. */
const MAX_NOTES = 8;
const NOTE_PAUSE_MS = 100;
const UNAVAILABLE_PAUSE_MS = 500;
/** n8n's own end of the wait comes after the question's, so that they never meet and the last answer is not lost. */
const END_OF_WAIT_MS = 5_000;
/** The path of every Jelou Trigger. Nothing is told to any other webhook. */
const TRIGGER_PATH = '/webhook';

export interface WaitFor {
	recipient: Omit<Recipient, 'projectId'>;
	expects: Expectation;
	/** Unix milliseconds. */
	until: number;
}

const noTrigger = (why: string) =>
	new FieldError(
		"No published Jelou Trigger receives this project's answers",
		`${why} Publish a workflow with a Jelou Trigger for this project; a test in the editor is not enough. Nothing was sent.`,
	);

function unreachable(address: string, error: unknown): FieldError {
	const text = error instanceof Error ? error.message : '';
	const { host, hostname } = new URL(address);
	if (/restricted IP|blocked/i.test(text)) {
		const isIp = /^[\d.]+$|^\[/.test(hostname);
		return new FieldError(
			`n8n's SSRF protection blocks this n8n's own address, ${host}`,
			`Add ${hostname} to ${isIp ? 'N8N_SSRF_ALLOWED_IP_RANGES' : 'N8N_SSRF_ALLOWED_HOSTNAMES'} and restart n8n. Nothing was sent.`,
		);
	}
	return new FieldError(
		`This n8n cannot reach its own address, ${host}`,
		'The node and the Jelou Trigger talk over the address in WEBHOOK_URL. Make that address reachable from the n8n server too. Nothing was sent.',
	);
}

/**
 * Asks Jelou where the project's events go, which has to be a trigger of this n8n.
 *
 * @throws FieldError when it is not
 */
async function triggerUrl(
	context: IExecuteFunctions,
	credential: LoadedCredential,
	resumeUrl: string,
	options: CallOptions,
): Promise<string> {
	const get: JelouRequest = { target: 'gateway', method: 'GET', path: projectPath(credential.projectId) };
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
	const isOurs = URL.canParse(address) && new URL(address).origin === new URL(resumeUrl).origin;
	if (!isOurs || !new URL(address).pathname.endsWith(TRIGGER_PATH)) {
		const what = isOurs
			? 'a webhook that is not a Jelou Trigger'
			: `${hostOf(address)}, which is not this n8n`;
		throw noTrigger(`The project's events go to ${what}.`);
	}
	// While somebody listens for a test event, the published trigger still knows what the room waits for.
	return address.replace('/webhook-test/', '/webhook/');
}

/** Posts a note to the trigger, and gives what it answers. */
async function post(
	context: IExecuteFunctions,
	address: string,
	{ signingSecret }: LoadedCredential,
	note: RoomNote,
): Promise<{ status: unknown; code: unknown }> {
	const body = Buffer.from(JSON.stringify(writeNote(note)));
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

function refusal(status: unknown, code: unknown): FieldError {
	if (isUnavailable(code)) {
		return new FieldError(
			`This n8n is not available at its own address (${String(code)})`,
			'Check the load balancer before n8n and the address in WEBHOOK_URL, then try again. Nothing was sent.',
		);
	}
	if (status === NOTE_STATUS.full) {
		return new FieldError(
			'5,000 questions of this project are open already',
			'Wait until some are answered or time out, or shorten Limit Wait Time. Nothing was sent.',
		);
	}
	if (status === NOTE_STATUS.refused) {
		return new FieldError(
			'The Jelou Trigger takes this node for one of another n8n',
			'Give all processes of n8n the same WEBHOOK_URL, encryption key and time. Nothing was sent.',
		);
	}
	if (code === 401) {
		return new FieldError(
			'The Jelou Trigger uses another signing secret than this node',
			"Choose the same Jelou credential in both nodes, with the integration's current signing secret. Nothing was sent.",
		);
	}
	return noTrigger(`The address that the project's events go to answered with status ${String(code)}.`);
}

/**
 * Tells the trigger about a question, until n8n has stored it.
 *
 * @returns false when others write to the workflow's static data all the time
 * @throws FieldError when there is no trigger, or it refuses
 */
async function register(
	context: IExecuteFunctions,
	address: string,
	credential: LoadedCredential,
	question: Question,
): Promise<boolean> {
	const instanceId = context.getInstanceId();
	for (let sent = 0; sent < MAX_NOTES; sent++) {
		// The second goes at once: it reads back what the first wrote.
		if (sent > 1) await sleep(NOTE_PAUSE_MS * sent);
		const note: RoomNote = { note: 'ask', instanceId, sentAt: Date.now(), question };
		const { code, status } = await post(context, address, credential, note);
		if (status === NOTE_STATUS.confirmed) return true;
		if (status === NOTE_STATUS.registered) continue;
		if (!isUnavailable(code) || sent + 1 === MAX_NOTES) throw refusal(status, code);
		// The process that serves the address has just ended: the load balancer finds another one.
		await sleep(UNAVAILABLE_PAUSE_MS);
	}
	return false;
}

/** Takes a question back that was not sent. What went wrong is said already, so a failure here says nothing. */
async function withdraw(
	context: IExecuteFunctions,
	address: string,
	credential: LoadedCredential,
	{ id: questionId, roomId }: Question,
): Promise<void> {
	const instanceId = context.getInstanceId();
	try {
		const note: RoomNote = { note: 'withdraw', instanceId, sentAt: Date.now(), roomId, questionId };
		await post(context, address, credential, note);
	} catch {
		// The question then ends with its time limit, or with a message that finds no run waiting.
	}
}

/** Refuses what cannot wait, before anybody is asked anything. */
function checkCanWait(context: IExecuteFunctions): void {
	const { length } = context.getInputData();
	// An agent's ordinary tool; Human Review is a tool that waits.
	if (/(?<!Hitl)Tool$/.test(context.getNode().type)) {
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

function withoutAnswer(json: IDataObject): IDataObject {
	if (!('answered' in json)) return json;
	const isAnswer = ([name, value]: [string, unknown]) =>
		ANSWER_FIELDS.includes(name) || (name === 'data' && isObject(value) && 'approved' in value);
	return Object.fromEntries(Object.entries(json).filter((entry) => !isAnswer(entry)));
}

/**
 * Asks a question in a room and puts the run to wait. The project's trigger is told first, so that an answer finds the
 * run however quick it is.
 *
 * @param message the request that asks
 * @returns the input, which is also what n8n goes on with when the time is up
 * @throws FieldError when no trigger can receive the answer, and NodeApiError when the question could not be sent. In
 * both cases nothing waits.
 */
export async function askAndWait(
	context: IExecuteFunctions,
	credential: LoadedCredential,
	message: JelouRequest,
	{ expects, recipient, until }: WaitFor,
	options: CallOptions,
): Promise<IDataObject> {
	checkCanWait(context);
	const resumeUrl = context.getSignedResumeUrl();
	const address = await triggerUrl(context, credential, resumeUrl, options);
	const { projectId } = credential;
	const id = randomUUID();
	const question: Question = { ...recipient, projectId, id, resumeUrl, askedAt: Date.now(), until, expects };
	// Stored with the run, so that an answer to another question of the run is not taken for this one's.
	context.getContext('node')[CONTEXT_KEY] = id;
	const isStored = await register(context, address, credential, question);
	let isSent = false;
	try {
		if (!isStored) {
			throw new FieldError(
				'The Jelou Trigger could not store the question',
				'Several processes of n8n write to it at once. In queue mode, let the load balancer send one address to one webhook process. Nothing was sent.',
			);
		}
		await call(context, credential, message, options);
		isSent = true;
	} finally {
		if (!isSent) await withdraw(context, address, credential, question);
	}
	// A run that n8n resumes because the time is up has no static data, and so no secret that is kept there.
	context.getContext('flow')[WAITED_KEY] = true;
	const input = context.getInputData();
	const json = withoutAnswer(input[0]?.json ?? {});
	// n8n goes on with the input then, in which an answer to an earlier question would be taken for one to this.
	input[0] = { ...input[0], json };
	await context.putExecutionToWait(new Date(until + END_OF_WAIT_MS));
	return json;
}
