/** A dialogue of three questions as one run, with the Jelou nodes and as it is built by hand. */
import { node, sendNodes, type Target } from './flows';
import { checkNodes, to } from './triggerFlows';

type Json = Record<string, unknown>;

export interface DialogueFlow {
	/** As the report calls it. */
	name: string;
	workflow: Json & { nodes: Json[] };
}

export const BY_HAND_PATH = 'bench-dialogue';

const QUESTIONS = [
	{ name: 'Name', text: '¿Cómo te llamas?' },
	{ name: 'Order', text: '¿Cuál es tu número de pedido?' },
	{ name: 'Reason', text: '¿En qué podemos ayudarte?' },
];
/** What the customer writes: first what starts the dialogue, then the answers. */
export const LINES = ['hola', 'Ana', '1042', 'un cambio'];
/** What the customer is sent, each after a line. */
export const REPLIES = [
	...QUESTIONS.map(({ text }) => text),
	'Gracias. Name: Ana, Order: 1042, Reason: un cambio',
];

const summary = (answerOf: (name: string) => string) =>
	`Gracias. ${QUESTIONS.map(({ name }) => `${name}: {{ ${answerOf(name)} }}`).join(', ')}`;

/** One node after the other. */
function chain(names: string[]): Json {
	return Object.fromEntries(names.slice(0, -1).map((name, index) => [name, to([names[index + 1] ?? ''])]));
}

function flow(name: string, nodes: Json[], connections: Json): DialogueFlow {
	return { name, workflow: { name, nodes, connections, settings: { executionOrder: 'v1' } } };
}

const namesOf = (nodes: Json[]) => nodes.map(({ name }) => String(name));

/** @param credential the ID of a credential that keeps no signing secret, as the trigger creates the integration */
export function jelouDialogue(credential: string): DialogueFlow {
	const credentials = { jelouApi: { id: credential, name: 'bench' } };
	const jelou = (name: string, parameters: Json) =>
		node(name, 'n8n-nodes-jelou.jelou', 1, parameters, { credentials });
	const nodes = [
		node(
			'Jelou Trigger',
			'n8n-nodes-jelou.jelouTrigger',
			2,
			{ events: ['message'], options: {} },
			{ webhookId: 'bench-dialogue-jelou', credentials },
		),
		...QUESTIONS.map(({ name, text }) => jelou(name, { operation: 'sendAndWait', message: text })),
		jelou('Thank you', { text: `=${summary((name) => `$('${name}').first().json.answer`)}` }),
	];
	return flow('Jelou nodes', nodes, chain(namesOf(nodes)));
}

/** Keeps in a Data Table which run waits in which room; an answer is posted to the Wait node of that run. */
export function dialogueByHand(tableId: string, target: Target): DialogueFlow {
	const event = `$('Webhook').first().json.body`;
	const room = `={{ ${event}.room_id }}`;
	const table = (name: string, operation: string, parameters: Json = {}, extra: Json = {}) => {
		const rows = {
			resource: 'row',
			operation,
			dataTableId: { __rl: true, mode: 'id', value: tableId },
			matchType: 'anyCondition',
			filters: { conditions: [{ keyName: 'room', condition: 'eq', keyValue: room }] },
		};
		return node(name, 'n8n-nodes-base.dataTable', 1.1, { ...rows, ...parameters }, extra);
	};
	const columns = {
		mappingMode: 'defineBelow',
		value: { room, resumeUrl: '={{ $execution.resumeUrl }}' },
		schema: ['room', 'resumeUrl'].map((id) => ({ id, displayName: id, type: 'string', display: true })),
	};
	/** `text` is an expression. */
	const send = (name: string, text: string) => {
		const payload = `={{ JSON.stringify({ field: 'messages', object: 'message_event', event_type: 'incoming_message', project_id: '${target.projectId}', room_id: ${event}.room_id, bot_id: ${event}.bot.id, user_id: ${event}.contact.id, value: { id: $execution.id + '-${name}', type: 'text', content: { body: ${text} } } }) }}`;
		return sendNodes(payload, target, `: ${name}`);
	};
	const ask = ({ name, text }: (typeof QUESTIONS)[number]) => [
		table(`Remember: ${name}`, 'upsert', { columns, options: {} }),
		...send(name, `'${text}'`),
		node(
			name,
			'n8n-nodes-base.wait',
			1.1,
			{ resume: 'webhook', httpMethod: 'POST', responseMode: 'onReceived', options: {} },
			{ webhookId: `bench-dialogue-${name}` },
		),
	];
	const isWaiting = {
		id: '1',
		leftValue: '={{ $json.resumeUrl }}',
		rightValue: '',
		operator: { type: 'string', operation: 'exists', singleValue: true },
	};
	const isMessage = {
		id: '2',
		leftValue: '={{ $json.body.event_type }}',
		rightValue: 'message',
		operator: { type: 'string', operation: 'equals' },
	};
	const receive = [
		...checkNodes(BY_HAND_PATH, target.secret, isMessage),
		table('Question', 'get', { limit: 1 }, { alwaysOutputData: true }),
		node('Waiting?', 'n8n-nodes-base.if', 2.2, {
			conditions: {
				options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
				conditions: [isWaiting],
				combinator: 'and',
			},
			options: {},
		}),
	];
	const answer = [
		table('Forget', 'deleteRows', { options: {} }),
		node(
			'Resume',
			'n8n-nodes-base.httpRequest',
			4.2,
			{
				method: 'POST',
				url: `={{ $('Question').first().json.resumeUrl }}`,
				sendBody: true,
				contentType: 'raw',
				rawContentType: 'application/json',
				body: `={{ JSON.stringify(${event}) }}`,
				options: {},
			},
			// n8n refuses while it has not stored yet that the run waits.
			{ retryOnFail: true, maxTries: 5, waitBetweenTries: 500 },
		),
	];
	const answerOf = (name: string) => `$('${name}').first().json.body.value.content.body`;
	const thanks = QUESTIONS.map(({ name }) => `'${name}: ' + ${answerOf(name)}`).join(` + ', ' + `);
	const talk = [...QUESTIONS.flatMap(ask), ...send('Thank you', `'Gracias. ' + ${thanks}`)];
	const connections = {
		...chain(namesOf(receive)),
		'Waiting?': to(['Forget'], namesOf(talk.slice(0, 1))),
		...chain(namesOf(answer)),
		...chain(namesOf(talk)),
	};
	return flow('Data Table + Wait + HTTP Request', [...receive, ...answer, ...talk], connections);
}
