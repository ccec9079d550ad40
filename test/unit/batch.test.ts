import { toRanges } from '../../nodes/Jelou/actions/batch';

test.each([
	[[], ''],
	[[3], '3'],
	[[0, 1, 2], '0 to 2'],
	[[0, 2, 3, 7], '0, 2 to 3, 7'],
])('%j is written %j', (indexes, text) => {
	expect(toRanges(indexes)).toBe(text);
});
