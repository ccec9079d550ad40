import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RequestInfo } from './context';

/** What an endless response continues with: spaces after JSON leave it valid. */
const FILLER = Buffer.alloc(65_536, ' ');

/** Sends responses as the faults ask: half, slowly, without end, or not at all. Must be added after the recording. */
export function applySendingFaults(app: FastifyInstance, closing: AbortSignal): void {
	app.addHook('onSend', (request, reply, payload, done) => {
		const { dropResponse, slowResponse } = request.info;
		const answer = typeof payload === 'string' ? payload : '';
		if (dropResponse === 'half') return sendHalf(request, reply, answer);
		if (dropResponse === 'whole') request.raw.socket.destroy();
		done(null, slowResponse ? Readable.from(slowly(Buffer.from(answer), slowResponse, closing)) : payload);
	});
}

/** Announces the whole response, sends half of it, and cuts the connection. */
function sendHalf(
	{ raw: { socket } }: FastifyRequest,
	{ raw, statusCode }: FastifyReply,
	answer: string,
): void {
	const bytes = Buffer.from(answer);
	raw.writeHead(statusCode, {
		'Content-Type': 'application/json; charset=utf-8',
		'Content-Length': bytes.length,
	});
	raw.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => socket.destroy());
}

async function* slowly(
	answer: Buffer,
	{ dripMs, isEndless }: NonNullable<RequestInfo['slowResponse']>,
	closing: AbortSignal,
): AsyncGenerator<Buffer> {
	const step = dripMs === undefined ? Infinity : 1;
	for (let at = 0; !closing.aborted && (isEndless || at < answer.length); at += step) {
		yield at < answer.length ? answer.subarray(at, at + step) : FILLER.subarray(0, step);
		if (dripMs !== undefined) await wait(dripMs, undefined, { signal: closing }).catch(() => undefined);
	}
}
