import type { INodeProperties } from 'n8n-workflow';
import { MESSAGE_TYPE_OPTIONS } from '../shared/messageTypes';

/** What a user sets on the Jelou Trigger. */
export const properties: INodeProperties[] = [
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
				displayOptions: { show: { downloadMedia: [true] } },
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
				options: MESSAGE_TYPE_OPTIONS,
				default: [],
				description: 'Only messages of these types',
			},
		],
	},
];
