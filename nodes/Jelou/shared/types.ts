import type { IDataObject } from 'n8n-workflow';

/** One HTTP request to Jelou. Paths are segments, so that each is encoded exactly once. */
export interface JelouRequest {
	/** `gateway`: integration and conversations, authenticated by API key. `chatbot`: sending, signed. */
	target: 'gateway' | 'chatbot';
	method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
	/** Path below the base URL, one entry a segment, not yet encoded. */
	path: readonly string[];
	body?: IDataObject;
}

/** The answer to a call that Jelou accepted. */
export interface JelouAnswer {
	/** Jelou's whole JSON answer: usually `{ message, statusMessage, status, data }`. */
	envelope: IDataObject;
	/** The useful part: `data` of the envelope, nothing where it has none, or the whole where there is no envelope. */
	data: IDataObject;
}

/** An answer that is no success. */
export interface AnsweredFailure {
	kind: 'answer';
	status: number;
	body: unknown;
	retryAfter?: unknown;
}

/** A call that failed: Jelou answered with an error, or there was no answer at all. */
export type Failure = AnsweredFailure | { kind: 'network'; code: string };

/** How a call went. */
export type CallResult = { ok: true; answer: JelouAnswer } | { ok: false; failure: Failure };

/** A project's integration: the one webhook that Jelou posts its events to. */
export interface Integration {
	webhookUrl: string;
	/** When it was created, as Jelou writes it: what tells it from another one of the same project. */
	createdAt?: string;
	/** Only in the answer that creates the integration. */
	signingSecret?: string;
}
