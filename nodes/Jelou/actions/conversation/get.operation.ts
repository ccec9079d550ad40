import { options } from '../options';
import type { RequestOperation } from '../operation';
import { projectPath } from '../../shared/endpoints';
import { valueAt } from '../../shared/json';

/** Reads a conversation and its state (Jelou's page "Get conversation"). Causes no event. */
export const get: RequestOperation = {
	kind: 'request',
	menu: {
		name: 'Get',
		action: 'Get a conversation',
		description: 'Read a conversation',
	},
	properties: [
		{
			displayName: 'Conversation ID',
			name: 'conversationId',
			type: 'string',
			default: '={{ $json.conversation.id }}',
			required: true,
		},
		options('request'),
	],
	buildRequest(item, { projectId }) {
		const conversationId = item.id('conversationId', 'Conversation ID');
		return {
			target: 'gateway',
			method: 'GET',
			path: projectPath(projectId, 'conversations', conversationId),
		};
	},
	// As in the trigger's output, so that the next Jelou node's fields are filled in.
	extraOutput: ({ path }, { Bot, User, roomId }) => ({
		room_id: roomId,
		bot: { id: valueAt(Bot, 'id'), name: valueAt(Bot, 'name') },
		contact: { id: valueAt(User, 'id'), name: valueAt(User, 'names') },
		conversation: { id: path.at(-1) },
	}),
};
