/** The workflows that are compared: with the Jelou node, and what a user would build by hand. */

type Json = Record<string, unknown>;

export interface Ids {
	jelou: string;
	apiKeyHeader: string;
}

export interface Target {
	gatewayUrl: string;
	chatbotUrl: string;
	projectId: string;
	secret: string;
}

export interface Flow {
	/** As the report calls it. */
	name: string;
	workflow: Json;
	/** The nodes whose time is measured. */
	measured: string[];
	/** The path of the webhook that starts it. */
	path: string;
}

export function node(
	name: string,
	type: string,
	typeVersion: number,
	parameters: Json,
	extra: Json = {},
): Json {
	return { id: name, name, type, typeVersion, position: [0, 0], parameters, ...extra };
}

/** A webhook that takes a list of items, and behind it one node after the other. */
function flow(name: string, path: string, nodes: Json[]): Flow {
	const start = [
		node(
			'Webhook',
			'n8n-nodes-base.webhook',
			2,
			{ httpMethod: 'POST', path, responseMode: 'lastNode', responseData: 'noData', options: {} },
			{ webhookId: path },
		),
		node('Items', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'body.items', options: {} }),
	];
	const all = [...start, ...nodes];
	const names = all.map((entry) => String(entry.name));
	const connections = Object.fromEntries(
		names
			.slice(0, -1)
			.map((from, index) => [from, { main: [[{ node: names[index + 1], type: 'main', index: 0 }]] }]),
	);
	return {
		name,
		path,
		measured: nodes.map((entry) => String(entry.name)),
		workflow: { name, nodes: all, connections, settings: { executionOrder: 'v1' } },
	};
}

/** The three nodes that send a message by hand, each named after what it is for. */
export function sendNodes(
	payload: string,
	{ chatbotUrl, secret }: Pick<Target, 'chatbotUrl' | 'secret'>,
	suffix = '',
): Json[] {
	return [
		node(`Set${suffix}`, 'n8n-nodes-base.set', 3.4, {
			assignments: { assignments: [{ id: '1', name: 'payload', value: payload, type: 'string' }] },
			options: {},
		}),
		node(`Crypto${suffix}`, 'n8n-nodes-base.crypto', 1, {
			action: 'hmac',
			type: 'SHA256',
			value: '={{ $json.payload }}',
			dataPropertyName: 'signature',
			secret,
			encoding: 'hex',
		}),
		node(`HTTP Request${suffix}`, 'n8n-nodes-base.httpRequest', 4.2, {
			method: 'POST',
			url: `${chatbotUrl}/v1/external-support/webhook`,
			sendHeaders: true,
			headerParameters: {
				parameters: [{ name: 'X-Jelou-Signature', value: '=sha256={{ $json.signature }}' }],
			},
			sendBody: true,
			contentType: 'raw',
			rawContentType: 'application/json',
			body: '={{ $json.payload }}',
			options: {},
		}),
	];
}

export function sendFlows({ jelou }: Ids, target: Target): Flow[] {
	const item = {
		roomId: '={{ $json.room }}',
		botId: '={{ $json.bot }}',
		userId: '={{ $json.user }}',
		text: '={{ $json.text }}',
	};
	const body = `={{ JSON.stringify({ field: 'messages', object: 'message_event', event_type: 'incoming_message', project_id: '${target.projectId}', room_id: $json.room, bot_id: $json.bot, user_id: $json.user, value: { id: $json.id, type: 'text', content: { body: $json.text } } }) }}`;
	return [
		flow('Jelou node', 'bench-send-jelou', [
			node(
				'Jelou',
				'n8n-nodes-jelou.jelou',
				1,
				{ resource: 'message', operation: 'send', ...item, options: { concurrency: 25 } },
				{ credentials: { jelouApi: { id: jelou, name: 'bench' } } },
			),
		]),
		flow('Set + Crypto + HTTP Request', 'bench-send-hand', sendNodes(body, target)),
	];
}

export function readFlows({ jelou, apiKeyHeader }: Ids, { gatewayUrl, projectId }: Target): Flow[] {
	return [
		flow('Jelou node', 'bench-read-jelou', [
			node(
				'Jelou',
				'n8n-nodes-jelou.jelou',
				1,
				{
					resource: 'conversation',
					operation: 'get',
					conversationId: '={{ $json.conversation }}',
					options: { concurrency: 25 },
				},
				{ credentials: { jelouApi: { id: jelou, name: 'bench' } } },
			),
		]),
		flow('HTTP Request', 'bench-read-hand', [
			node(
				'HTTP Request',
				'n8n-nodes-base.httpRequest',
				4.2,
				{
					url: `=${gatewayUrl}/v1/external-support/${projectId}/conversations/{{ $json.conversation }}`,
					authentication: 'genericCredentialType',
					genericAuthType: 'httpHeaderAuth',
					options: {},
				},
				{ credentials: { httpHeaderAuth: { id: apiKeyHeader, name: 'bench' } } },
			),
		]),
	];
}
