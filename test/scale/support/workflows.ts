import { triggerWorkflow } from '../../server/support/workflows';

const SEND = { type: 'n8n-nodes-jelou.jelou', typeVersion: 1, name: 'Reply' };

/**
 * Replies to each message with "re: " and its text, in expressions that n8n evaluates. The reply's ID is derived from the
 * message's, so that a repeated run sends the same ID again.
 */
export function replyWorkflow(name: string, credential: string) {
	const workflow = triggerWorkflow(name, credential, {
		...SEND,
		id: 'reply',
		parameters: {
			resource: 'message',
			operation: 'send',
			text: "={{ 're: ' + $json.value.content.body }}",
			options: { messageId: "={{ $json.value.id + '-reply' }}", timeout: 5, maxRetries: 1 },
		},
	});
	return onlyMessages(workflow);
}

/** Replies to one message with as many as its text says, in the room that it came from. */
export function batchWorkflow(name: string, credential: string) {
	const id = { id: 'items', name: 'Items', type: 'n8n-nodes-base.set', typeVersion: 3.4 };
	const list =
		"={{ Array.from({ length: Number($json.value.content.body.split(' ')[0]) }, (_, n) => ({ n, text: 'batch ' + n + ' of ' + $json.value.id })) }}";
	const field = (field: string, from: string) => ({
		[field]: `={{ $('Jelou Trigger').first().json.${from} }}`,
	});
	return onlyMessages(
		triggerWorkflow(
			name,
			credential,
			{
				...id,
				parameters: {
					assignments: { assignments: [{ id: '1', name: 'items', value: list, type: 'array' }] },
					options: {},
				},
			},
			{
				id: 'split',
				name: 'Split',
				type: 'n8n-nodes-base.splitOut',
				typeVersion: 1,
				parameters: { fieldToSplitOut: 'items', options: {} },
			},
			{
				...SEND,
				id: 'reply',
				parameters: {
					resource: 'message',
					operation: 'send',
					...field('roomId', 'room_id'),
					...field('botId', 'bot.id'),
					...field('userId', 'contact.id'),
					text: '={{ $json.text }}',
					options: { messageId: '={{ $json.text }}', concurrency: 10 },
				},
			},
		),
	);
}

function onlyMessages<Workflow extends ReturnType<typeof triggerWorkflow>>(
	workflow: Workflow,
	options: Record<string, unknown> = {},
): Workflow {
	const [trigger, ...others] = workflow.nodes;
	const parameters = { events: ['message'], options };
	return { ...workflow, nodes: [{ ...trigger, parameters }, ...others] };
}

/** Like `replyWorkflow`, but refuses events whose time is off by more than five minutes. */
export function agedWorkflow(credential: string) {
	return onlyMessages(replyWorkflow('aged', credential), { maximumAge: 300 });
}
