import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { ApiError } from '../errors';
import type { Area } from './context';
import { failure } from './envelope';

/** A response to send instead of Jelou's own. */
export interface FaultResponse {
	status: number;
	/** Process the request first: it takes effect, and only its response is lost. */
	afterProcessing?: boolean;
	/** The `Retry-After` header: seconds, or an HTTP date. */
	retryAfter?: string | number;
	body?: string;
	contentType?: string;
	/** How many times; until switched off when absent. */
	times?: number;
}

/** What goes wrong on purpose: in Jelou's APIs or the desk's, never in the page or the control API. */
export interface Faults {
	/** Each request waits this many milliseconds first. */
	latencyMs?: number;
	/** Respond with this instead of processing the request; by default in Jelou's error envelope, even with status 200. */
	respond?: FaultResponse;
	/** Cut the connection before anything is processed. */
	drop?: boolean;
	/** Process the request, then cut the connection instead of responding. */
	dropAfterProcessing?: boolean;
	/** Process the request, then send half of the response and cut the connection. */
	halfResponse?: boolean;
	/** Send the response one byte at a time, with this many milliseconds in between. */
	dripMs?: number;
	/** Follow the response with endless spaces, one at a time with `dripMs`, else as fast as they are read. */
	endlessResponse?: boolean;
	/** Deliver each event twice, the second time right after the first. */
	deliverTwice?: boolean;
	/** The customer answers the next message with this text, before the request that sent it gets its response. Used once. */
	replyAtOnce?: string;
	/** After this many requests all faults are switched off. */
	times?: number;
	/** Only this part of the APIs; all of them when absent. */
	path?: 'gateway' | 'chatbot' | 'platform' | 'all';
	/** Only requests with this method; all when absent. */
	method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
	/** Only requests with this text in their address or body, such as a project's ID; all when absent. */
	naming?: string;
}

/** Holds the faults that are switched on and counts them down. */
export class FaultSwitch {
	private faults: Faults = {};

	constructor(private readonly onChange: () => void) {}

	get current(): Faults {
		return this.faults;
	}

	/** Replaces what was set before; `{}` switches everything off. */
	set(faults: Faults): void {
		this.faults = structuredClone(faults);
		this.onChange();
	}

	/** The text with which the customer answers the next message, if any; taking it uses it up. */
	takeReply(): string | undefined {
		const { replyAtOnce, ...others } = this.faults;
		if (replyAtOnce !== undefined) this.set(others);
		return replyAtOnce;
	}

	/**
	 * The faults for a request to this part of the APIs; counts one use.
	 *
	 * @param text its address and body
	 */
	take(area: string, method: string, text: string): Faults {
		const { naming = '', path = 'all', times, respond } = this.faults;
		if (path !== 'all' && path !== area) return {};
		if (this.faults.method !== undefined && this.faults.method !== method) return {};
		if (!text.includes(naming)) return {};
		const taken = structuredClone(this.faults);
		if (respond?.times !== undefined && --respond.times <= 0) delete this.faults.respond;
		if (times !== undefined) this.faults.times = times - 1;
		if (this.faults.times === 0) this.faults = {};
		if (times !== undefined || respond?.times !== undefined) this.onChange();
		return taken;
	}
}

/**
 * Applies the faults to requests: after their bodies are read and recorded, before anything else. Must be added before the
 * hook that records responses, since a fault can replace one.
 */
export function applyFaults(
	app: FastifyInstance,
	{ desk, jelou }: { jelou: FaultSwitch; desk: FaultSwitch },
	closing: AbortSignal,
): void {
	const switches: Partial<Record<Area, FaultSwitch>> = {
		gateway: jelou,
		chatbot: jelou,
		platform: jelou,
		desk,
	};
	app.addHook('preValidation', async (request, reply) => {
		const { area } = request.info;
		const faults = switches[area];
		if (!faults) return;
		const taken = faults.take(area, request.method, `${request.url} ${request.rawBody.toString()}`);
		const { latencyMs = 0, respond, drop = false, dropAfterProcessing = false } = taken;
		const { halfResponse = false, endlessResponse = false, dripMs } = taken;

		if (latencyMs > 0) await wait(latencyMs, undefined, { signal: closing }).catch(() => undefined);
		request.info.dropResponse = drop || dropAfterProcessing ? 'whole' : halfResponse ? 'half' : null;
		if (drop) {
			request.info.note = 'Fault: before the request was processed';
			return reply.send('');
		}
		if (dropAfterProcessing) request.info.note = 'Fault: after the request was processed';
		if (halfResponse) request.info.note = 'Fault: halfway through the answer';
		if (dripMs !== undefined || endlessResponse) {
			request.info.note = 'Fault: the answer is slow or never ends';
			request.info.slowResponse = { dripMs, isEndless: endlessResponse };
		}
		if (respond?.afterProcessing === true) {
			request.info.note = 'Fault: the request was processed, but its answer was replaced';
			request.info.replacement = respond;
		} else if (respond) {
			request.info.note = 'Fault: the request was not processed';
			return reply.send(replace(reply, respond, area));
		}
	});

	app.addHook('onSend', (request, reply, payload, done) => {
		const { replacement } = request.info;
		done(null, replacement ? replace(reply, replacement, request.info.area) : payload);
	});
}

/** Gives the response the fault's status and headers. Returns its body. */
function replace(
	reply: FastifyReply,
	{ status, retryAfter, body, contentType }: FaultResponse,
	area: Area,
): string {
	if (retryAfter !== undefined) reply.header('Retry-After', String(retryAfter));
	reply.code(status).type(contentType ?? 'application/json; charset=utf-8');
	const error = 'This fault was turned on in the sandbox';
	return body ?? JSON.stringify(area === 'desk' ? { error } : failure(new ApiError(status, error)));
}
