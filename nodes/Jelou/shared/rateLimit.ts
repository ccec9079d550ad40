import { uptime } from './clock';
import { asksToWait, retryDelay, wait } from './retry';
import type { CallResult } from './types';

/**
 * Applies what one response asks for to every request of a run. Once Jelou asks to wait, nothing is sent until that
 * time is over; then one request probes, and the others go on once it is let through.
 */
export class RateLimit {
	/** When the wait is over, by `uptime`; `undefined` while there is no limit. */
	private until: number | undefined;
	/** Settles once the probe's response has been taken into account: nothing else is sent before that. */
	private probe: Promise<CallResult> | undefined;
	/** How many probes in a row were asked to wait as well. */
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
		this.obey(result);
		return result;
	}

	/**
	 * Whether probes were asked to wait as often as a call may be retried. So while Jelou lets nothing through, each
	 * further call costs one request instead of one for every retry.
	 */
	isExhausted(maxRetries: number): boolean {
		return this.limitedProbes >= maxRetries;
	}

	private async sendProbe(request: () => Promise<CallResult>): Promise<CallResult> {
		const result = await request();
		if (result.ok) this.lift();
		else if (asksToWait(result.failure)) this.limitedProbes++;
		// A probe without a response says nothing about the limit: the next request probes.
		else if (result.failure.kind === 'response') this.lift();
		this.obey(result);
		return result;
	}

	private obey(result: CallResult): void {
		if (result.ok || !asksToWait(result.failure)) return;
		this.until = Math.max(this.until ?? 0, uptime() + retryDelay(result.failure, this.limitedProbes));
	}

	private lift(): void {
		this.until = undefined;
		this.limitedProbes = 0;
	}
}
