/**
 * Milliseconds on a clock that only goes forward, for what lasts a while within this process: the time of day can be set
 * back. A time that is stored, sent or shown is a time of day.
 */
export function uptime(): number {
	return performance.now();
}
