import type { IDataObject } from 'n8n-workflow';

/** One HTTP request to Jelou. Paths are segments, so that each is encoded exactly once. */
export interface JelouRequest {
	/**
	 * `gateway`: integration and conversations, authenticated by API key. `chatbot`: sending, signed. `platform`: Jelou's
	 * other API, with a credential of its own.
	 */
	target: 'gateway' | 'chatbot' | 'platform';
	method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
	/** Path below the base URL, one entry a segment, not yet encoded. */
	path: readonly string[];
	/** What is empty is left out. */
	query?: Readonly<Record<string, string | number>>;
	body?: IDataObject;
}

/** The response to a call that Jelou accepted. */
export interface JelouResponse {
	/** Jelou's whole JSON body: usually `{ message, statusMessage, status, data }`. */
	envelope: IDataObject;
	/** The useful part: `data` of the envelope, nothing where it has none, or the whole where there is no envelope. */
	data: IDataObject;
}

/** A response that is no success. */
export interface FailedResponse {
	kind: 'response';
	status: number;
	body: unknown;
	retryAfter?: unknown;
}

/** A call that failed: Jelou responded with an error, or there was no response at all. */
export type Failure = FailedResponse | { kind: 'network'; code: string };

/** How a call went. */
export type CallResult = { ok: true; response: JelouResponse } | { ok: false; failure: Failure };

/** A project's integration: the one webhook that Jelou posts its events to. */
export interface Integration {
	webhookUrl: string;
	/** When it was created, as Jelou writes it: what tells it from another one of the same project. */
	createdAt?: string;
	/** Only in the response to its creation. */
	signingSecret?: string;
}
