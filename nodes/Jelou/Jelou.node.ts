import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
	type NodeHint,
} from 'n8n-workflow';

import { resourceProperties } from './actions/operation';
import { RESOURCES } from './actions/resources';
import { receiveAnswer, resumeWebhooks } from './actions/message/resumed';
import { route } from './actions/router';
import { testJelouCredential } from './shared/credentialTest';

/** Warns in the node's panel, before anything is run, that Jelou accepts only HTTPS. */
function plainHttpHint(field: string, label: string, condition: string): NodeHint {
	return {
		message: `${label} starts with http://, but Jelou accepts only HTTPS. Use an address that starts with https://.`,
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
		description: 'Answer customers on WhatsApp and other channels through Jelou',
		defaults: { name: 'Jelou' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'jelouApi', required: true, testedBy: 'jelouApiTest' }],
		webhooks: resumeWebhooks,
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

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveAnswer(this);
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await route(this);
	}
}
