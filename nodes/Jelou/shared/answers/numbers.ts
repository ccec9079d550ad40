import { trimmed } from '../text';
import { plain } from './normalise';

/**
 * The one number in a text, in the forms that are used in Latin America: `1042`, `# 1.042`, `1.234,50`, `1,234.50`. A
 * single separator before three digits groups thousands. `undefined` when there is none or more than one.
 */
export function numberIn(text: string): number | undefined {
	const found =
		plain(text).match(
			/(?<!\p{L}-?|\p{N}[.,\u00a0 -]?|(?:^|\s)[.,])[+-]?\d+(?:[.,\u00a0 ]\d+)*(?!-?[\p{L}\p{N}])/gu,
		) ?? [];
	const [only] = found;
	if (only === undefined || found.length > 1) return undefined;
	const isGrouped = /^[+-]?\d{1,3}(?:[\u00a0 ]\d{3})+(?:[.,]\d+)?$/.test(only);
	const digits = isGrouped ? only.replace(/[\u00a0 ]/g, '') : only;
	const [, whole = '', fraction = ''] =
		/^([+-]?(?:\d{1,3}(?:,\d{3})+|\d+))(?:\.(\d+))?$/.exec(asEnglish(digits)) ?? [];
	// Two order numbers: "1042,1043".
	if (whole.length > 3 && fraction.length > 3) return undefined;
	const number = whole === '' ? Number.NaN : Number(`${whole.replaceAll(',', '')}.${fraction || '0'}`);
	return Number.isFinite(number) && Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : undefined;
}

/** Turns decimal commas into points, and points that group thousands into commas. */
function asEnglish(digits: string): string {
	const last = Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(','));
	if (last === -1) return digits;
	const mark = digits.charAt(last);
	const isRepeated = digits.indexOf(mark) !== last;
	const isAlone = !digits.includes(mark === '.' ? ',' : '.');
	const groups = isAlone && (isRepeated || (digits.length - last === 4 && !/^[+-]?0/.test(digits)));
	const swapped = digits.replace(/[.,]/g, (found) => (found === '.' ? ',' : '.'));
	// The last mark separates the fraction, unless it groups thousands.
	return (mark === '.') === groups ? swapped : digits;
}

const DATE = /^(?:(?:0?[1-9]|[12]\d|3[01])-){2}(?:\d\d){1,2}$|^\d{4}-\d\d?-\d\d?$/;
/** Digits, possibly with points that group thousands: "12.50" is an amount. */
const PART = /^\d+$|^\d{1,3}(?:\.\d{3})+$/;

/**
 * The digits of consecutive words, if they are one number; `undefined` if they are two, which are equally long or both
 * long.
 */
function joined(words: readonly string[]): string | undefined {
	const text = words.join(' ').replace(/^\+/, '');
	const parts = text.split(/[ -]/);
	const [first = 0, second, ...others] = parts.map((part) => part.length);
	const isPair = others.length === 0 && (first === second || (second !== undefined && first < 2));
	const areTwo = isPair || parts.filter((part) => part.length > 3).length > 1;
	return areTwo || DATE.test(text) || !parts.every((part) => PART.test(part))
		? undefined
		: text.replace(/\D/g, '');
}

/**
 * The digits of the one number in a text that identifies something, such as an order or an identity card, rather than
 * being an amount: with its leading zeros, without spaces, dots and hyphens. `undefined` when there is none or more
 * than one.
 */
export function digitsIn(text: string): string | undefined {
	const words = plain(text)
		.replace(/\n/g, ' | ')
		.split(/[\s#*_~"'“”«»()]+|:(?!\d)|(?<!\d):/)
		.map((word) => trimmed(word, /[^\p{L}\p{N}\p{Sc}%+/]/u));
	const runs: string[][] = [[]];
	for (const word of words.filter((each) => each !== '')) {
		if (/\d/.test(word)) runs.at(-1)?.push(word);
		else runs.push([]);
	}
	const numbers = new Set(runs.filter((run) => run.length > 0).map(joined));
	const [only] = numbers;
	return numbers.size === 1 ? only : undefined;
}
