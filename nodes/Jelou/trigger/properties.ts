import type { INodeProperties } from 'n8n-workflow';

import { EVENT_OPTIONS } from './event/events';
import { MESSAGE_TYPE_OPTIONS } from '../shared/messageTypes';

/** What a user sets on the Jelou Trigger. */
export const properties: INodeProperties[] = [
	{
		displayName:
			'Publish only one workflow with a Jelou Trigger per project. While you listen, the published workflow gets no events.',
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
	},
	{
		displayName: 'Replace Existing Webhook',
		name: 'replaceExisting',
		type: 'boolean',
		default: false,
		description:
			'Whether to take over the webhook when it points somewhere else, until the workflow is unpublished',
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
				description: 'Only accept events from these bots, separated by commas',
			},
			{
				displayName: 'Combine Messages',
				name: 'combineMessages',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 10 },
				default: 0,
				description:
					'Seconds to wait for another message of the same customer, up to 10. The workflow starts once, with all of them in <code>messages</code>.',
			},
			{
				displayName: 'Download Media',
				name: 'downloadMedia',
				type: 'boolean',
				default: false,
				description:
					'Whether to add the media of a message as binary data. If that fails, <code>mediaError</code> says why.',
			},
			{
				displayName: 'Exit Words',
				name: 'exitWords',
				type: 'string',
				default: '',
				placeholder: 'e.g. person, agent, cancel',
				description:
					'Words or phrases, separated by commas, that end any open question with the outcome <code>exit</code>',
			},
			{
				displayName: 'Max Media Size',
				name: 'maxMediaSize',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 25,
				displayOptions: { show: { downloadMedia: [true] } },
				description: 'In megabytes',
			},
			{
				displayName: 'Maximum Age',
				name: 'maximumAge',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 0,
				description: 'In seconds: older events are rejected. 0 disables the check.',
			},
			{
				displayName: 'Message Types',
				name: 'messageTypes',
				type: 'multiOptions',
				options: MESSAGE_TYPE_OPTIONS,
				default: [],
			},
			{
				displayName: 'Paused Conversations',
				name: 'pausedConversations',
				type: 'options',
				options: [
					{ name: 'Ignore', value: 'ignore' },
					{
						name: 'Start Workflow',
						value: 'startWorkflow',
						description: 'With <code>paused: true</code> in the event',
					},
				],
				default: 'ignore',
			},
		],
	},
];
