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

/** Warns in the node's window, before anything is run. */
function warning(message: string, condition: string): NodeHint {
	return {
		message,
		type: 'warning',
		location: 'ndv',
		whenToDisplay: 'always',
		displayCondition: `={{ ${condition} }}`,
	};
}

function plainHttpHint(field: string, label: string, condition: string): NodeHint {
	return warning(
		`${label} starts with http://, but Jelou accepts only HTTPS. Use an address that starts with https://.`,
		`${condition} && ($parameter["${field}"] ?? "").startsWith("http://")`,
	);
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
			warning(
				'Enter 2 to 20 choices, each with a different text.',
				'$parameter["responseType"] === "choice" && [($parameter["choices"]?.values ?? []).map(({ text }) => text.trim().toLowerCase())].some((all) => all.length < 2 || all.length > 20 || all.includes("") || new Set(all).size < all.length)',
			),
			warning(
				'Limit Wait Time is in the past. Choose a date and time in the future.',
				// As the run reads it: without a zone, in the workflow's.
				'DateTime.fromISO(String($parameter["options"]?.limitWaitTime?.values?.maxDateAndTime ?? "").trim().replace(" ", "T")) < $now',
			),
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
