import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../errors';
import { failure } from './envelope';

/** What goes wrong on purpose. It concerns Jelou's API only, never the page or the control API. */
export interface Faults {
	/** Each request waits this many milliseconds first. */
	latencyMs?: number;
	/** Answer this instead of processing the request; by default with Jelou's error envelope. */
	respond?: {
		status: number;
		/** The `Retry-After` header: seconds, or an HTTP date. */
		retryAfter?: string | number;
		body?: string;
		contentType?: string;
		/** How often; until switched off when absent. */
		times?: number;
	};
	/** Cut the connection before anything is processed. */
	drop?: boolean;
	/** Process the request, then cut the connection instead of answering. */
	dropAfterProcessing?: boolean;
	/** Process the request, then send one half of the answer and cut the connection. */
	halfAnswer?: boolean;
	/** After this many requests all faults are switched off. */
	times?: number;
	/** Which part of the API; all of it when absent. */
	path?: 'gateway' | 'chatbot' | 'all';
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

	/** The faults that hit one request in this part of the API; taking them uses them up by one. */
	take(area: string): Faults {
		const { path = 'all', times, respond } = this.faults;
		if (path !== 'all' && path !== area) return {};
		const taken = structuredClone(this.faults);
		if (respond?.times !== undefined && --respond.times <= 0) delete this.faults.respond;
		if (times !== undefined) this.faults.times = times - 1;
		if (this.faults.times === 0) this.faults = {};
		if (times !== undefined || respond?.times !== undefined) this.onChange();
		return taken;
	}
}

/** Lets requests run into the faults: after their bodies are read and recorded, before anything else. */
export function applyFaults(app: FastifyInstance, faults: FaultSwitch, closing: AbortSignal): void {
	app.addHook('preValidation', async (request, reply) => {
		const { area } = request.info;
		if (area !== 'gateway' && area !== 'chatbot') return;
		const {
			latencyMs = 0,
			respond,
			drop = false,
			dropAfterProcessing = false,
			halfAnswer = false,
		} = faults.take(area);

		if (latencyMs > 0) await wait(latencyMs, undefined, { signal: closing }).catch(() => undefined);
		request.info.dropAnswer = drop || dropAfterProcessing ? 'whole' : halfAnswer ? 'half' : null;
		if (drop) {
			request.info.note = 'Fault: before the request was carried out';
			return reply.send('');
		}
		if (dropAfterProcessing) request.info.note = 'Fault: after the request was carried out';
		if (halfAnswer) request.info.note = 'Fault: in the middle of the answer';
		if (!respond) return;

		request.info.note = 'Fault: the request was not carried out';
		const { status, retryAfter, body, contentType = 'application/json; charset=utf-8' } = respond;
		if (retryAfter !== undefined) reply.header('Retry-After', String(retryAfter));
		const problem = new ApiError(status, 'A fault that was switched on in the sandbox');
		return reply
			.code(status)
			.type(contentType)
			.send(body ?? JSON.stringify(failure(problem)));
	});
}
