import type { IExecuteFunctions } from 'n8n-workflow';

import { ItemResults, toRanges } from '../../nodes/Jelou/actions/itemResults';
import { FieldError } from '../../nodes/Jelou/shared/errors';

test.each([
	[[], ''],
	[[3], '3'],
	[[0, 1, 2], '0 to 2'],
	[[0, 2, 3, 7], '0, 2 to 3, 7'],
])('the item numbers %j are written %j', (indexes, text) => {
	expect(toRanges(indexes)).toBe(text);
});

const resultsOf = (count: number, continueOnFail = false) =>
	new ItemResults(
		{
			continueOnFail: () => continueOnFail,
			getNode: () => ({ name: 'Jelou' }),
		} as unknown as IExecuteFunctions,
		count,
	);

function errorOf(results: ItemResults, isCancelled = false): unknown {
	try {
		return results.result(isCancelled);
	} catch (error) {
		return error;
	}
}

test('the error is the failure that stopped the run, and it counts each item once', () => {
	const results = resultsOf(7);
	results.succeed(1, {});
	results.fail(3, new FieldError('The first', 'Correct it.'));
	results.fail(0, new FieldError('A later one', 'Correct that.'));
	results.succeed(4, {});
	expect(errorOf(results)).toMatchObject({
		message: 'The first',
		description:
			'Correct it. 2 of 7 items succeeded, 2 failed (items 0, 3), 3 were not started (items 2, 5 to 6).',
		context: { itemIndex: 3 },
	});
});

test('with continue-on-error a failed item is not counted as succeeded too', () => {
	const results = resultsOf(3, true);
	results.succeed(0, {});
	results.fail(1, new FieldError('Wrong', 'Correct it.'));
	expect(errorOf(results, true)).toMatchObject({
		message: 'The execution was cancelled',
		description: '1 of 3 items succeeded, 1 failed (item 1), 1 was not started (item 2).',
	});
});

test('a single item that fails gets no count of items', () => {
	const results = resultsOf(1);
	results.fail(0, new FieldError('Wrong', 'Correct it.'));
	expect(errorOf(results)).toMatchObject({ message: 'Wrong', description: 'Correct it.' });
});

test('a cancelled run has no output, and its error counts what was sent', () => {
	const results = resultsOf(3);
	results.succeed(0, {});
	expect(errorOf(results, true)).toMatchObject({
		message: 'The execution was cancelled',
		description: '1 of 3 items succeeded, 2 were not started (items 1 to 2).',
	});
});
