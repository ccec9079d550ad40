import { ItemParameters } from '../../nodes/Jelou/actions/itemParameters';
import { readOptions } from '../../nodes/Jelou/actions/options';
import { itemWith } from './support/item';
import { FieldError } from '../../nodes/Jelou/shared/errors';

const settings = (options: unknown) => readOptions(itemWith({ options }));

test('what is left out has its default', () => {
	const defaults = { projectId: '', simplify: true, timeout: 30_000, maxRetries: 3, concurrency: 10 };
	expect(settings({})).toEqual(defaults);
	for (const nothing of ['', null, 'text', ['timeout']]) expect(settings(nothing)).toEqual(defaults);
});

test('numbers may come as text, as an expression gives them', () => {
	expect(
		settings({ timeout: '1.5', maxRetries: '0', concurrency: 25, simplify: false, projectId: ' p ' }),
	).toEqual({
		projectId: 'p',
		simplify: false,
		timeout: 1_500,
		maxRetries: 0,
		concurrency: 25,
	});
});

test.each([
	{ timeout: 1, maxRetries: 0, concurrency: 1 },
	{ timeout: 300, maxRetries: 10, concurrency: 100 },
])('%j is taken, to the very limits', (options) => {
	expect(settings(options)).toMatchObject({ ...options, timeout: options.timeout * 1_000 });
});

test('the options are read once, however many there are', () => {
	const read = jest.fn(() => ({ timeout: 1 }));
	readOptions(new ItemParameters(read, 0));
	expect(read).toHaveBeenCalledTimes(1);
});

test.each([
	[{ concurrency: 0 }, /^Concurrency is 0/],
	[{ concurrency: 1.5 }, /^Concurrency is 1\.5/],
	[{ concurrency: 101 }, /^Concurrency is 101/],
	[{ concurrency: 'many' }, /^Concurrency is many/],
	[{ maxRetries: -1 }, /^Max Retries is -1/],
	[{ maxRetries: 11 }, /^Max Retries is 11/],
	[{ maxRetries: 1.5 }, /^Max Retries is 1\.5/],
	[{ timeout: 0 }, /^Timeout is 0/],
	[{ timeout: Number.NaN }, /^Timeout is NaN/],
	[{ timeout: 301 }, /^Timeout is 301/],
])('%j is refused, naming the field', (options, message) => {
	expect(() => settings(options)).toThrow(FieldError);
	expect(() => settings(options)).toThrow(message);
});
