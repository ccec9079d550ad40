import {
	CREDENTIAL_EMPTY_VALUE,
	NodeHelpers,
	type INodeParameters,
	type INodeProperties,
} from 'n8n-workflow';

import { JelouApi } from '../../credentials/JelouApi.credentials';
import { Jelou } from '../../nodes/Jelou/Jelou.node';
import { properties as triggerFields } from '../../nodes/Jelou/trigger/properties';

/** What a person sees, decided by n8n's own code from what is filled in. */
function visible(properties: INodeProperties[], values: INodeParameters): string[] {
	return properties
		.filter((property) => NodeHelpers.displayParameter(values, property, null, null))
		.map(({ name }) => name);
}

describe('the Jelou node shows only the fields that its operation uses', () => {
	const { description } = new Jelou();
	const send = ['roomId', 'botId', 'userId', 'messageType'];
	const media = [...send, 'mediaUrl', 'mimeType'];

	test.each([
		['message', 'send', { messageType: 'text' }, [...send, 'text']],
		['message', 'send', { messageType: 'image' }, [...media, 'caption']],
		['message', 'send', { messageType: 'video' }, [...media, 'caption']],
		['message', 'send', { messageType: 'audio' }, media],
		['message', 'send', { messageType: 'document' }, [...media, 'fileName']],
		['conversation', 'start', {}, ['botId', 'userId', 'initialMessage', 'additionalFields']],
		['conversation', 'get', {}, ['conversationId']],
		['conversation', 'pause', {}, ['roomId']],
		['conversation', 'resume', {}, ['roomId']],
		['conversation', 'close', {}, ['botId', 'userId', 'closingMessage', 'additionalFields']],
		['integration', 'create', {}, ['secretNotice', 'webhookUrl', 'additionalFields']],
		['integration', 'update', {}, ['webhookUrl', 'additionalFields']],
		['integration', 'get', {}, []],
		['integration', 'delete', {}, ['deleteNotice']],
	])('%s %s %j', (resource, operation, values, own) => {
		expect(visible(description.properties, { resource, operation, ...values })).toEqual([
			'resource',
			'operation',
			...own,
			'options',
		]);
	});
});

describe('the credential explains what is missing or unsafe, beside the field', () => {
	const { properties } = new JelouApi();
	const notices = (values: INodeParameters) =>
		visible(properties, values).filter((name) => name.endsWith('Notice'));

	test.each([
		['a new one', { signingSecret: '' }, ['replyNotice']],
		['one saved without a secret', { signingSecret: CREDENTIAL_EMPTY_VALUE }, ['replyNotice']],
		['one with a secret', { signingSecret: 's3cret' }, []],
		[
			'plain HTTP to the gateway',
			{ signingSecret: 's', environment: 'custom', gatewayUrl: 'http://x', chatbotUrl: 'https://x' },
			['gatewayUrlNotice'],
		],
		[
			'URLs that are not used',
			{ signingSecret: 's', environment: 'production', gatewayUrl: 'http://x', chatbotUrl: 'http://x' },
			[],
		],
	])('%s', (_name, values, expected) => {
		expect(notices(values)).toEqual(expected);
	});
});

test('the size of media is asked for only when media are downloaded', () => {
	const options = triggerFields.find(({ name }) => name === 'options')?.options as INodeProperties[];
	expect(visible(options, { downloadMedia: true })).toContain('maxMediaSize');
	expect(visible(options, { downloadMedia: false })).not.toContain('maxMediaSize');
});
