import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';

import { PLATFORM_CREDENTIAL_SHOWN, resourceProperties } from './actions/operation';
import { RESOURCES } from './actions/resources';
import { receiveAnswer, resumeWebhooks } from './actions/message/resumed';
import { route } from './actions/router';
import { getTemplateParameters, searchTemplates } from './actions/template/lists';
import { testJelouCredential, testPlatformCredential } from './shared/credentialTest';

/** The action node: conversations, messages and the integration of a Jelou project. */
export class Jelou implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Jelou',
		name: 'jelou',
		icon: { light: 'file:../../icons/jelou.svg', dark: 'file:../../icons/jelou.dark.svg' },
		group: ['output'],
		// 1: anything answers a Free Text question, unless an Answer Type is set. 2: only a text does.
		version: [1, 2],
		defaultVersion: 2,
		// The first words that the customer reads, as they were typed: an expression has no value before the workflow runs.
		subtitle:
			'={{ (({ message, operation, questions, resource, text }) => [{ send: text, sendAndWait: message || questions?.values?.[0]?.question }[operation] || ""].map((words) => (operation === "sendAndWait" ? "ask" : operation) + ": " + (words.replace(/\\{\\{.*?\\}\\}/gs, "…").replace(/^=([…\\s]*$)?/, "") || resource))[0])($rawParameter) }}',
		description: 'Answer customers on WhatsApp and other channels through Jelou',
		defaults: { name: 'Jelou' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [
			{
				name: 'jelouApi',
				required: true,
				testedBy: 'jelouApiTest',
				displayOptions: { hide: { resource: ['template', 'user'], operation: ['sendInteractive'] } },
			},
			{
				name: 'jelouPlatformApi',
				// Without it, a question has numbers in place of buttons.
				required: false,
				testedBy: 'jelouPlatformApiTest',
				displayOptions: PLATFORM_CREDENTIAL_SHOWN,
			},
		],
		webhooks: resumeWebhooks,
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

	methods = {
		credentialTest: { jelouApiTest: testJelouCredential, jelouPlatformApiTest: testPlatformCredential },
		listSearch: { searchTemplates },
		resourceMapping: { getTemplateParameters },
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveAnswer(this);
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await route(this);
	}
}
