import type { IDataObject } from 'n8n-workflow';

import { options } from '../options';
import { botId, userId } from '../properties';
import { readIds } from '../ids';
import { userOrderingKey, type RequestOperation } from '../operation';
import { entryObject, entryText } from '../itemParameters';
import { FieldError } from '../../shared/errors';
import { projectPath } from '../../shared/endpoints';
import { wellFormed } from '../../shared/text';

const ASSIGNMENT_TYPES = ['queue', 'operator', 'team'];

function assignmentOf(fields: IDataObject): IDataObject | undefined {
	const type = entryText(fields, 'assignmentType', 'Assignment Type');
	const target = entryText(fields, 'assignmentTarget', 'Assignment Target');
	if (type === '' && target === '') return undefined;
	if (type === '') {
		throw new FieldError('Assignment Target has no Assignment Type', 'Use queue, operator or team.');
	}
	if (!ASSIGNMENT_TYPES.includes(type)) {
		throw new FieldError(`Assignment Type "${type}" is unknown`, 'Use queue, operator or team.');
	}
	if (target === '') {
		throw new FieldError(
			'Assignment Target is empty',
			'Enter the name of the queue, or ID of the operator or team.',
		);
	}
	return { type, target };
}

/** Starts a conversation with a user (Jelou's page "Start conversation"). */
export const start: RequestOperation = {
	kind: 'request',
	menu: {
		name: 'Start',
		action: 'Start a conversation',
		description: 'Open a conversation with a user, and assign it',
	},
	properties: [
		botId,
		userId,
		{
			displayName: 'Initial Message',
			name: 'initialMessage',
			type: 'string',
			typeOptions: { rows: 3 },
			default: '',
		},
		{
			displayName: 'Additional Fields',
			name: 'additionalFields',
			type: 'collection',
			placeholder: 'Add Field',
			default: {},
			options: [
				{
					displayName: 'Assignment Target',
					name: 'assignmentTarget',
					type: 'string',
					default: '',
					description: 'Name of the queue, or ID of the operator or team',
				},
				{
					displayName: 'Assignment Type',
					name: 'assignmentType',
					type: 'options',
					options: [
						{ name: 'Operator', value: 'operator' },
						{ name: 'Queue', value: 'queue' },
						{ name: 'Team', value: 'team' },
					],
					default: 'queue',
				},
				{
					displayName: 'Metadata',
					name: 'metadata',
					type: 'json',
					default: '{}',
					description: 'The start event has it, too',
				},
			],
		},
		options('request'),
	],
	buildRequest(item, { projectId }) {
		const fields = item.collection('additionalFields');
		const initialMessage = wellFormed(item.text('initialMessage', 'Initial Message'));
		const metadata = entryObject(fields, 'metadata', 'Metadata');
		const assignment = assignmentOf(fields);
		const { botId, userId } = readIds(item, 'botId', 'userId');
		return {
			target: 'gateway',
			method: 'POST',
			path: projectPath(projectId, 'conversations', 'start'),
			// Undefined fields are not sent.
			body: { botId, userId, initialMessage: initialMessage || undefined, metadata, assignment },
		};
	},
	orderingKey: userOrderingKey,
	// As in the trigger's output, so that the next Jelou node's fields are filled in.
	extraOutput: ({ body = {} }, { conversationId }) => ({
		bot: { id: body.botId },
		contact: { id: body.userId },
		conversation: { id: conversationId },
	}),
};
