import type { FaultResponse } from './faults';
import type { Project, RequestRecord } from '../types';

/** Which part of the sandbox an address belongs to; the first three are Jelou's, the next is the stand-in for Chatwoot. */
export type Area = 'gateway' | 'chatbot' | 'platform' | 'desk' | 'control' | 'page';

export function areaOf(rawUrl: string): Area {
	const path = rawUrl.split('?', 1)[0] ?? '';
	if (/^\/(platform|jelouapi)(\/|$)/.test(path)) return 'gateway';
	if (/^\/v1(\/|$)/.test(path)) return 'chatbot';
	if (/^\/api(\/|$)/.test(path)) return 'platform';
	if (/^\/chatwoot(\/|$)/.test(path)) return 'desk';
	return /^\/sandbox(\/|$)/.test(path) ? 'control' : 'page';
}

/** What is learned about a request along the way, in addition to what fastify knows. */
export interface RequestInfo {
	area: Area;
	/** Null for the page and the control API, which are not recorded. */
	record: RequestRecord | null;
	project: Project | null;
	/** How it was authenticated, in plain words, for the log. */
	auth: string | null;
	/** A remark for the log. */
	note: string | null;
	/** Whether a refusal simply answers a question, and nothing went wrong. */
	isExpected: boolean;
	/** A fault asks to cut the connection instead of sending the response, or its second half. */
	dropResponse: 'whole' | 'half' | null;
	/** A fault asks for another response to a request that was processed. */
	replacement: FaultResponse | null;
	/** A fault asks for the response to be sent byte by byte, or never to end. */
	slowResponse: { dripMs: number | undefined; isEndless: boolean } | null;
}

declare module 'fastify' {
	interface FastifyRequest {
		info: RequestInfo;
		/** The bytes of the body as they arrived; empty when there is none. */
		rawBody: Buffer;
	}
	interface FastifyContextConfig {
		/** The request's name in the log. */
		title?: string;
		/** Whether it only sets up or looks up the integration. */
		isSetUp?: boolean;
		/** The status for fields that do not match the schema; 422 when absent. */
		invalidStatus?: number;
	}
}
