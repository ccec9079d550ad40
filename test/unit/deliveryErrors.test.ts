import type { IWebhookFunctions } from 'n8n-workflow';

import { handleDelivery } from '../../nodes/Jelou/trigger/delivery/receive';

/** A delivery without a signature, with what happens when it is refused. */
function delivery({ log, sent }: { log?: () => void; sent?: () => void }) {
	const statuses: number[] = [];
	const response = {
		headersSent: false,
		status: (code: number) => {
			statuses.push(code);
			return response;
		},
		json: () => {
			response.headersSent = true;
			return response;
		},
		end: () => sent?.(),
	};
	const lines: string[] = [];
	const context = {
		getBodyData: () => ({}),
		getHeaderData: () => ({}),
		getNode: () => ({ id: 'node', name: 'Jelou Trigger', parameters: {} }),
		getResponseObject: () => response,
		// A new ID for each, so that no log line is held back because of another's.
		getWorkflow: () => ({ id: String(Math.random()) }),
		logger: {
			warn: (line: string) => {
				lines.push(line);
				log?.();
			},
		},
	} as unknown as IWebhookFunctions;
	return { context, lines, statuses };
}

const fail = (error: unknown) => () => {
	throw error;
};
const LOUD = Object.assign(new TypeError('what the customer wrote'), {
	context: { parameter: 'their words' },
});

test('an error after the response was sent sends no other, and is logged', async () => {
	const { context, lines, statuses } = delivery({ sent: fail(LOUD) });
	expect(await handleDelivery(context)).toEqual({ noWebhookResponse: true });
	expect(statuses).toEqual([401]);
	expect(lines.slice(1)).toEqual([expect.stringContaining('could not handle a delivery (TypeError).')]);
});

test('an error in the log itself gets a 500', async () => {
	const { context, statuses } = delivery({ log: fail(LOUD) });
	expect(await handleDelivery(context)).toEqual({ noWebhookResponse: true });
	expect(statuses).toEqual([500]);
});

test.each([
	['text', 'a text'],
	['nothing', undefined],
	[
		'an error with a name that is content',
		Object.assign(new Error(), { name: 'Ana María <ana@example.com>' }),
	],
])('%s that is thrown starts nothing, and is not repeated in the log', async (_name, thrown) => {
	const { context, lines } = delivery({ sent: fail(thrown) });
	expect(await handleDelivery(context)).toEqual({ noWebhookResponse: true });
	expect(lines.slice(1)).toEqual([expect.stringContaining('could not handle a delivery (unknown error).')]);
});

test('where there is not even a response, nothing starts', async () => {
	const { context } = delivery({});
	Object.assign(context, { getResponseObject: fail(LOUD) });
	expect(await handleDelivery(context)).toEqual({ noWebhookResponse: true });
});
