import type { IDataObject } from 'n8n-workflow';

import { waitUntil } from '../../nodes/Jelou/actions/message/waitTime';
import { FieldError } from '../../nodes/Jelou/shared/errors';

const NOW = Date.UTC(2026, 10, 21, 12);
const UTC = { zone: 'UTC', now: NOW };
const limit = (values: object) => waitUntil({ limitWaitTime: { values } }, UTC) - NOW;
const HOUR = 3_600_000;

function adviceOf(run: () => unknown): unknown {
	try {
		return run();
	} catch (error) {
		return error instanceof FieldError ? error.advice : error;
	}
}

test.each([
	[{}, HOUR],
	[{ resumeAmount: 1.5, resumeUnit: 'minutes' }, 90_000],
	[{ limitType: 'afterTimeInterval', resumeAmount: '2', resumeUnit: 'days' }, 48 * HOUR],
	[{ limitType: 'atSpecifiedTime', maxDateAndTime: new Date(NOW + 5_000).toISOString() }, 5_000],
])('%j waits %d ms', (values, ms) => {
	expect(limit(values)).toBe(ms);
});

test('without a limit it waits 24 hours', () => {
	expect(waitUntil({}, UTC) - NOW).toBe(24 * HOUR);
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

/** A time in a zone, as UTC. */
function moment(maxDateAndTime: unknown, zone: string, now = 0): string {
	const values = { limitType: 'atSpecifiedTime', maxDateAndTime };
	return new Date(waitUntil({ limitWaitTime: { values } as IDataObject }, { zone, now })).toISOString();
}

describe('a time without a zone is in the zone of the workflow, and not in that of the server:', () => {
	test.each([
		['America/Guayaquil', '2026-12-31T18:00:00', '2026-12-31T23:00:00.000Z'],
		['America/Guayaquil', '2026-12-31 18:00', '2026-12-31T23:00:00.000Z'],
		['America/Guayaquil', ' 2026-12-31 18:00:30.25 ', '2026-12-31T23:00:30.250Z'],
		['America/Guayaquil', '2026-12-31', '2026-12-31T05:00:00.000Z'],
		['Pacific/Kiritimati', '2026-12-31 18:00', '2026-12-31T04:00:00.000Z'],
		['Pacific/Kiritimati', '2026-12-31', '2026-12-30T10:00:00.000Z'],
		['Pacific/Niue', '2026-12-31 18:00', '2027-01-01T05:00:00.000Z'],
		['America/Sao_Paulo', '2026-12-31 18:00', '2026-12-31T21:00:00.000Z'],
		['Asia/Kathmandu', '2026-12-31 18:00', '2026-12-31T12:15:00.000Z'],
		['UTC', '2026-12-31 18:00', '2026-12-31T18:00:00.000Z'],
		['Europe/Madrid', '2026-12-31 18:00', '2026-12-31T17:00:00.000Z'],
		['Europe/Madrid', '2026-07-31 18:00', '2026-07-31T16:00:00.000Z'],
		// On 28 March 2027, 02:00 to 03:00 is skipped.
		['Europe/Madrid', '2027-03-28 01:59', '2027-03-28T00:59:00.000Z'],
		['Europe/Madrid', '2027-03-28 02:30', '2027-03-28T01:30:00.000Z'],
		['Europe/Madrid', '2027-03-28 03:00', '2027-03-28T01:00:00.000Z'],
		['Europe/Madrid', '2027-03-28', '2027-03-27T23:00:00.000Z'],
		// On 31 October 2027, 02:00 to 03:00 occurs twice.
		['Europe/Madrid', '2027-10-31 01:59', '2027-10-30T23:59:00.000Z'],
		['Europe/Madrid', '2027-10-31 02:30', '2027-10-31T00:30:00.000Z'],
		['Europe/Madrid', '2027-10-31 03:00', '2027-10-31T02:00:00.000Z'],
		['Europe/Madrid', '2027-10-31', '2027-10-30T22:00:00.000Z'],
		['Europe/Madrid', '2027-11-01', '2027-10-31T23:00:00.000Z'],
		['America/New_York', '2027-03-14 02:30', '2027-03-14T07:30:00.000Z'],
		['America/New_York', '2027-11-07 01:30', '2027-11-07T05:30:00.000Z'],
		// A midnight that was skipped, and one that occurred twice.
		['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z'],
		['America/Sao_Paulo', '2018-02-17 23:30', '2018-02-18T01:30:00.000Z'],
		['America/Sao_Paulo', '2018-02-18', '2018-02-18T03:00:00.000Z'],
		// Half an hour is skipped.
		['Australia/Lord_Howe', '2026-10-04 02:15', '2026-10-03T15:45:00.000Z'],
	])('%s, %s', (zone, text, utc) => {
		expect(moment(text, zone)).toBe(utc);
	});

	test.each(['DEFAULT', 'Mars/Olympus', ''])(
		'the zone %j, which none is, is that of this process',
		(zone) => {
			expect(moment('2026-12-31 18:00', zone)).toBe(new Date(2026, 11, 31, 18).toISOString());
		},
	);
});

const MOMENT = '2026-12-31T18:00:00.000Z';
const MS = Date.parse(MOMENT);

describe('a time that says its zone, or needs none, is the same in every zone:', () => {
	test.each<[unknown]>([
		[MOMENT],
		['2026-12-31T18:00:00Z'],
		['2026-12-31T13:00-05:00'],
		['2026-12-31T23:45:00.000+05:45'],
		['2026-12-31 13:00:00.000 -0500'],
		['2027-01-01T08:00:00+14'],
		['2026-12-31T13:00:00.000-05:00[America/Guayaquil]'],
		['Thu, 31 Dec 2026 18:00:00 GMT'],
		['Thu, 31 Dec 2026 13:00:00 -0500'],
		['31 Dec 2026 18:00 UTC'],
		['Thu Dec 31 2026 13:00:00 GMT-0500 (Ecuador Time)'],
		['Thu Dec 31 2026 18:00:00 GMT+0000 (Coordinated Universal Time)'],
		[new Date(MS).toUTCString()],
		[new Date(MS).toString()],
		[new Date(MS)],
		[{ isLuxonDateTime: true, valueOf: () => MS }],
		[MS],
		[String(MS)],
		[MS / 1_000],
		[String(MS / 1_000)],
		[`${String(MS / 1_000)}.0`],
	])('%p', (value) => {
		for (const zone of ['America/Guayaquil', 'Pacific/Kiritimati']) expect(moment(value, zone)).toBe(MOMENT);
	});

	test('seconds may have a fraction', () => {
		expect(moment(MS / 1_000 + 0.5, 'UTC')).toBe('2026-12-31T18:00:00.500Z');
	});
});

describe('an invalid or ambiguous time is refused, with a form that is accepted:', () => {
	test.each<[unknown]>([
		['29/11/2026 10:00'],
		['11/29/2026'],
		['29-11-2026'],
		['2026/12/31'],
		['2026-12-31 6pm'],
		['2026-12-31 24:00'],
		['2026-12-31 18:60'],
		['2026-02-29'],
		['2026-02-31 18:00'],
		['2026-13-01'],
		['2026-12-31T18:00[America/Guayaquil]'],
		['2026-12-31 18:00 America/Guayaquil'],
		['18:00'],
		['Thu Dec 31 2026 18:00:00'],
		['Thu, 31 Foo 2026 18:00:00 GMT'],
		['Thu, 31 Nov 2026 18:00:00 GMT'],
		['31 Dec 31 2026 18:00 GMT'],
		['Dec 2026 18:00 GMT'],
		['-1'],
		['1e12'],
		[' '],
		[null],
		[undefined],
		[true],
		[Number.NaN],
		[Number.POSITIVE_INFINITY],
		[new Date(Number.NaN)],
		[[MOMENT]],
		[{}],
		[{ valueOf: 5 }],
		[Object.create(null)],
		[1e14],
	])('%p', (value) => {
		expect(() => moment(value, 'America/Guayaquil')).toThrow('Limit Wait Time is not a time');
		expect(adviceOf(() => moment(value, 'America/Guayaquil'))).toBe('Enter one such as 2026-12-31 18:00.');
	});
});

test('a date made from seconds is in 1970, as n8n shows it', () => {
	expect(() => moment(new Date(MS / 1_000), 'UTC', NOW)).toThrow('in the past');
});
