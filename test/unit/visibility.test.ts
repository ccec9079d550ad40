import {
	CREDENTIAL_EMPTY_VALUE,
	NodeHelpers,
	Workflow,
	type INodeParameters,
	type INodeProperties,
	type INodeTypes,
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

test('n8n gives nobody what a trigger stored in the credential: it is neither a field nor sent to the editor', () => {
	const stored = new JelouApi().properties.find(({ name }) => name === 'registration');
	expect(stored).toMatchObject({ type: 'hidden', typeOptions: { expirable: true, password: true } });
});

test('the size of media is asked for only when media are downloaded', () => {
	const options = triggerFields.find(({ name }) => name === 'options')?.options as INodeProperties[];
	expect(visible(options, { downloadMedia: true })).toContain('maxMediaSize');
	expect(visible(options, { downloadMedia: false })).not.toContain('maxMediaSize');
});

describe('the window of the node warns before anything runs of what would be refused, and of nothing else:', () => {
	const jelou = new Jelou();
	const nodeTypes: INodeTypes = {
		getByName: () => jelou,
		getByNameAndVersion: () => jelou,
		getKnownTypes: () => ({}),
	};

	/** The messages whose conditions n8n's own code finds met. */
	function warnings(parameters: INodeParameters, timezone?: string): string[] {
		const node = {
			id: 'node',
			name: 'Jelou',
			type: 'n8n-nodes-jelou.jelou',
			typeVersion: 1,
			position: [0, 0] as [number, number],
			parameters,
		};
		const workflow = new Workflow({
			nodes: [node],
			connections: {},
			active: false,
			nodeTypes,
			settings: { timezone },
		});
		const isMet = (condition = '') =>
			workflow.expression.getSimpleParameterValue(node, condition, 'internal', {}) === true;
		return (jelou.description.hints ?? [])
			.filter(({ displayCondition }) => isMet(displayCondition))
			.map(({ message }) => message);
	}

	const ask = { operation: 'sendAndWait', message: '¿Qué necesitas?' };
	const choice = (...texts: string[]) => ({
		...ask,
		responseType: 'choice',
		choices: { values: texts.map((text) => ({ text })) },
	});
	const until = (maxDateAndTime: string) => ({
		...ask,
		options: { limitWaitTime: { values: { limitType: 'atSpecifiedTime', maxDateAndTime } } },
	});
	const CHOICES = ['Enter 2 to 20 choices, each with a different text.'];
	const PAST = ['Limit Wait Time is in the past. Choose a date and time in the future.'];

	test.each<[string, INodeParameters, string[]]>([
		['a reply', { text: 'Hola' }, []],
		['another resource', { resource: 'conversation', operation: 'pause' }, []],
		['a question', ask, []],
		['two choices', choice('Cambio', 'Devolución'), []],
		['no choices', { ...ask, responseType: 'choice', choices: {} }, CHOICES],
		['one choice', choice('Cambio'), CHOICES],
		['21 choices', choice(...Array.from({ length: 21 }, (_, n) => `Choice ${String(n)}`)), CHOICES],
		['an empty choice', choice('Cambio', ' '), CHOICES],
		['two choices that are the same', choice('Cambio', 'cambio '), CHOICES],
		['a time limit in the past', until('2020-01-01T00:00:00'), PAST],
		['a time limit in the future', until('2999-01-01T00:00:00'), []],
		['a time limit without a date', until(''), []],
		['a time limit that is no time', until('29/11/2020 10:00'), []],
		['a time limit in words', until('tomorrow'), []],
		['a time limit in milliseconds', until('1000000000000'), []],
		['an expression, which is not evaluated here', until('={{ $now.minus({ minutes: 1 }) }}'), []],
		['a time limit of an expression', until('={{ $now.plus({ minutes: 1 }) }}'), []],
		['a date of an expression', until('={{ new Date(Date.now() + 60000) }}'), []],
	])('%s', (_name, parameters, expected) => {
		expect(warnings(parameters)).toEqual(expected);
	});

	test.each(['America/Guayaquil', 'Pacific/Kiritimati', 'Asia/Kathmandu', 'UTC'])(
		'a time limit is in the past when it is in the zone of the workflow, %s',
		(timezone) => {
			const local = (fromNow: number) =>
				new Date(Date.now() + fromNow).toLocaleString('sv-SE', { timeZone: timezone });
			expect(warnings(until(local(-120_000)), timezone)).toEqual(PAST);
			expect(warnings(until(local(120_000)), timezone)).toEqual([]);
			expect(warnings(until(local(120_000).replace(' ', 'T')), timezone)).toEqual([]);
		},
	);
});
