import { createHmac, timingSafeEqual } from 'node:crypto';

import { sign, verify } from '../nodes/Jelou/shared/signature';
import { median } from './measure';

const BLOCKS = 41;
const BLOCK = 5_000;

export interface VerificationRates {
	perSecond: number;
	bareLoopPerSecond: number;
}

/** Verifies the same bodies with the node's function and with nothing but the two calls it cannot do without, in turn. */
export function measureVerification(texts: string[], secret: string): VerificationRates {
	const deliveries = texts.map((text) => {
		const body = Buffer.from(text);
		const header = sign(body, secret);
		return { body, header, digest: Buffer.from(header.slice('sha256='.length), 'hex') };
	});
	const secrets = [secret];
	const ways = [
		(n: number) => {
			const { body, header } = deliveries[n % deliveries.length] ?? { body: Buffer.alloc(0), header: '' };
			return verify(body, header, secrets);
		},
		(n: number) => {
			const { body, digest } = deliveries[n % deliveries.length] ?? {
				body: Buffer.alloc(0),
				digest: Buffer.alloc(0),
			};
			return timingSafeEqual(createHmac('sha256', secret).update(body).digest(), digest);
		},
	];
	const rates = ways.map((): number[] => []);
	for (let block = 0; block <= BLOCKS; block++) {
		for (const [index, verifies] of ways.entries()) {
			const started = performance.now();
			let genuine = 0;
			for (let n = 0; n < BLOCK; n++) if (verifies(n)) genuine++;
			const ms = performance.now() - started;
			if (genuine !== BLOCK) throw new Error('A genuine delivery was not believed.');
			// The first block only warms up.
			if (block > 0) rates[index]?.push((BLOCK * 1_000) / ms);
		}
	}
	const [perSecond, bareLoopPerSecond] = rates.map((all) => Math.round(median(all)));
	return { perSecond: perSecond ?? Number.NaN, bareLoopPerSecond: bareLoopPerSecond ?? Number.NaN };
}
