import type { IExecuteFunctions, IHttpRequestOptions, INodeExecutionData, INodeType } from 'n8n-workflow';

/** A node that sends one request with the Jelou credential, as n8n's own HTTP Request node does. */
export class Probe implements INodeType {
	/** The older helper calls the URL `uri`. */
	request: Partial<IHttpRequestOptions> & { uri?: string } = {};
	helper: 'httpRequestWithAuthentication' | 'requestWithAuthentication' = 'httpRequestWithAuthentication';

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
		properties: [],
	};

	// n8n calls `execute` with the context as `this`, so the probe is kept in a variable.
	execute: INodeType['execute'] = ((probe) =>
		async function (this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
			await this.helpers[probe.helper].call(this, 'jelouApi', probe.request as IHttpRequestOptions);
			return [[{ json: {} }]];
		})(this);
}
