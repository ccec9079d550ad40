/** The triggers that are compared, each alone in its workflow so that only its own cost shows. */
import { node } from './flows';

type Json = Record<string, unknown>;

export interface TriggerFlow {
	/** As the report calls it. */
	name: string;
	workflow: Json;
	/** The path of its webhook. */
	path: string;
	/** The header that carries the signature. */
	header: string;
	/** The statuses it answers with; without one for forged deliveries it does not verify. */
	answers: { genuine: number; forged?: number };
	/** Whether a forged delivery starts a run, which then has to find out. */
	runsForged?: true;
}

export const JELOU = 'Jelou Trigger';
export const GITHUB = "n8n's GitHub Trigger";
export const WEBHOOK = 'Webhook';
export const BY_HAND = 'Webhook + Crypto + IF';

export const HEADER = 'x-jelou-signature';

function workflow(name: string, nodes: Json[], connections: Json = {}): Json {
	return { name, nodes, connections, settings: { executionOrder: 'v1', saveDataSuccessExecution: 'none' } };
}

function webhook(path: string, options: Json): Json {
	const parameters = { httpMethod: 'POST', path, responseMode: 'onReceived', options };
	return node('Webhook', 'n8n-nodes-base.webhook', 2, parameters, { webhookId: path });
}

export const to = (...outputs: string[][]) => ({
	main: outputs.map((names) => names.map((name) => ({ node: name, type: 'main', index: 0 }))),
});

/**
 * The cheapest check by hand: over the raw bytes, one expression node, and whatever is wrong goes no further.
 *
 * @param also other conditions that a delivery has to meet
 */
export function checkNodes(path: string, secret: string, ...also: Json[]): Json[] {
	const condition = {
		id: '1',
		leftValue: '=sha256={{ $json.signature }}',
		rightValue: `={{ $json.headers['${HEADER}'] }}`,
		operator: { type: 'string', operation: 'equals' },
	};
	const options = { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 };
	return [
		webhook(path, { rawBody: true }),
		node('Crypto', 'n8n-nodes-base.crypto', 1, {
			action: 'hmac',
			type: 'SHA256',
			binaryData: true,
			binaryPropertyName: 'data',
			dataPropertyName: 'signature',
			secret,
			encoding: 'hex',
		}),
		node('IF', 'n8n-nodes-base.if', 2.2, {
			conditions: { options, conditions: [condition, ...also], combinator: 'and' },
			options: {},
		}),
	];
}

/** The check by hand, with runs that are saved, and that fail where it refuses: to see that it does. */
export function visibleCheck(secret: string): TriggerFlow {
	const stop = node('Refused', 'n8n-nodes-base.stopAndError', 1, { errorMessage: 'Refused' });
	const nodes = [...checkNodes('bench-check', secret), stop];
	const connections = { Webhook: to(['Crypto']), Crypto: to(['IF']), IF: to([], ['Refused']) };
	return {
		name: 'Check',
		path: 'bench-check',
		header: HEADER,
		answers: { genuine: 200, forged: 200 },
		workflow: { ...workflow('Check', nodes, connections), settings: { executionOrder: 'v1' } },
	};
}

/** A Jelou Trigger alone. */
export function jelouFlow(name: string, webhookId: string, credential: string): TriggerFlow {
	const trigger = node(
		'Jelou Trigger',
		'n8n-nodes-jelou.jelouTrigger',
		2,
		{ events: ['message'], replaceExisting: true, options: {} },
		{ webhookId, credentials: { jelouApi: { id: credential, name: 'bench' } } },
	);
	return {
		name,
		path: `${webhookId}/webhook`,
		header: HEADER,
		answers: { genuine: 200, forged: 401 },
		workflow: workflow(name, [trigger]),
	};
}

export function triggerFlows(credentials: { jelou: string; github: string }, secret: string): TriggerFlow[] {
	const byName = { __rl: true, mode: 'name', value: 'bench' };
	const github = node(
		'GitHub Trigger',
		'n8n-nodes-base.githubTrigger',
		1,
		{ authentication: 'accessToken', owner: byName, repository: byName, events: ['push'], options: {} },
		{
			webhookId: 'bench-github',
			credentials: { githubApi: { id: credentials.github, name: 'github' } },
		},
	);
	const byHand = checkNodes('bench-hand', secret);
	return [
		jelouFlow(JELOU, 'bench-jelou', credentials.jelou),
		{
			name: GITHUB,
			path: 'bench-github/webhook',
			header: 'x-hub-signature-256',
			answers: { genuine: 200, forged: 401 },
			workflow: workflow(GITHUB, [github]),
		},
		{
			name: WEBHOOK,
			path: 'bench-webhook',
			header: HEADER,
			answers: { genuine: 200 },
			workflow: workflow(WEBHOOK, [webhook('bench-webhook', {})]),
		},
		{
			name: BY_HAND,
			path: 'bench-hand',
			header: HEADER,
			// It has answered before it has verified.
			answers: { genuine: 200, forged: 200 },
			runsForged: true,
			workflow: workflow(BY_HAND, byHand, { Webhook: to(['Crypto']), Crypto: to(['IF']) }),
		},
	];
}
