import type { IExecuteFunctions } from 'n8n-workflow';

import { ItemResults, toRanges } from '../../nodes/Jelou/actions/itemResults';
import { FieldError } from '../../nodes/Jelou/shared/errors';

test.each([
	[[], ''],
	[[3], '3'],
	[[0, 1, 2], '0 to 2'],
	[[0, 2, 3, 7], '0, 2 to 3, 7'],
])('%j is written %j', (indexes, text) => {
	expect(toRanges(indexes)).toBe(text);
});

const batchOf = (count: number) =>
	new ItemResults(
		{ continueOnFail: () => false, getNode: () => ({ name: 'Jelou' }) } as unknown as IExecuteFunctions,
		count,
	);

function errorOf(batch: ItemResults, isCancelled = false): unknown {
	try {
		return batch.result(isCancelled);
	} catch (error) {
		return error;
	}
}

test('the failure that stopped the run is the one that is told, and each item is counted once', () => {
	const batch = batchOf(7);
	batch.succeed(1, {});
	batch.fail(3, new FieldError('The first', 'Correct it.'));
	batch.fail(0, new FieldError('A later one', 'Correct that.'));
	batch.succeed(4, {});
	expect(errorOf(batch)).toMatchObject({
		message: 'The first',
		description:
			'Correct it. Of 7 items, 2 were done, 2 failed (item 0, 3), 3 were not started (item 2, 5 to 6).',
		context: { itemIndex: 3 },
	});
});

test('a single item that fails needs no account', () => {
	const batch = batchOf(1);
	batch.fail(0, new FieldError('Wrong', 'Correct it.'));
	expect(errorOf(batch)).toMatchObject({ message: 'Wrong', description: 'Correct it.' });
});

test('a run that was cancelled puts nothing out, and says which items went', () => {
	const batch = batchOf(3);
	batch.succeed(0, {});
	expect(errorOf(batch, true)).toMatchObject({
		message: 'The execution was cancelled',
		description: 'Of 3 items, 1 were done, 2 were not started (item 1 to 2).',
	});
});
