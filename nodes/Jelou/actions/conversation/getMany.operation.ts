import type { IDataObject } from 'n8n-workflow';

import { FieldError } from '../../shared/errors';
import { isObject } from '../../shared/json';
import { withSecret } from '../credentials';
import { notifyProject } from '../notifyTrigger';
import type { ReadOperation } from '../operation';
import { limitUnlessAll, options, readLimit, returnAll } from '../options';

const STATES: Record<string, (room: IDataObject) => boolean> = {
	all: () => true,
	paused: ({ paused }) => paused === true,
	waiting: ({ question }) => question !== undefined,
};

/**
 * Lists the rooms that are paused or have an open question, as the project's trigger knows them. Jelou is not asked.
 */
export const getMany: ReadOperation = {
	kind: 'read',
	menu: {
		name: 'Get Many',
		action: 'Get many conversations',
		description: 'List those that are paused or wait for an answer',
	},
	properties: [
		{
			displayName: 'Status',
			name: 'status',
			type: 'options',
			options: [
				{ name: 'Paused or Waiting', value: 'all' },
				{ name: 'Paused', value: 'paused' },
				{ name: 'Waiting for an Answer', value: 'waiting' },
			],
			default: 'all',
		},
		returnAll,
		limitUnlessAll,
		options('read'),
	],
	async read(item, { callOptions, context, credential }) {
		const status = item.text('status', 'Status') || 'all';
		const matches = Object.hasOwn(STATES, status) ? STATES[status] : undefined;
		if (matches === undefined) {
			throw new FieldError(`Status "${status}" is unknown`, `Use ${Object.keys(STATES).join(', ')}.`);
		}
		const max = readLimit(item);
		const response = await notifyProject(context, withSecret(credential), { note: 'list' }, callOptions);
		const rooms: unknown[] = Array.isArray(response.rooms) ? response.rooms : [];
		return rooms.filter(isObject).filter(matches).slice(0, max);
	},
};
