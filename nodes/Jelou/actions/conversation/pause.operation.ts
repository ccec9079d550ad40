import { randomUUID } from 'node:crypto';

import { partnersIn, readIds } from '../ids';
import { valueAt } from '../../shared/json';
import { toId } from '../origin';
import { checkNumber, options, type NumberProperty } from '../options';
import { roomId } from '../properties';
import type { TellOperation } from '../operation';

const HOUR_MS = 3_600_000;

const hours: NumberProperty = {
	displayName: 'Hours',
	name: 'hours',
	type: 'number',
	typeOptions: { minValue: 0.1, maxValue: 720 },
	default: 12,
};

/** Hands a conversation over to a person: the project's trigger starts nothing for it. Jelou is not told. */
export const pause: TellOperation = {
	kind: 'tell',
	menu: {
		name: 'Pause Automation',
		action: 'Hand over to a person (pause the bot)',
		description: 'Let the Jelou Trigger start nothing for a conversation',
	},
	properties: [
		roomId,
		{ ...hours, displayOptions: { show: { '@version': [2] } } },
		options('tell', { ...hours, displayOptions: { show: { '@version': [1] } } }),
	],
	tell(item) {
		const { roomId: room } = readIds(item, 'roomId');
		const askedAt = Date.now();
		// Version 1 of the node has it in the options.
		const given = item.collection('options').hours ?? item.value('hours');
		const until = askedAt + Math.round(checkNumber(given, hours) * HOUR_MS);
		const partners = partnersIn(room, item);
		const userId = toId(valueAt(partners, 'contact.id'));
		const botId = toId(valueAt(partners, 'bot.id'));
		return {
			content: { note: 'pause', pause: { id: randomUUID(), roomId: room, askedAt, until, userId, botId } },
			output: { paused: true, room_id: room, until: new Date(until).toISOString(), ...partners },
		};
	},
};
