const DAY_MS = 24 * 60 * 60 * 1_000;
/** More seconds than this are beyond the year 5000; fewer milliseconds are before 1974. */
const MOST_SECONDS = 1e11;

/** `2026-12-31`, `2026-12-31 18:00`, `2026-12-31T18:00:00.000-05:00`. */
const ISO =
	/^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?: ?(Z|[+-]\d\d(?::?\d\d)?)(?:\[.*\])?)?)?$/i;
/** HTTP's `Thu, 31 Dec 2026 18:00:00 GMT`, JavaScript's `Thu Dec 31 2026 18:00:00 GMT-0500 (Ecuador Time)`. */
const NAMED =
	/^(?:[a-z]{3},? )?(?:(\d\d?) )?([a-z]{3}) (?:(\d\d?) )?(\d{4}) (\d\d:\d\d(?::\d\d)?) (?:GMT|UTC|(?=[+-]))([+-]\d{4})?(?: \(.*\))?$/i;

/** `-05:00`, `+0545` or `GMT-05:00` in milliseconds; nothing, as in `GMT` or `Z`, is 0. */
function offsetOf(text: string): number {
	const [hours = 0, minutes = 0] = (text.match(/\d\d/g) ?? []).map(Number);
	return (text.includes('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** If no zone has this name, such as the `DEFAULT` that n8n may have saved, the zone is this process's, as in n8n. */
function offsetFormat(timeZone?: string): Intl.DateTimeFormat {
	try {
		return new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
	} catch {
		return offsetFormat();
	}
}

/**
 * The moment of a local time, which is given as if it were in UTC. A time that occurs twice, when clocks are set back,
 * is the first of the two; one that is skipped, when they are set forward, is moved on by as much.
 */
function fromLocal(local: number, timeZone: string): number {
	const format = offsetFormat(timeZone);
	const offsetAt = (time: number) => offsetOf(format.format(time).replace(/.*GMT/, ''));
	const before = offsetAt(local - DAY_MS);
	const after = offsetAt(local + DAY_MS);
	const isStill = offsetAt(local - before) === before;
	return local - (isStill || offsetAt(local - after) !== after ? before : after);
}

/** Turns a date and time with names in it into ISO's form; any other text is left as it is. */
function toIso(text: string): string {
	return text.replace(
		NAMED,
		(all, first = '', month: string, second = '', year: string, time: string, offset = 'Z') => {
			const day = `${first}${second}`;
			const date = new Date(`${month} ${day} ${year} UTC`);
			return date.getUTCDate() === Number(day) ? `${date.toISOString().slice(0, 11)}${time}${offset}` : all;
		},
	);
}

function parse(text: string, timeZone: string): number {
	const [, date, time = '00:00', offset] = ISO.exec(toIso(text)) ?? [];
	const local = Date.parse(`${date}T${time}Z`);
	// Date.parse takes 31 February for a day in March.
	const isReal =
		!Number.isNaN(local) && new Date(local).toISOString().startsWith(`${date}T${time.slice(0, 5)}`);
	if (!isReal) return Number.NaN;
	return offset === undefined ? fromLocal(local, timeZone) : local - offsetOf(offset);
}

/**
 * Reads a time as workflows have it, in Unix milliseconds; NaN for what is not one. A text without a zone is in the
 * given one. Accepts dates (JavaScript's, Luxon's), seconds and milliseconds since 1970, and the forms of ISO and HTTP,
 * but no text such as 03/04/2026: it is in March to some and in April to others.
 */
export function readTime(value: unknown, timeZone: string): number {
	if (typeof value === 'object' && value !== null) {
		const time: unknown =
			'valueOf' in value && typeof value.valueOf === 'function' ? value.valueOf() : undefined;
		return typeof time === 'number' ? time : Number.NaN;
	}
	const text = String(value).trim();
	if (!/^\d+(\.\d+)?$/.test(text)) return parse(text, timeZone);
	return Number(text) * (Number(text) < MOST_SECONDS ? 1_000 : 1);
}
