import type { INodeProperties } from 'n8n-workflow';

import { EVENT_OPTIONS } from './event/events';
import { MESSAGE_TYPE_OPTIONS } from '../shared/messageTypes';

/** What a user sets on the Jelou Trigger. */
export const properties: INodeProperties[] = [
	{
		displayName:
			'A Jelou project has one webhook: publish only one workflow with a Jelou Trigger per project. While you listen for a test event, the published workflow gets no events.',
		name: 'notice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Events',
		name: 'events',
		type: 'multiOptions',
		required: true,
		options: EVENT_OPTIONS,
		default: ['message'],
		description: 'The events that start the workflow',
	},
	{
		displayName: 'Replace Existing Webhook',
		name: 'replaceExisting',
		type: 'boolean',
		default: false,
		description:
			"Whether to take over the project's webhook when it points somewhere else. The previous URL is restored when the workflow is unpublished.",
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
				description: 'Only accept events from these bots. Separate IDs with commas.',
			},
			{
				displayName: 'Combine Messages',
				name: 'combineMessages',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 10 },
				default: 0,
				description:
					'How many seconds to wait for another message of the same customer, up to 10. People write in pieces: the workflow then starts once, with all of them in <code>messages</code>. 0 starts it for each message.',
			},
			{
				displayName: 'Download Media',
				name: 'downloadMedia',
				type: 'boolean',
				default: false,
				description:
					'Whether to add the image, video, audio or document of a message as binary data. If that fails, the output says why in <code>mediaError</code>.',
			},
			{
				displayName: 'Exit Words',
				name: 'exitWords',
				type: 'string',
				default: '',
				placeholder: 'e.g. person, agent, cancel',
				description:
					'Words or phrases that end any open question of the project with the outcome <code>exit</code>, wherever they stand in a message that is not an answer. Separate them with commas.',
			},
			{
				displayName: 'Max Media Size',
				name: 'maxMediaSize',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 25,
				displayOptions: { show: { downloadMedia: [true] } },
				description: 'Largest file to download, in megabytes',
			},
			{
				displayName: 'Maximum Age',
				name: 'maximumAge',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 0,
				description:
					'Reject events older than this many seconds, to prevent replay attacks. 0 disables the check.',
			},
			{
				displayName: 'Message Types',
				name: 'messageTypes',
				type: 'multiOptions',
				options: MESSAGE_TYPE_OPTIONS,
				default: [],
				description: 'Only accept messages of these types',
			},
			{
				displayName: 'Paused Conversations',
				name: 'pausedConversations',
				type: 'options',
				options: [
					{ name: 'Ignore', value: 'ignore', description: 'Start nothing until the pause ends' },
					{
						name: 'Start Workflow',
						value: 'startWorkflow',
						description: 'Start the workflow with <code>paused: true</code> in the event',
					},
				],
				default: 'ignore',
				description: 'What to do with events of a conversation whose automation is paused',
			},
		],
	},
];
