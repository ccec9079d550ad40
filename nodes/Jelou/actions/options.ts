import type { INodeProperties } from 'n8n-workflow';

import { FieldError } from '../shared/errors';
import { DEFAULT_RETRIES } from '../shared/retry';
import { DEFAULT_TIMEOUT_MS } from '../shared/transport';
import { entryText, type ItemParameters } from './itemParameters';
import type { Operation } from './operation';

/** What the options of every operation say about how an item is run. */
export interface Options {
	/** Replaces the credential's project; `''` when it does not. */
	projectId: string;
	/** Whether only the useful part of the response is returned. */
	simplify: boolean;
	/** Milliseconds. */
	timeout: number;
	maxRetries: number;
}

/** A property whose value is a number. Its limits are checked here as well as in n8n's editor. */
export interface NumberProperty extends INodeProperties {
	default: number;
	typeOptions: { minValue: number; maxValue?: number; numberPrecision?: 0 };
}

const concurrency: NumberProperty = {
	displayName: 'Concurrency',
	name: 'concurrency',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 100, numberPrecision: 0 },
	default: 10,
	description:
		'Parallel requests of the whole run. Messages to the same room are always sent one at a time, in order.',
};

const maxRetries: NumberProperty = {
	displayName: 'Connection Retries',
	name: 'maxRetries',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 10, numberPrecision: 0 },
	default: DEFAULT_RETRIES,
	description: 'A message that may have been sent is never sent twice',
};

/** For operations that can return a whole list. */
export const returnAll: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	description: 'Whether to return all results or only up to a given limit',
};

export const limit: NumberProperty = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1, numberPrecision: 0 },
	default: 50,
	description: 'Max number of results to return',
};

export const limitUnlessAll: INodeProperties = {
	...limit,
	displayOptions: { show: { returnAll: [false] } },
};

const DEFAULT_TIMEOUT_SECONDS = DEFAULT_TIMEOUT_MS / 1_000;

const timeout: NumberProperty = {
	displayName: 'Connection Timeout',
	name: 'timeout',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 300 },
	default: DEFAULT_TIMEOUT_SECONDS,
	description: 'In seconds',
};

const projectId: INodeProperties = {
	displayName: 'Project ID',
	name: 'projectId',
	type: 'string',
	default: '',
	description: 'Replaces the one in the credential',
};

const simplify: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

const EVERY_KIND = [maxRetries, projectId, timeout];
/**
 * The options of each kind of operation. A question takes one item at a time, so it has no Concurrency; only a request
 * outputs Jelou's response, so only that has Simplify; the platform API belongs to a whole account, so it has no
 * Project ID.
 */
const OPTIONS: Record<Operation['kind'], INodeProperties[]> = {
	request: [...EVERY_KIND, concurrency, simplify],
	ask: EVERY_KIND,
	tell: [...EVERY_KIND, concurrency],
	read: EVERY_KIND,
	platform: [maxRetries, timeout],
};

/** The `options` collection of an operation, with its own entries added. */
export function options(kind: Operation['kind'], ...own: INodeProperties[]): INodeProperties {
	const entries = [...own, ...OPTIONS[kind]];
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: entries.sort((a, b) => a.displayName.localeCompare(b.displayName)),
	};
}

/**
 * Reads a number; the property's default when it is empty.
 *
 * @throws FieldError when it is not a number, or not within the property's limits
 */
export function checkNumber(value: unknown, property: NumberProperty): number {
	const { displayName, typeOptions } = property;
	const { maxValue: max = Infinity, minValue: min } = typeOptions;
	const isWhole = typeOptions.numberPrecision === 0;
	if (value === undefined || value === null || value === '') return property.default;
	const advice = `Enter a ${isWhole ? 'whole number' : 'number'} from ${String(min)}${max < Infinity ? ` to ${String(max)}` : ''}.`;
	if (typeof value !== 'number' && typeof value !== 'string') {
		throw new FieldError(`${displayName} must be a number`, advice);
	}
	const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
	if (number >= min && number <= max && (!isWhole || Number.isInteger(number))) return number;
	throw new FieldError(`${displayName} is ${String(value)}`, advice);
}

/**
 * The most results that an item asks for, with `returnAll` and `limit`; Infinity for all.
 *
 * @throws FieldError when the limit is not a whole number above 0
 */
export function readLimit(item: ItemParameters): number {
	return item.value('returnAll') === true ? Infinity : checkNumber(item.value('limit'), limit);
}

function checkBoolean(value: unknown, displayName: string, fallback: boolean): boolean {
	if (value === undefined || value === null || value === '') return fallback;
	if (value === true || value === 'true') return true;
	if (value === false || value === 'false') return false;
	throw new FieldError(`${displayName} must be true or false`, 'Correct it in the options.');
}

function readProjectId(item: ItemParameters): string {
	const projectId = entryText(item.collection('options'), 'projectId', 'Project ID');
	// An expression that finds nothing must not send an item to a project that nobody chose for it.
	if (projectId === '' && item.isExpression('options', 'projectId')) {
		throw new FieldError('Project ID in the options is empty', 'Check its expression, or remove the option.');
	}
	return projectId;
}

/**
 * Reads and checks the options of an item.
 *
 * @throws FieldError naming the option that is wrong
 */
export function readOptions(item: ItemParameters): Options {
	const values = item.collection('options');
	return {
		projectId: readProjectId(item),
		simplify: checkBoolean(values.simplify, 'Simplify', true),
		timeout: checkNumber(values.timeout, timeout) * 1_000,
		maxRetries: checkNumber(values.maxRetries, maxRetries),
	};
}

/**
 * Checks the one option that applies to a whole run.
 *
 * @throws FieldError for anything but a whole number within the limits
 */
export function readConcurrency(value: unknown): number {
	return checkNumber(value, concurrency);
}
