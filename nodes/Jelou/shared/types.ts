import type { IDataObject } from 'n8n-workflow';

/** One HTTP request to Jelou. Paths are segments, so that each is encoded exactly once. */
export interface JelouRequest {
	/**
	 * `gateway`: integration and conversations, authenticated by API key. `chatbot`: sending, signed. `platform`: Jelou's
	 * other API, with its own credential.
	 */
	target: 'gateway' | 'chatbot' | 'platform';
	method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
	/** Path below the base URL, one entry per segment, not yet encoded. */
	path: readonly string[];
	/** Empty values are left out. */
	query?: Readonly<Record<string, string | number>>;
	body?: IDataObject;
}

/** The response to a call that Jelou accepted. */
export interface JelouResponse {
	/** Jelou's whole JSON body: usually `{ message, statusMessage, status, data }`. */
	envelope: IDataObject;
	/** The useful part: the envelope's `data`, `{}` if it has none, or the whole body if there is no envelope. */
	data: IDataObject;
}

/** A response that is not a success. */
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
	/** When it was created, as Jelou writes it: tells it from an earlier one of the same project. */
	createdAt?: string;
	/** Only in the response to its creation. */
	signingSecret?: string;
}
