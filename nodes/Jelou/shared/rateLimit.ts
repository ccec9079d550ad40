import { uptime } from './clock';
import { asksToWait, retryDelay, wait } from './retry';
import type { CallResult } from './types';

/**
 * What one response asks of every request of a run. Once Jelou asks to wait, nobody sends before that time is over; then
 * one request probes, and the others go on when it is let through.
 */
export class RateLimit {
	/** When the wait is over, on the clock that only goes forward; `undefined` while there is no limit. */
	private until: number | undefined;
	/** Settles when what the probe's response says is heeded: nobody else goes on before that. */
	private probe: Promise<CallResult> | undefined;
	/** Probes that were asked to wait as well. */
	private limitedProbes = 0;

	/** Sends a request as soon as the limit allows it; `undefined` when the execution is cancelled first. */
	async send(request: () => Promise<CallResult>, signal?: AbortSignal): Promise<CallResult | undefined> {
		while (this.until !== undefined) {
			const left = this.until - uptime();
			if (left > 0) await wait(left, signal);
			else if (this.probe !== undefined) await this.probe;
			if (signal?.aborted) return undefined;
			if (this.probe === undefined && this.until !== undefined && this.until <= uptime()) {
				this.probe = this.sendProbe(request).finally(() => {
					this.probe = undefined;
				});
				return await this.probe;
			}
		}
		const result = await request();
		this.heed(result);
		return result;
	}

	/**
	 * Whether probes were asked to wait as often as a call may be retried. So while Jelou lets nothing through, each further
	 * call costs one request, and not one for every retry.
	 */
	isExhausted(maxRetries: number): boolean {
		return this.limitedProbes >= maxRetries;
	}

	private async sendProbe(request: () => Promise<CallResult>): Promise<CallResult> {
		const result = await request();
		if (result.ok) this.lift();
		else if (asksToWait(result.failure)) this.limitedProbes++;
		// A probe that got no response says nothing of the limit: the next one probes.
		else if (result.failure.kind === 'response') this.lift();
		this.heed(result);
		return result;
	}

	private heed(result: CallResult): void {
		if (result.ok || !asksToWait(result.failure)) return;
		this.until = Math.max(this.until ?? 0, uptime() + retryDelay(result.failure, this.limitedProbes));
	}

	private lift(): void {
		this.until = undefined;
		this.limitedProbes = 0;
	}
}
