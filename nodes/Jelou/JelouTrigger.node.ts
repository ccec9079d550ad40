import {
	NodeConnectionTypes,
	type IHookFunctions,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';

import { EVENT_OPTIONS } from './trigger/event/events';
import { handleDelivery } from './trigger/delivery/receive';
import { properties } from './trigger/properties';
import { checkExists, create } from './trigger/registration/register';
import { unregister } from './trigger/registration/unregister';

/** The words below the node on the canvas, by the saved values. */
const EVENT_NAMES = Object.fromEntries(
	EVENT_OPTIONS.map(({ name, value }) => [String(value), name] as const),
);

/** Starts a workflow on events of a Jelou project, each verified by its signature. */
export class JelouTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Jelou Trigger',
		name: 'jelouTrigger',
		icon: { light: 'file:../../icons/jelou.svg', dark: 'file:../../icons/jelou.dark.svg' },
		group: ['trigger'],
		// 2 from the start: for a node of version 1, n8n evaluates an expression on every delivery (a legacy option).
		version: 2,
		subtitle: `={{ $parameter["events"].map((event) => (${JSON.stringify(EVENT_NAMES)})[event] ?? event).join(", ") }}`,
		// n8n shows the two nodes as one entry in its panel, with this text.
		description: 'Receive and answer customer messages on WhatsApp and other channels',
		triggerPanel: {
			header: 'Listen for an event from Jelou',
			executionsHelp:
				"Write a message in WhatsApp or on the sandbox's chat page. While you listen, the published workflow gets no events.",
		},
		defaults: { name: 'Jelou Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'jelouApi', required: true, testedBy: 'jelouApiTest' }],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				responseMode: 'onReceived',
				// If this is empty, n8n responds with what `webhook` returns; by default it would respond with the text
				// "firstEntryJson".
				responseData: '',
				path: 'webhook',
			},
		],
		properties,
	};

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return await checkExists(this);
			},
			async create(this: IHookFunctions): Promise<boolean> {
				return await create(this);
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return await unregister(this);
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await handleDelivery(this);
	}
}
