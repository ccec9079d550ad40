import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type NodeHint,
} from 'n8n-workflow';

import { resourceProperties } from './actions/operation';
import { RESOURCES } from './actions/resources';
import { route } from './actions/router';
import { testJelouCredential } from './shared/credentialTest';

/** Says beside the fields, before anything is run, that Jelou takes HTTPS only. */
function plainHttpHint(field: string, label: string, condition: string): NodeHint {
	return {
		message: `${label} begins with http://, and Jelou takes HTTPS only. Use an address that begins with https://.`,
		type: 'warning',
		location: 'ndv',
		whenToDisplay: 'always',
		displayCondition: `={{ ${condition} && ($parameter["${field}"] ?? "").startsWith("http://") }}`,
	};
}

/** The action node: conversations, messages and the integration of a Jelou project. */
export class Jelou implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Jelou',
		name: 'jelou',
		icon: { light: 'file:../../icons/jelou.svg', dark: 'file:../../icons/jelou.dark.svg' },
		group: ['output'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Send messages and manage conversations in Jelou',
		defaults: { name: 'Jelou' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'jelouApi', required: true, testedBy: 'jelouApiTest' }],
		hints: [
			plainHttpHint('mediaUrl', 'Media URL', '$parameter["messageType"] !== "text"'),
			plainHttpHint('webhookUrl', 'Webhook URL', '$parameter["resource"] === "integration"'),
		],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: RESOURCES.map(({ name, value }) => ({ name, value })),
				default: 'message',
			},
			...RESOURCES.flatMap(resourceProperties),
		],
	};

	methods = { credentialTest: { jelouApiTest: testJelouCredential } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await route(this);
	}
}
