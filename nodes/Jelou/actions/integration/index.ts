import type { INodeProperties } from 'n8n-workflow';

import { shownFor } from '../fields';
import { create } from './create.operation';
import { deleteIntegration } from './delete.operation';
import { get } from './get.operation';
import { update } from './update.operation';

export const operations = { create, delete: deleteIntegration, get, update };

export const fields: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['integration'] } },
		options: [
			{
				name: 'Create',
				value: 'create',
				action: 'Create the integration',
				description: "Set the project's webhook and get its signing secret",
			},
			{
				name: 'Delete',
				value: 'delete',
				action: 'Delete the integration',
				description: "Remove the project's webhook and its signing secret for good",
			},
			{
				name: 'Get',
				value: 'get',
				action: 'Get the integration',
				description: "Read where the project's webhook points to",
			},
			{
				name: 'Update',
				value: 'update',
				action: 'Update the integration',
				description: "Change the project's webhook and keep its signing secret",
			},
		],
		default: 'get',
	},
	...shownFor('integration', 'create', operations.create.fields),
	...shownFor('integration', 'delete', operations.delete.fields),
	...shownFor('integration', 'get', operations.get.fields),
	...shownFor('integration', 'update', operations.update.fields),
];
