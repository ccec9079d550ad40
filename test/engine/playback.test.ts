import type { INodeParameters } from 'n8n-workflow';

import { Engine } from './support/engine';
import { startReceiver } from './support/receiver';
import { SENT_MESSAGES } from './support/messages';
import { BOT, PROJECT, USER, credentialFor, useDemo } from './support/setup';

const demo = useDemo();

/** What the Jelou node sends for a message: its bytes and its signature, as anybody in between sees them. */
async function recorded(parameters: INodeParameters) {
	const credential = credentialFor(demo.sandbox, { signingSecret: demo.secret });
	const message = { resource: 'message', operation: 'send', roomId: demo.roomId, botId: BOT, userId: USER };
	await new Engine({ credential }).run({ ...message, ...parameters }, [{}]);
	const request = demo.sandbox.store.requests.at(-1);
	expect(request?.status).toBe(200);
	return { body: request?.rawBody, signature: String(request?.headers['x-jelou-signature']) };
}

describe('an outgoing message that is replayed to the trigger starts nothing', () => {
	const cases = SENT_MESSAGES.flatMap((message) => [
		{ message, events: ['message'] },
		{ message, events: ['*'] },
	]);

	test.each(cases)('$message.messageType, with Events $events', async ({ message, events }) => {
		const delivery = await recorded(message);
		const credential = credentialFor(demo.sandbox, { signingSecret: demo.secret });
		// The log gets one line a minute for each trigger.
		const workflowId = JSON.stringify([message, events]);
		const engine = new Engine({ credential, workflowId });
		const receiver = await startReceiver(engine, { events });
		try {
			const url = `${receiver.url}/webhook/webhook-1/webhook`;
			const { status, body } = await demo.sandbox.deliver(PROJECT, { url, ...delivery });
			expect({ runs: receiver.runs, status, body }).toEqual({
				runs: [],
				status: 200,
				body: '{"status":"ignored"}',
			});
		} finally {
			await receiver.close();
		}
		expect(engine.warnings).toEqual([
			`Jelou Trigger "Jelou Trigger" in workflow "Test" ignored a delivery: it is an outgoing message. Workflow ID: ${workflowId}.`,
		]);
	});
});
