import type { IDataObject } from 'n8n-workflow';

import { options } from '../options';
import { botId, userId } from '../properties';
import { readIds } from '../ids';
import { userOrderingKey, type RequestOperation } from '../operation';
import { entryObject } from '../itemParameters';
import { FieldError } from '../../shared/errors';
import { projectPath } from '../../shared/endpoints';
import { wellFormed } from '../../shared/text';

function redirectPayloadOf(closingMessage: string, fields: IDataObject): IDataObject | undefined {
	const payload = entryObject(fields, 'redirectPayload', 'Redirect Payload');
	if (payload === undefined)
		return closingMessage === '' ? undefined : { type: 'text', text: closingMessage };
	if (closingMessage !== '') {
		throw new FieldError('Closing Message and Redirect Payload are both filled in', 'Clear one of them.');
	}
	return { type: 'edge', ...payload };
}

/** Closes a user's conversation (Jelou's page "Close conversation"). */
export const close: RequestOperation = {
	kind: 'request',
	menu: {
		name: 'Close',
		action: 'Close a conversation',
		description: "End a user's conversation",
	},
	properties: [
		botId,
		userId,
		{
			displayName: 'Closing Message',
			name: 'closingMessage',
			type: 'string',
			typeOptions: { rows: 3 },
			default: '',
			description: 'Leave empty to close without a message',
		},
		{
			displayName: 'Additional Fields',
			name: 'additionalFields',
			type: 'collection',
			placeholder: 'Add Field',
			default: {},
			options: [
				{
					displayName: 'Redirect Payload',
					name: 'redirectPayload',
					type: 'json',
					default: '{\n  "type": "edge"\n}',
					description: 'Redirects the user to a part of a Jelou flow',
				},
			],
		},
		options('request'),
	],
	buildRequest(item, { projectId }) {
		const redirectPayload = redirectPayloadOf(
			wellFormed(item.text('closingMessage', 'Closing Message')),
			item.collection('additionalFields'),
		);
		const { botId, userId } = readIds(item, 'botId', 'userId');
		return {
			target: 'gateway',
			method: 'POST',
			path: projectPath(projectId, 'conversations', 'close'),
			body: { botId, userId, redirectPayload },
		};
	},
	orderingKey: userOrderingKey,
	extraOutput: ({ body: { botId, userId } = {} }) => ({
		closed: true,
		botId,
		userId,
		// As in the trigger's output, so that the next Jelou node's fields are filled in.
		bot: { id: botId },
		contact: { id: userId },
	}),
};
