import { PassThrough } from 'node:stream';

import type { IWebhookFunctions } from 'n8n-workflow';

import { receiveAnswer } from '../../nodes/Jelou/actions/message/resumed';

const PHOTO = 'https://cdn.example.com/receipt.jpg';
const EVENT = {
	event: 'message',
	value: { type: 'image', content: { url: PHOTO, mime_type: 'image/jpeg' } },
};
const OUTCOME = { answered: true, valid: true, answer: PHOTO };
const BODY = { questionId: 'q', answer: { event: EVENT, outcome: OUTCOME } };

/** A node that waits with the question `q`. */
function receive(
	body: unknown,
	{ name = 'Ask', type = 'n8n-nodes-jelou.jelou', downloadMedia = false, waiting = (): unknown => 'q' } = {},
) {
	const expressions: string[] = [];
	const lines: string[] = [];
	const context = {
		getBodyData: () => body,
		getNode: () => ({ name, type, parameters: {} }),
		evaluateExpression: (expression: string) => {
			expressions.push(expression);
			return waiting();
		},
		getNodeParameter: (name: string) => name === 'options.downloadMedia' && downloadMedia,
		getWorkflow: () => ({ id: '1', name: 'Test' }),
		logger: { warn: (line: string) => lines.push(line) },
		getWorkflowStaticData: () => ({}),
		getCredentials: () => Promise.resolve({ projectId: 'p', apiKey: 'k', environment: 'production' }),
		helpers: {
			httpRequest: () =>
				Promise.resolve({ statusCode: 200, headers: {}, body: new PassThrough().end(Buffer.from('jpeg')) }),
			prepareBinaryData: (bytes: Buffer, fileName: string, mimeType: string) =>
				Promise.resolve({ data: bytes.toString(), fileName, mimeType }),
		},
	};
	return { answer: receiveAnswer(context as unknown as IWebhookFunctions), expressions, lines };
}

const OTHER = { webhookResponse: { status: 'otherQuestion' } };

test('the answer to its question lets the run continue, with the event and what was understood', async () => {
	expect(await receive(BODY).answer).toEqual({
		webhookResponse: { status: 'resumed' },
		workflowData: [[{ json: { ...EVENT, ...OUTCOME }, pairedItem: { item: 0 } }]],
	});
});

test("the question's outcome comes first, as a person reads it", async () => {
	const { workflowData } = await receive(BODY).answer;
	expect(Object.keys(workflowData?.[0]?.[0]?.json ?? {})).toEqual([
		...Object.keys(OUTCOME),
		...Object.keys(EVENT),
	]);
});

test('when the time is up, the run continues with its input and the answers so far', async () => {
	const input = { json: { name: 'Ana' }, binary: { data: { data: '', mimeType: 'image/png' } } };
	const outcome = { answers: { order: 1042 } };
	const body = { ...BODY, answer: { event: EVENT, outcome, isTimeUp: true } };
	const resumedWith = async (read: unknown) =>
		(await receive(body, { waiting: () => read }).answer).workflowData?.[0]?.[0];
	expect(await resumedWith(input)).toBeUndefined();
	const reads = ['q', input];
	expect(await receive(body, { waiting: () => reads.shift() }).answer).toMatchObject({
		workflowData: [[{ json: { name: 'Ana', ...outcome }, binary: input.binary, pairedItem: { item: 0 } }]],
	});
	const nothing = ['q', undefined];
	expect(await receive(body, { waiting: () => nothing.shift() }).answer).toMatchObject({
		workflowData: [[{ json: { ...EVENT, ...outcome } }]],
	});
});

test('as Human Review it gives the agent no feedback in place of the refusal', async () => {
	const body = { ...BODY, answer: { event: { ...EVENT, chatInput: 'no' }, outcome: OUTCOME } };
	const jsonFrom = async (type: string) =>
		(await receive(body, { type }).answer).workflowData?.[0]?.[0]?.json.chatInput;
	expect(await jsonFrom('n8n-nodes-jelou.jelouHitlTool')).toBeUndefined();
	expect(await jsonFrom('n8n-nodes-jelou.jelou')).toBe('no');
});

test('without an answer, the node only says that it waits', async () => {
	expect(await receive({ questionId: 'q' }).answer).toEqual({ webhookResponse: { status: 'waiting' } });
});

test.each<[string, unknown]>([
	['for another question', { ...BODY, questionId: 'old' }],
	['without a question', { answer: BODY.answer }],
	['without its event', { questionId: 'q', answer: { outcome: OUTCOME } }],
	['that is nothing', undefined],
])('an answer %s changes nothing', async (_name, body) => {
	expect(await receive(body).answer).toEqual(OTHER);
});

test('where n8n cannot say which question the run waits on, nothing changes, and the log says so', async () => {
	const waiting = () => {
		throw new TypeError('no data of room 7');
	};
	const { answer, lines } = receive(BODY, { waiting });
	expect(await answer).toEqual(OTHER);
	expect(lines).toEqual(['Jelou node "Ask" in workflow "Test" could not take an answer (TypeError)']);
	expect(await receive({ questionId: undefined }, { waiting: () => undefined }).answer).toEqual(OTHER);
});

test('a node may have any name', () => {
	const [expression] = receive(BODY, { name: 'a"}}' }).expressions;
	expect(expression).toBe('{{ $("\\u0061\\u0022\\u007d\\u007d").context.jelouQuestion }}');
});

test('media of the answer is added as binary data if requested', async () => {
	const { workflowData } = await receive(BODY, { downloadMedia: true }).answer;
	expect(workflowData).toMatchObject([
		[
			{
				json: { ...EVENT, ...OUTCOME },
				binary: { data: { data: 'jpeg', fileName: 'receipt.jpg', mimeType: 'image/jpeg' } },
			},
		],
	]);
});
