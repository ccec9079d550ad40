import { partnersIn, readIds } from '../ids';
import { options } from '../options';
import { roomId } from '../properties';
import type { TellOperation } from '../operation';

/** Ends the pause of a conversation. A conversation that is not paused stays as it is. */
export const resume: TellOperation = {
	kind: 'tell',
	menu: {
		name: 'Resume Automation',
		action: 'Resume the automation of a conversation',
		description: 'End the pause of a conversation',
	},
	properties: [roomId, options('tell')],
	tell(item) {
		const { roomId: room } = readIds(item, 'roomId');
		return {
			content: { note: 'endPause', roomId: room },
			output: { paused: false, room_id: room, ...partnersIn(room, item) },
		};
	},
};
