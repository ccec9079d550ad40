import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Store } from '../store';
import type { RequestRecord, Tone } from '../types';
import { areaOf, type Area } from './context';

/** Jelou's own areas. */
const JELOU = new Set<Area>(['gateway', 'chatbot', 'platform']);

/** How much of a body the log shows, in characters. */
const SHOWN = 8000;

/**
 * Records requests to Jelou's APIs. An address that does not exist counts as one, too: most likely somebody entered a
 * wrong base URL.
 */
export function recordRequests(app: FastifyInstance, store: Store): void {
	app.addHook('onRequest', (request, _reply, done) => {
		const area = areaOf(request.raw.url ?? '');
		request.rawBody = Buffer.alloc(0);
		request.info = {
			area,
			record: null,
			project: null,
			auth: null,
			note: null,
			isExpected: false,
			dropResponse: null,
			replacement: null,
			slowResponse: null,
		};
		const isApi = JELOU.has(area) || (area === 'page' && request.is404);
		if (isApi) {
			request.info.record = recordOf(request, null, store);
			store.addRequest(request.info.record);
		}
		done();
	});

	app.addHook('onSend', (request, reply, payload, done) => {
		const { record, dropResponse } = request.info;
		if (!record) return done();
		record.answered = store.nextPlace();
		if (dropResponse === null) record.status = reply.statusCode;
		const answer = typeof payload === 'string' ? payload : '';
		store.addLogEntry(describe(request, record, answer));
		done();
	});
}

function recordOf(
	{ method, raw, headers }: FastifyRequest,
	status: number | null,
	store: Store,
): RequestRecord {
	const rawUrl = raw.url ?? '';
	const arrived = store.nextPlace();
	const rawBody = Buffer.alloc(0);
	return {
		at: Date.now(),
		method,
		rawUrl,
		headers: { ...headers },
		rawBody,
		status,
		arrived,
		answered: null,
	};
}

/** Records a request that was refused before any hook saw it. */
export function recordUnread(request: FastifyRequest, store: Store, status: number): void {
	store.addRequest(recordOf(request, status, store));
}

function describe(request: FastifyRequest, record: RequestRecord, answer: string) {
	const { project, auth, isExpected, note } = request.info;
	const { isSetUp = false, title = 'Unknown URL' } = request.routeOptions.config;
	const remark = note ?? refusalIn(answer, record.status);
	const isFine = record.status !== null && (record.status < 400 || isExpected);
	const tone: Tone = !isFine ? 'bad' : note === null ? 'good' : isExpected ? 'info' : 'warning';
	return {
		at: record.at,
		kind: 'request' as const,
		projectId: project?.id ?? null,
		title,
		outcome: record.status === null ? 'Connection closed on purpose' : remark,
		tone,
		auth,
		status: record.status,
		ms: Date.now() - record.at,
		isSetUp,
		details: {
			request: `${record.method} ${record.rawUrl}`,
			contentType: record.headers['content-type'],
			body: readable(record.rawBody.toString('utf8')),
			answer: readable(answer),
		},
	};
}

/** Why a request was refused, from its response; empty for any other. */
function refusalIn(answer: string, status: number | null): string {
	const said = status !== null && status >= 400 ? readable(answer) : undefined;
	if (typeof said !== 'object' || said === null || !('message' in said)) return '';
	return [said.message].flat().join('; ');
}

/** Sent once, in the response that creates the integration, and never shown by the sandbox. */
const SECRETS = new Set(['signingSecret', 'authorization']);

function hideSecrets(key: string, value: unknown): unknown {
	return SECRETS.has(key) ? '(hidden)' : value;
}

/** JSON parsed, so that the log can format it; anything else as text. */
export function readable(text: string): unknown {
	if (text === '') return undefined;
	try {
		if (text.length <= SHOWN) return JSON.parse(text, hideSecrets);
	} catch {
		// Shown as text.
	}
	return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
