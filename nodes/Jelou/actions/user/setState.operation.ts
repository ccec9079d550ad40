import { FieldError } from '../../shared/errors';
import { readIds } from '../ids';
import type { PlatformOperation } from '../operation';
import { checkNumber, options, type NumberProperty } from '../options';
import { botId, userId } from '../properties';

const HOUR_S = 3_600;

const hours: NumberProperty = {
	displayName: 'Hours',
	name: 'hours',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 12,
	description: "How long Jelou's bot stays silent. 0 has no end.",
};

/** Sets whether Jelou's own bot answers a user (the platform API's page "User state"). */
export const setState: PlatformOperation = {
	kind: 'platform',
	menu: {
		name: 'Set State',
		action: 'Set the state of a user',
		description: "Switch Jelou's own bot off or on for a user",
	},
	properties: [
		botId,
		userId,
		{
			displayName: 'State',
			name: 'state',
			type: 'options',
			options: [
				{ name: 'Automatic', value: 'auto', description: "Jelou's bot answers" },
				{ name: 'Manual', value: 'manual', description: 'People answer' },
			],
			default: 'manual',
		},
		{ ...hours, displayOptions: { show: { state: ['manual'] } } },
		options('platform'),
	],
	prepare(item) {
		const state = item.text('state', 'State');
		if (state !== 'auto' && state !== 'manual') {
			throw new FieldError(`State "${state}" is unknown`, 'Use auto or manual.');
		}
		const ttl = state === 'manual' ? Math.round(checkNumber(item.value('hours'), hours) * HOUR_S) : 0;
		const { botId: bot, userId: user } = readIds(item, 'botId', 'userId');
		const body = { botId: bot, userId: user, state, ...(ttl > 0 && { ttl }) };
		return {
			key: user,
			async run(api) {
				const { data } = await api.call({ method: 'POST', path: ['v1', 'users', 'state'], body });
				return { ...data, bot: { id: bot }, contact: { id: user } };
			},
		};
	},
};
