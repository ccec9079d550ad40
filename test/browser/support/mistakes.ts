import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CREDENTIAL_NAME } from '../../server/support/stage';

type Parameters = Record<string, unknown>;

const EVENT = readFileSync(join(__dirname, '../../fixtures/event-message-text.json'), 'utf8');
const NODES_PER_ROW = 5;
const START = { resource: 'conversation', operation: 'start' };

/** What n8n finds by itself: the node's name, the marked parameter, and the node's parameters. */
export const MARKED: Array<[name: string, field: string, label: string, parameters: Parameters]> = [
	['No text', 'text', 'Text', {}],
	['No media', 'mediaUrl', 'Media URL', { messageType: 'image' }],
	['No question', 'message', 'Message', { operation: 'sendAndWait' }],
];

const ASK = { operation: 'sendAndWait', message: '¿Qué necesitas?' };

/** What the node finds when it runs: its name, what the user reads, and the node's parameters. */
export const REFUSED: Array<[name: string, message: string, advice: string, parameters: Parameters]> = [
	[
		'Empty expression',
		'Text is empty',
		'Fill in Text. If it is an expression, this item has no such value.',
		{ text: '={{ $json.nothing }}' },
	],
	[
		'Two lines as ID',
		'User ID is not a valid ID',
		'IDs are whole numbers, or text without line breaks and other control characters.',
		{ userId: '593990000001\nAna Torres', text: 'Hola' },
	],
	[
		'Plain HTTP',
		'Media URL is not an HTTPS URL',
		'Enter a URL that starts with https://.',
		{ messageType: 'image', mediaUrl: 'http://example.com/picture.png' },
	],
	[
		'No ending',
		'MIME Type is empty',
		'Fill in MIME Type: the address has no known file extension.',
		{ messageType: 'document', mediaUrl: 'https://example.com/report' },
	],
	[
		'Broken JSON',
		'Metadata is not a JSON object',
		'Enter one such as {"ticketId": "T-12345"}.',
		{ ...START, additionalFields: { metadata: '{"ticketId": ' } },
	],
	[
		'No target',
		'Assignment Target is empty',
		'Enter the name of the queue, or ID of the operator or team.',
		{ ...START, additionalFields: { assignmentType: 'queue' } },
	],
	[
		'Twin choices',
		'Choice 2 is the same as another',
		'Change one: "cambio" appears twice.',
		{ ...ASK, responseType: 'choice', choices: { values: [{ text: 'Cambio' }, { text: 'cambio ' }] } },
	],
	[
		'Past limit',
		'Limit Wait Time is in the past',
		'Choose a date and time in the future.',
		{
			...ASK,
			options: {
				limitWaitTime: { values: { limitType: 'atSpecifiedTime', maxDateAndTime: '2020-01-01T00:00:00' } },
			},
		},
	],
	[
		'Too many at once',
		'Concurrency is 1000',
		'Enter a whole number from 1 to 100.',
		{ text: 'Hola', options: { concurrency: 1000 } },
	],
];

/**
 * A workflow with a node for each mistake, and a last one that is right, after a Jelou Trigger that has an event pinned
 * but no events chosen. `Second reply` comes after `Right`.
 */
export function mistakenWorkflow(credential: string) {
	const credentials = { jelouApi: { id: credential, name: CREDENTIAL_NAME } };
	const all: Array<[string, Parameters]> = [
		...[...MARKED, ...REFUSED].map(([name, , , parameters]): [string, Parameters] => [name, parameters]),
		['Right', { text: 'Hola' }],
		['Second reply', { text: 'Hola' }],
	];
	const nodes = all.map(([name, parameters], index) => ({
		id: name,
		name,
		type: 'n8n-nodes-jelou.jelou',
		typeVersion: 2,
		position: [250 + 200 * (index % NODES_PER_ROW), 200 * Math.floor(index / NODES_PER_ROW)],
		parameters,
		credentials,
	}));
	const trigger = {
		id: 'trigger',
		name: 'Jelou Trigger',
		type: 'n8n-nodes-jelou.jelouTrigger',
		typeVersion: 2,
		position: [0, 200],
		parameters: { events: [] },
		credentials,
		webhookId: 'webhook-of-mistakes',
	};
	const to = (node: string) => ({ node, type: 'main', index: 0 });
	const first = all.slice(0, -1).map(([name]) => to(name));
	return {
		name: 'Mistakes',
		nodes: [trigger, ...nodes],
		connections: {
			'Jelou Trigger': { main: [first] },
			Right: { main: [[to('Second reply')]] },
		},
		pinData: { 'Jelou Trigger': [{ json: JSON.parse(EVENT) as unknown }] },
		settings: { executionOrder: 'v1' },
	};
}
