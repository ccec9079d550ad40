import { performance } from 'node:perf_hooks';

/** How many requests may come at once. */
const BURST = 5;

/** Limits each account's requests per second: unused ones are saved up, up to a burst. */
export class AccountRate {
	private readonly buckets = new Map<string, { left: number; at: number }>();

	/**
	 * @param perSecond 0: no limit
	 * @param now a clock in milliseconds that only goes forward
	 */
	constructor(
		private readonly perSecond: number,
		private readonly now: () => number = () => performance.now(),
	) {}

	/** Counts a request. @returns whether it may be made */
	take(account: string): boolean {
		const { perSecond } = this;
		if (perSecond === 0) return true;
		const most = Math.max(BURST, perSecond);
		const at = this.now();
		const bucket = this.buckets.get(account) ?? { left: most, at };
		const left = Math.min(most, bucket.left + ((at - bucket.at) / 1000) * perSecond);
		const isAllowed = left >= 1;
		this.buckets.set(account, { left: isAllowed ? left - 1 : left, at });
		return isAllowed;
	}
}
