import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';

/** A node that does in n8n's engine what a test asks for. Each object that `action` returns becomes an item. */
export class Probe implements INodeType {
	action: (context: IExecuteFunctions) => IDataObject[] | Promise<IDataObject[]> = () => [];

	description: INodeType['description'] = {
		displayName: 'Probe',
		name: 'probe',
		group: ['output'],
		version: 1,
		description: 'Sends one request',
		defaults: { name: 'Jelou' },
		inputs: ['main'],
		outputs: ['main'],
		credentials: [{ name: 'jelouApi', required: true }],
		properties: [{ displayName: 'Value', name: 'value', type: 'string', default: '' }],
	};

	// n8n calls `execute` with the context as `this`, so the probe is kept in a variable.
	execute: INodeType['execute'] = ((probe) =>
		async function (this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
			return [(await probe.action(this)).map((json) => ({ json }))];
		})(this);
}
