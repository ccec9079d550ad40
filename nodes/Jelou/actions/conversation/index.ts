import type { INodeProperties } from 'n8n-workflow';

import { shownFor } from '../fields';
import { close } from './close.operation';
import { get } from './get.operation';
import { start } from './start.operation';

export const operations = { close, get, start };

export const fields: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['conversation'] } },
		options: [
			{
				name: 'Close',
				value: 'close',
				action: 'Close a conversation',
				description: "End a user's conversation, with a closing message if you like",
			},
			{
				name: 'Get',
				value: 'get',
				action: 'Get a conversation',
				description: 'Read a conversation and whether it is active or closed',
			},
			{
				name: 'Start',
				value: 'start',
				action: 'Start a conversation',
				description: 'Open a conversation with a user, and assign it if you like',
			},
		],
		default: 'get',
	},
	...shownFor('conversation', 'close', operations.close.fields),
	...shownFor('conversation', 'get', operations.get.fields),
	...shownFor('conversation', 'start', operations.start.fields),
];
