import { randomUUID } from 'node:crypto';

import { partnersIn, readIds } from '../ids';
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
	description: 'How long the pause lasts, unless it is resumed or the conversation is closed before',
};

/** Lets a person have the conversation: the project's trigger starts nothing for it. Jelou knows nothing of this. */
export const pause: TellOperation = {
	kind: 'tell',
	menu: {
		name: 'Pause Automation',
		action: 'Pause the automation of a conversation',
		description: 'Leave a conversation to a person: the Jelou Trigger starts nothing for it meanwhile',
	},
	properties: [roomId, options('tell', hours)],
	tell(item) {
		const { roomId: room } = readIds(item, 'roomId');
		const askedAt = Date.now();
		const until = askedAt + Math.round(checkNumber(item.collection('options').hours, hours) * HOUR_MS);
		return {
			content: { note: 'pause', pause: { id: randomUUID(), roomId: room, askedAt, until } },
			output: {
				paused: true,
				room_id: room,
				until: new Date(until).toISOString(),
				...partnersIn(room, item),
			},
		};
	},
};
