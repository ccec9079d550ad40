import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { FieldError } from '../../shared/errors';
import { isObject } from '../../shared/json';
import { readTime } from '../../shared/zonedTime';

/** How long a run waits for an answer unless a limit is set, in milliseconds. */
const DEFAULT_WAIT_MS = 24 * 60 * 60 * 1_000;
const UNIT_MS: Record<string, number> = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 };

/** The end of time for n8n: a date that every database accepts. */
const LATEST = Date.UTC(3000, 0);

/** In the shape of n8n's own nodes, which its Human Review expects. */
export const limitWaitTime: INodeProperties = {
	displayName: 'Limit Wait Time',
	name: 'limitWaitTime',
	type: 'fixedCollection',
	description: '24 hours unless set. Then the item goes on as it came in, without an <code>outcome</code>.',
	default: { values: { limitType: 'afterTimeInterval', resumeAmount: 45, resumeUnit: 'minutes' } },
	options: [
		{
			displayName: 'Values',
			name: 'values',
			values: [
				{
					displayName: 'Limit Type',
					name: 'limitType',
					type: 'options',
					default: 'afterTimeInterval',
					options: [
						{ name: 'After Time Interval', value: 'afterTimeInterval' },
						{ name: 'At Specified Time', value: 'atSpecifiedTime' },
					],
				},
				{
					displayName: 'Amount',
					name: 'resumeAmount',
					type: 'number',
					typeOptions: { minValue: 0.01, numberPrecision: 2 },
					default: 1,

					displayOptions: { show: { limitType: ['afterTimeInterval'] } },
				},
				{
					displayName: 'Unit',
					name: 'resumeUnit',
					type: 'options',
					options: [
						{ name: 'Days', value: 'days' },
						{ name: 'Hours', value: 'hours' },
						{ name: 'Minutes', value: 'minutes' },
					],
					default: 'hours',

					displayOptions: { show: { limitType: ['afterTimeInterval'] } },
				},
				{
					displayName: 'Max Date and Time',
					name: 'maxDateAndTime',
					type: 'dateTime',
					default: '',
					description: "In the workflow's time zone",
					displayOptions: { show: { limitType: ['atSpecifiedTime'] } },
				},
			],
		},
	],
};

/**
 * When the wait ends, in Unix milliseconds. A date and time without a zone is in the given one.
 *
 * @throws FieldError for what is not a time, or is in the past
 */
export function waitUntil(
	options: IDataObject,
	{ zone, now = Date.now() }: { zone: string; now?: number },
): number {
	const limit = isObject(options.limitWaitTime) ? options.limitWaitTime.values : undefined;
	if (!isObject(limit)) return now + DEFAULT_WAIT_MS;
	const isInterval = (limit.limitType ?? 'afterTimeInterval') === 'afterTimeInterval';
	const unit = UNIT_MS[typeof limit.resumeUnit === 'string' ? limit.resumeUnit : 'hours'] ?? Number.NaN;
	const until = isInterval
		? now + Number(limit.resumeAmount ?? 1) * unit
		: readTime(limit.maxDateAndTime, zone);
	if (!(until < LATEST)) {
		throw new FieldError(
			'Limit Wait Time is not a time',
			isInterval ? 'Enter an Amount and choose a Unit.' : 'Enter one such as 2026-12-31 18:00.',
		);
	}
	if (until > now) return Math.round(until);
	throw new FieldError(
		'Limit Wait Time is in the past',
		isInterval ? 'Enter an Amount above 0.' : 'Choose a date and time in the future.',
	);
}
