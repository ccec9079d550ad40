import type { INodeProperties } from 'n8n-workflow';

import { ItemParameters } from '../../nodes/Jelou/actions/itemParameters';
import { options, readConcurrency, readOptions } from '../../nodes/Jelou/actions/options';
import { itemWith } from './support/item';
import { FieldError } from '../../nodes/Jelou/shared/errors';

const read = (values: unknown) => readOptions(itemWith({ options: values }));
/** As if an option were an expression with this value. */
const readExpression = (projectId: unknown) =>
	readOptions(
		new ItemParameters(() => ({ projectId }), 0, { options: { projectId: '={{ $json.project }}' } }),
	);

test('an option that is omitted has its default', () => {
	const defaults = { projectId: '', simplify: true, timeout: 30_000, maxRetries: 3 };
	expect(read({})).toEqual(defaults);
	for (const nothing of ['', null, 'text', ['timeout']]) expect(read(nothing)).toEqual(defaults);
	for (const nothing of ['', null, undefined]) {
		expect(read({ timeout: nothing, maxRetries: nothing, simplify: nothing })).toEqual(defaults);
		expect(readConcurrency(nothing)).toBe(10);
	}
});

test('numbers and truth values may be text, as an expression gives them', () => {
	expect(read({ timeout: '1.5', maxRetries: ' 0 ', simplify: 'false', projectId: ' p ' })).toEqual({
		projectId: 'p',
		simplify: false,
		timeout: 1_500,
		maxRetries: 0,
	});
	expect(read({ simplify: 'true' }).simplify).toBe(true);
	expect(readConcurrency('25')).toBe(25);
});

test.each([
	{ timeout: 1, maxRetries: 0 },
	{ timeout: 300, maxRetries: 10 },
])('%j is accepted: the limits belong to the range', (values) => {
	expect(read(values)).toMatchObject({ ...values, timeout: values.timeout * 1_000 });
});

test.each([1, 100])('a Concurrency of %d is accepted: the limits belong to the range', (value) => {
	expect(readConcurrency(value)).toBe(value);
});

test('the node reads the options of an item once, however many there are', () => {
	const readParameter = jest.fn(() => ({ timeout: 1 }));
	readOptions(new ItemParameters(readParameter, 0));
	expect(readParameter).toHaveBeenCalledTimes(1);
});

test.each([
	[0, /^Concurrency is 0/],
	[1.5, /^Concurrency is 1\.5/],
	[101, /^Concurrency is 101/],
	['many', /^Concurrency is many/],
	[true, /^Concurrency must be a number/],
	[{}, /^Concurrency must be a number/],
])('a Concurrency of %j is refused, naming the option', (value, message) => {
	expect(() => readConcurrency(value)).toThrow(FieldError);
	expect(() => readConcurrency(value)).toThrow(message);
});

test.each([
	[{ maxRetries: -1 }, /^Connection Retries is -1/],
	[{ maxRetries: 11 }, /^Connection Retries is 11/],
	[{ maxRetries: 1.5 }, /^Connection Retries is 1\.5/],
	[{ maxRetries: [1] }, /^Connection Retries must be a number/],
	[{ timeout: 0 }, /^Connection Timeout is 0/],
	[{ timeout: Number.NaN }, /^Connection Timeout is NaN/],
	[{ timeout: Infinity }, /^Connection Timeout is Infinity/],
	[{ timeout: 301 }, /^Connection Timeout is 301/],
	[{ timeout: true }, /^Connection Timeout must be a number/],
	[{ timeout: { seconds: 1 } }, /^Connection Timeout must be a number/],
	[{ projectId: { id: 'p' } }, /^Project ID must be text/],
	[{ projectId: ['p'] }, /^Project ID must be text/],
	[{ projectId: true }, /^Project ID must be text/],
	[{ projectId: 2 ** 53 }, /^Project ID cannot be the number/],
	[{ projectId: 'p'.repeat(65_537) }, /^Project ID is too long/],
	[{ simplify: 'maybe' }, /^Simplify must be true or false/],
	[{ simplify: 1 }, /^Simplify must be true or false/],
	[{ simplify: {} }, /^Simplify must be true or false/],
])('%p is refused, naming the option', (values, message) => {
	expect(() => read(values)).toThrow(FieldError);
	expect(() => read(values)).toThrow(message);
});

describe('a Project ID in the options that is empty', () => {
	test.each(['', '  '])('as a fixed value %j means the project of the credential', (projectId) => {
		expect(read({ projectId })).toMatchObject({ projectId: '' });
	});

	test.each([undefined, null, '', ' '])('as the value %j of an expression is an error', (projectId) => {
		expect(() => readExpression(projectId)).toThrow(FieldError);
		expect(() => readExpression(projectId)).toThrow(/^Project ID in the options is empty/);
	});

	test('is not an error where the expression gives a project', () => {
		expect(readExpression('other')).toMatchObject({ projectId: 'other' });
	});
});

test('n8n shows the same limits and defaults that are checked', () => {
	const entries = options('request').options as INodeProperties[];
	const numbers = entries.filter(({ type }) => type === 'number');
	expect(numbers.map(({ name }) => name)).toEqual(['concurrency', 'maxRetries', 'timeout']);
	for (const { name, default: fallback, typeOptions } of numbers) {
		const check = (value: unknown) => {
			const seconds = name === 'timeout' ? 1_000 : 1;
			if (name === 'concurrency') return readConcurrency(value);
			const checked = read({ [name]: value });
			return (name === 'timeout' ? checked.timeout : checked.maxRetries) / seconds;
		};
		const { maxValue = 0, minValue = 0 } = typeOptions ?? {};
		expect([name, check(''), check(minValue), check(maxValue)]).toEqual([name, fallback, minValue, maxValue]);
		expect(() => check(minValue - 1)).toThrow(FieldError);
		expect(() => check(maxValue + 1)).toThrow(FieldError);
	}
});
