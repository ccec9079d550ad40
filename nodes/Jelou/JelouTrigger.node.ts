import {
	NodeConnectionTypes,
	type IHookFunctions,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';

import { handleDelivery } from './trigger/delivery';
import { checkExists, create, remove } from './trigger/registration';

/** Starts a workflow on events of a Jelou project, each verified by its signature. */
export class JelouTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Jelou Trigger',
		name: 'jelouTrigger',
		icon: { light: 'file:../../icons/jelou.svg', dark: 'file:../../icons/jelou.dark.svg' },
		group: ['trigger'],
		// 2 from the start: for a node at version 1, n8n evaluates an expression on every delivery (a legacy option).
		version: 2,
		subtitle: '={{ $parameter["events"].join(", ") }}',
		description: 'Starts the workflow when something happens in Jelou',
		defaults: { name: 'Jelou Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'jelouApi', required: true, testedBy: 'jelouApiTest' }],
		webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' }],
		properties: [
			{
				displayName:
					'A Jelou project has one webhook: use one active Jelou Trigger per project. While you listen for a test event, events come here instead of to the active workflow.',
				name: 'notice',
				type: 'notice',
				default: '',
			},
			{
				displayName: 'Events',
				name: 'events',
				type: 'multiOptions',
				required: true,
				options: [
					{
						name: '*',
						value: '*',
						description: 'Every event, also those that Jelou may add later',
					},
					{
						name: 'Conversation Closed',
						value: 'conversation.close',
						description: 'A conversation was closed',
					},
					{
						name: 'Conversation Started',
						value: 'conversation.start',
						description: 'A conversation was opened or assigned',
					},
					{
						name: 'Message Received',
						value: 'message',
						description: 'The user wrote a message',
					},
				],
				default: ['message'],
				description: 'What starts the workflow',
			},
			{
				displayName: 'Replace Existing Webhook',
				name: 'replaceExisting',
				type: 'boolean',
				default: false,
				description:
					'Whether to take over a webhook that points elsewhere. Its URL is put back when the workflow is deactivated.',
			},
			{
				displayName: 'Options',
				name: 'options',
				type: 'collection',
				placeholder: 'Add option',
				default: {},
				options: [
					{
						displayName: 'Bot IDs',
						name: 'botIds',
						type: 'string',
						default: '',
						placeholder: 'e.g. 65f1c0ffee, 65f1c0ff00',
						description: 'Only events of these bots, separated by commas',
					},
					{
						displayName: 'Download Media',
						name: 'downloadMedia',
						type: 'boolean',
						default: false,
						description:
							'Whether to add the picture, video, audio or document of a message as binary data. If that fails, the event comes all the same, with mediaError.',
					},
					{
						displayName: 'Max Media Size',
						name: 'maxMediaSize',
						type: 'number',
						typeOptions: { minValue: 1 },
						default: 25,
						description: 'How many megabytes a file may have to be downloaded',
					},
					{
						displayName: 'Maximum Age',
						name: 'maximumAge',
						type: 'number',
						typeOptions: { minValue: 0 },
						default: 0,
						description:
							'How many seconds old an event may be, so that a recorded one cannot be played again later. 0 for any age.',
					},
					{
						displayName: 'Message Types',
						name: 'messageTypes',
						type: 'multiOptions',
						options: [
							{ name: 'Audio', value: 'audio' },
							{ name: 'Document', value: 'document' },
							{ name: 'Image', value: 'image' },
							{ name: 'Text', value: 'text' },
							{ name: 'Video', value: 'video' },
						],
						default: [],
						description: 'Only messages of these types',
					},
				],
			},
		],
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
				return await remove(this);
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await handleDelivery(this);
	}
}
