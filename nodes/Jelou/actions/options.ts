import { entryText, type ItemParameters } from './itemParameters';
import { FieldError } from '../shared/errors';

/** What the options of every operation say about how an item is run. */
export interface Options {
	/** Replaces the credential's project; `''` when it does not. */
	projectId: string;
	/** Whether only the useful part of the answer is put out. */
	simplify: boolean;
	/** Milliseconds. */
	timeout: number;
	maxRetries: number;
	/** How many requests may be under way at once. */
	concurrency: number;
}

interface NumberRule {
	name: string;
	label: string;
	min: number;
	max: number;
	fallback: number;
	isWhole: boolean;
}

const TIMEOUT: NumberRule = {
	name: 'timeout',
	label: 'Timeout',
	min: 1,
	max: 300,
	fallback: 30,
	isWhole: false,
};
const RETRIES: NumberRule = {
	name: 'maxRetries',
	label: 'Max Retries',
	min: 0,
	max: 10,
	fallback: 3,
	isWhole: true,
};
const CONCURRENCY: NumberRule = {
	name: 'concurrency',
	label: 'Concurrency',
	min: 1,
	max: 100,
	fallback: 10,
	isWhole: true,
};

function numberOf(item: ItemParameters, rule: NumberRule): number {
	const { fallback, isWhole, label, max, min, name } = rule;
	const text = entryText(item.collection('options'), name);
	if (text === '') return fallback;
	const number = Number(text);
	if (number >= min && number <= max && (!isWhole || Number.isInteger(number))) return number;
	throw new FieldError(
		`${label} is ${text}`,
		`Enter a ${isWhole ? 'whole number' : 'number'} from ${String(min)} to ${String(max)} in the options.`,
	);
}

/**
 * Reads and checks the options of an item.
 *
 * @throws FieldError for a number that makes no sense
 */
export function readOptions(item: ItemParameters): Options {
	const options = item.collection('options');
	return {
		projectId: entryText(options, 'projectId'),
		simplify: options.simplify !== false,
		timeout: numberOf(item, TIMEOUT) * 1_000,
		maxRetries: numberOf(item, RETRIES),
		concurrency: numberOf(item, CONCURRENCY),
	};
}

export const DEFAULT_CONCURRENCY = CONCURRENCY.fallback;
