import {
	CREDENTIAL_EMPTY_VALUE,
	NodeHelpers,
	Workflow,
	type INode,
	type INodeParameters,
	type INodeProperties,
	type INodeTypeDescription,
	type INodeTypes,
} from 'n8n-workflow';

import { JelouApi } from '../../credentials/JelouApi.credentials';
import { Jelou } from '../../nodes/Jelou/Jelou.node';
import { properties as triggerFields } from '../../nodes/Jelou/trigger/properties';

/** What a person sees, decided by n8n's own code from what is filled in. */
function visible(
	properties: INodeProperties[],
	values: INodeParameters,
	node: Pick<INode, 'typeVersion'> | null = null,
	type: INodeTypeDescription | null = null,
): string[] {
	return properties
		.filter((property) => NodeHelpers.displayParameter(values, property, node, type))
		.map(({ name }) => name);
}

describe('the Jelou node shows only the fields that its operation uses', () => {
	const { description } = new Jelou();
	const ids = ['roomId', 'botId', 'userId'];
	const media = ['messageType', 'mediaUrl', 'mimeType'];

	test.each([
		['message', 'send', { messageType: 'text' }, ['messageType', 'text'], ids],
		['message', 'send', { messageType: 'image' }, [...media, 'caption'], ids],
		['message', 'send', { messageType: 'video' }, [...media, 'caption'], ids],
		['message', 'send', { messageType: 'audio' }, media, ids],
		['message', 'send', { messageType: 'document' }, [...media, 'fileName'], ids],
		['conversation', 'start', {}, ['botId', 'userId', 'initialMessage', 'additionalFields']],
		['conversation', 'get', {}, ['conversationId']],
		['conversation', 'pause', {}, ['roomId']],
		['conversation', 'resume', {}, ['roomId']],
		['conversation', 'close', {}, ['botId', 'userId', 'closingMessage', 'additionalFields']],
		['integration', 'create', {}, ['secretNotice', 'webhookUrl', 'additionalFields']],
		['integration', 'update', {}, ['webhookUrl', 'additionalFields']],
		['integration', 'get', {}, []],
		['integration', 'delete', {}, ['deleteNotice']],
	])('%s %s %j', (resource, operation, values, own, last: string[] = []) => {
		expect(visible(description.properties, { resource, operation, ...values })).toEqual([
			'resource',
			'operation',
			...own,
			'options',
			...last,
		]);
	});
});

describe('Send and Wait for Reply shows the message first, the IDs last, and what applies', () => {
	const { description } = new Jelou();
	const ask = { resource: 'message', operation: 'sendAndWait' };
	const shown = (values: INodeParameters, name = 'jelou') =>
		visible(description.properties, { ...ask, ...values }, { typeVersion: 2 }, { ...description, name });
	const last = ['options', 'roomId', 'botId', 'userId'];

	test.each([
		['freeText', ['answerType']],
		['choice', ['choices']],
		['approval', ['approvalOptions']],
	])('%s', (responseType, own) => {
		const first = ['resource', 'operation', 'waitNotice', 'message', 'responseType'];
		expect(shown({ responseType })).toEqual([...first, ...own, ...last]);
	});

	test('questions, below a message that may be empty', () => {
		const values = { responseType: 'questions' };
		expect(shown(values)).toEqual([
			'resource',
			'operation',
			'waitNotice',
			'message',
			'responseType',
			'questions',
			...last,
		]);
		const [opening] = description.properties.filter(
			(property) =>
				property.name === 'message' &&
				NodeHelpers.displayParameter({ ...ask, ...values }, property, null, null),
		);
		expect(opening?.required).toBeUndefined();
	});

	test('a Human Review is told whose IDs to fill in, instead of how to wait', () => {
		const names = shown({ responseType: 'approval' }, 'jelouHitlTool');
		expect(names).toContain('reviewNotice');
		expect(names).not.toContain('waitNotice');
	});

	test.each([
		[1, 'any'],
		[2, 'text'],
	])('in version %d of the node, the Answer Type is %s unless it is set', (typeVersion, answerType) => {
		const values = NodeHelpers.getNodeParameters(
			description.properties,
			{ ...ask, message: '¿Qué?' },
			true,
			false,
			{ typeVersion },
			description,
		);
		expect(values?.answerType).toBe(answerType);
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

test('n8n does not reveal what a trigger stored in the credential: it is neither a field nor sent to the editor', () => {
	const stored = new JelouApi().properties.find(({ name }) => name === 'registration');
	expect(stored).toMatchObject({ type: 'hidden', typeOptions: { expirable: true, password: true } });
});

test('the size of media is asked for only when media are downloaded', () => {
	const options = triggerFields.find(({ name }) => name === 'options')?.options as INodeProperties[];
	expect(visible(options, { downloadMedia: true })).toContain('maxMediaSize');
	expect(visible(options, { downloadMedia: false })).not.toContain('maxMediaSize');
});

/** The value that n8n's own code gives an expression in the node's description. */
function evaluated(expression: string, parameters: INodeParameters) {
	const jelou = new Jelou();
	const nodeTypes: INodeTypes = {
		getByName: () => jelou,
		getByNameAndVersion: () => jelou,
		getKnownTypes: () => ({}),
	};
	const node: INode = {
		id: 'node',
		name: 'Jelou',
		type: 'n8n-nodes-jelou.jelou',
		typeVersion: 1,
		position: [0, 0],
		parameters: { resource: 'message', operation: 'send', ...parameters },
	};
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	return workflow.expression.getSimpleParameterValue(node, expression, 'internal', {});
}

describe('below the node, the canvas says what the customer reads first:', () => {
	const ask = { operation: 'sendAndWait' };
	const first = { values: [{ name: 'name', question: 'Your name?' }, { question: 'And your age?' }] };

	test.each<[string, INodeParameters]>([
		['ask: Your name?', { ...ask, message: 'Your name?' }],
		[
			'ask: Hi …, which of … is it?',
			{ ...ask, message: '=Hi {{ $json.name }}, which of {{\n[1, 2] }} is it?' },
		],
		['ask: Hello!', { ...ask, message: 'Hello!', responseType: 'questions', questions: first }],
		['ask: Your name?', { ...ask, message: '', responseType: 'questions', questions: first }],
		['ask: message', { ...ask, message: '' }],
		['ask: message', { ...ask, message: '', responseType: 'questions', questions: {} }],
		['send: Thank you, …!', { text: '=Thank you, {{ $json.answer }}!' }],
		['send: message', { text: '' }],
		['send: message', { text: '={{ $json.output }}' }],
		['send: message', { messageType: 'image', mediaUrl: 'https://example.com/a.png' }],
		['pause: conversation', { resource: 'conversation', operation: 'pause' }],
	])('%s', (subtitle, parameters) => {
		expect(evaluated(String(new Jelou().description.subtitle), parameters)).toBe(subtitle);
	});
});
