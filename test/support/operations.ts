import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { Jelou } from '../../nodes/Jelou/Jelou.node';

export const choices = ({ options }: INodeProperties): INodePropertyOptions[] =>
	(options ?? []).filter((option): option is INodePropertyOptions => 'value' in option);

const { properties } = new Jelou().description;

/** The operations that the node offers, by resource, as its description lists them. */
export const MENUS = properties
	.filter(({ name }) => name === 'resource')
	.flatMap(choices)
	.map(({ value }) => ({
		resource: String(value),
		operations: properties
			.filter(
				({ displayOptions, name }) =>
					name === 'operation' && displayOptions?.show?.resource?.includes(value) === true,
			)
			.flatMap(choices),
	}));

/** Every resource with each of its operations. */
export const OPERATIONS = MENUS.flatMap(({ operations, resource }) =>
	operations.map(({ value }): [resource: string, operation: string] => [resource, String(value)]),
);
