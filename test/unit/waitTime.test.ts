import { waitUntil } from '../../nodes/Jelou/actions/message/waitTime';

const NOW = Date.UTC(2026, 10, 21, 12);
const limit = (values: object) => waitUntil({ limitWaitTime: { values } }, NOW) - NOW;
const HOUR = 3_600_000;

test.each([
	[{}, HOUR],
	[{ resumeAmount: 1.5, resumeUnit: 'minutes' }, 90_000],
	[{ limitType: 'afterTimeInterval', resumeAmount: '2', resumeUnit: 'days' }, 48 * HOUR],
	[{ limitType: 'atSpecifiedTime', maxDateAndTime: new Date(NOW + 5_000).toISOString() }, 5_000],
])('%j waits %d ms', (values, ms) => {
	expect(limit(values)).toBe(ms);
});

test('without a limit it waits 24 hours', () => {
	expect(waitUntil({}, NOW) - NOW).toBe(24 * HOUR);
});

test.each([
	[{ resumeAmount: 0 }, 'in the past'],
	[{ resumeAmount: -1 }, 'in the past'],
	[{ limitType: 'atSpecifiedTime', maxDateAndTime: '2020-01-01T00:00:00Z' }, 'in the past'],
	[{ limitType: 'atSpecifiedTime', maxDateAndTime: new Date(NOW).toISOString() }, 'in the past'],
	[{ limitType: 'atSpecifiedTime', maxDateAndTime: '' }, 'not a time'],
	[{ limitType: 'atSpecifiedTime', maxDateAndTime: 'tomorrow' }, 'not a time'],
	[{ limitType: 'atSpecifiedTime', maxDateAndTime: '3000-01-01T00:00:00Z' }, 'not a time'],
	[{ resumeAmount: 'soon' }, 'not a time'],
	[{ resumeAmount: 1e12, resumeUnit: 'days' }, 'not a time'],
	[{ resumeAmount: 1, resumeUnit: 'weeks' }, 'not a time'],
])('%j is refused: Limit Wait Time is %s', (values, reason) => {
	expect(() => limit(values)).toThrow(`Limit Wait Time is ${reason}`);
});
