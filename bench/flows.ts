/** The workflows to compare: built with the Jelou nodes, built by hand as a user would, and the bare engine. */
import type { Project, Room } from '../sandbox';
import { sign, SIGNATURE_HEADER } from '../sandbox/signature';
import type { Json } from '../scripts/json';

/** A workflow, under its name in the tables. */
export type Flow = { name: string; workflow: Json & { nodes: Json[] } };

const TRIGGER = 'Jelou Trigger';
export const JELOU = 'Jelou nodes';
/** All questions of a dialogue are in one node. */
export const ONE_NODE = 'Jelou nodes, one for all questions';
export const BY_HAND = 'by hand';
export const BARE = 'bare n8n';

/** What a flow talks to. */
export interface Target {
	path: string;
	credential: string;
	messageUrl: string;
	project: Project;
	rooms: Room[];
	secret: string;
}

export function node(name: string, type: string, typeVersion: number, parameters: Json): Json {
	const full = type.includes('.') ? type : `n8n-nodes-base.${type}`;
	return { id: name, name, type: full, typeVersion, position: [0, 0], parameters };
}

const nameOf = (each?: Json) => String(each?.name);
const to = (...outputs: Array<Json | undefined>) => ({
	main: outputs.map((each) => (each ? [{ node: nameOf(each), type: 'main', index: 0 }] : [])),
});
const chain = (nodes: Json[]): Json =>
	Object.fromEntries(nodes.slice(0, -1).map((each, index) => [nameOf(each), to(nodes[index + 1])]));

/** The nodes run one after the other, unless `connections` says otherwise. */
export function flow(name: string, nodes: Json[], connections = chain(nodes)): Flow {
	return { name, workflow: { name, nodes, connections, settings: { executionOrder: 'v1' } } };
}

export function jelou(name: string, credential: string, parameters: Json): Json {
	const credentials = { jelouApi: { id: credential, name: 'bench' } };
	return { ...node(name, 'n8n-nodes-jelou.jelou', 2, parameters), credentials };
}

/** A Jelou Trigger, followed by Jelou nodes in sequence. */
export function jelouFlow(
	{ credential, path }: Target,
	actions: Record<string, Json> = {},
	options: Json = {},
	{ name = JELOU, version = 2 } = {},
): Flow {
	const parameters = { events: ['message'], options };
	const trigger = { ...jelou(TRIGGER, credential, parameters), webhookId: path, typeVersion: version };
	const nodes = Object.entries(actions).map(([each, values]) => jelou(each, credential, values));
	return flow(name, [{ ...trigger, type: 'n8n-nodes-jelou.jelouTrigger' }, ...nodes]);
}

export function webhook({ path }: Target, parameters: Json = {}): Json {
	const always = { httpMethod: 'POST', path, responseMode: 'onReceived', options: {} };
	return { ...node('Webhook', 'webhook', 2, { ...always, ...parameters }), webhookId: path };
}

/** Continues only where every left side equals the text on its right. */
function onlyIf(name: string, equal: Record<string, string>): Json {
	const operator = { type: 'string', operation: 'equals' };
	const sides = Object.entries(equal);
	const conditions = sides.map(([leftValue, rightValue]) => ({
		id: leftValue,
		leftValue,
		rightValue,
		operator,
	}));
	const options = { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 };
	const all = { options, conditions, combinator: 'and' };
	return node(name, 'if', 2.2, { conditions: all, options: {} });
}

function hmac(name: string, secret: string, of: Json): Json {
	const always = { action: 'hmac', type: 'SHA256', encoding: 'hex', dataPropertyName: 'signature' };
	return node(name, 'crypto', 1, { ...always, secret, ...of });
}

/** The cheapest check by hand: over the raw bytes, with one expression node; what fails it goes no further. */
export function checkNodes(target: Target): Json[] {
	const header = `={{ $json.headers['${SIGNATURE_HEADER.toLowerCase()}'] }}`;
	return [
		webhook(target, { options: { rawBody: true } }),
		hmac('Crypto', target.secret, { binaryData: true, binaryPropertyName: 'data' }),
		onlyIf('IF', { '=sha256={{ $json.signature }}': header, '={{ $json.body.event_type }}': 'message' }),
	];
}

function post(name: string, url: string, body: string, signature?: string): Json {
	const headers = { parameters: [{ name: SIGNATURE_HEADER, value: signature }] };
	const signed = signature === undefined ? {} : { sendHeaders: true, headerParameters: headers };
	const content = { sendBody: true, contentType: 'raw', rawContentType: 'application/json', body };
	return node(name, 'httpRequest', 4.2, { method: 'POST', url, ...signed, ...content, options: {} });
}

/** The three nodes that send a message by hand. The room, the bot, the user, the ID and the text are expressions. */
export function sendNodes(target: Target, value: Record<string, string>, suffix = ''): Json[] {
	const payload = `={{ JSON.stringify({ field: 'messages', object: 'message_event', event_type: 'incoming_message', project_id: '${target.project.id}', room_id: ${value.room}, bot_id: ${value.bot}, user_id: ${value.user}, value: { id: ${value.id}, type: 'text', content: { body: ${value.text} } } }) }}`;
	const assignments = [{ id: '1', name: 'payload', value: payload, type: 'string' }];
	const signature = '=sha256={{ $json.signature }}';
	return [
		node(`Set${suffix}`, 'set', 3.4, { assignments: { assignments }, options: {} }),
		hmac(`Sign${suffix}`, target.secret, { value: '={{ $json.payload }}' }),
		post(`HTTP Request${suffix}`, target.messageUrl, '={{ $json.payload }}', signature),
	];
}

const EVENT = `$('Webhook').first().json.body`;

/** Sends a text, given as an expression, to the customer the event is about. */
function replyNodes(target: Target, text: string, suffix = ''): Json[] {
	const whom = { room: `${EVENT}.room_id`, bot: `${EVENT}.bot.id`, user: `${EVENT}.contact.id` };
	return sendNodes(target, { ...whom, id: `$execution.id + '${suffix}'`, text }, suffix);
}

export function replyByHand(target: Target, text: string): Flow {
	return flow(BY_HAND, [...checkNodes(target), ...replyNodes(target, text)]);
}

/** Sends one message, signed beforehand, to one room: nothing is evaluated. */
export function bareReply(target: Target, text: string): Flow {
	const { rooms, project, secret } = target;
	const [ids] = rooms.map(({ botId, id, userId }) => ({ room_id: id, bot_id: botId, user_id: userId }));
	const value = { id: 'bench', type: 'text', content: { body: text } };
	const kind = { field: 'messages', object: 'message_event', event_type: 'incoming_message' };
	const body = JSON.stringify({ ...kind, project_id: project.id, ...ids, value });
	const request = post('HTTP Request', target.messageUrl, body, sign(body, secret));
	return flow(BARE, [webhook(target), request]);
}

/** Rows of the event's room in a Data Table. */
function rows(tableId: string, name: string, operation: string, parameters: Json = {}): Json {
	const room = { keyName: 'room', condition: 'eq', keyValue: `={{ ${EVENT}.room_id }}` };
	const where = { matchType: 'anyCondition', filters: { conditions: [room] } };
	const table = { resource: 'row', operation, dataTableId: { __rl: true, mode: 'id', value: tableId } };
	return node(name, 'dataTable', 1.1, { ...table, ...where, options: {}, ...parameters });
}

function columns(value: Record<string, string>): Json {
	const schema = Object.keys(value).map((id) => ({ id, displayName: id, type: 'string', display: true }));
	return { columns: { mappingMode: 'defineBelow', value, schema } };
}

/** Keeps in a Data Table which run waits in which room; an answer is posted to the Wait node of that run. */
export function dialogueByHand(target: Target, tableId: string, questions: Array<[string, string]>): Flow {
	const remember = columns({ room: `={{ ${EVENT}.room_id }}`, resumeUrl: '={{ $execution.resumeUrl }}' });
	const wait = { resume: 'webhook', httpMethod: 'POST', options: {} };
	const ask = ([name, text]: [string, string]) => [
		rows(tableId, `Remember: ${name}`, 'upsert', remember),
		...replyNodes(target, `'${text}'`, `: ${name}`),
		{ ...node(name, 'wait', 1.1, wait), webhookId: `${target.path}-${name}` },
	];
	const isWaiting = onlyIf('Waiting?', { '={{ Boolean($json.resumeUrl) + "" }}': 'true' });
	const question = { ...rows(tableId, 'Question', 'get', { limit: 1 }), alwaysOutputData: true };
	const receive = [...checkNodes(target), question, isWaiting];
	// n8n refuses until it has stored that the run waits.
	const retry = { retryOnFail: true, maxTries: 5, waitBetweenTries: 500 };
	const resumeUrl = `={{ $('Question').first().json.resumeUrl }}`;
	const event = `={{ JSON.stringify(${EVENT}) }}`;
	const answer = [rows(tableId, 'Forget', 'deleteRows'), { ...post('Resume', resumeUrl, event), ...retry }];
	const answerOf = (name: string) => `$('${name}').first().json.body.value.content.body`;
	const thanks = questions.map(([name]) => `'${name}: ' + ${answerOf(name)}`).join(` + ', ' + `);
	const talk = [...questions.flatMap(ask), ...replyNodes(target, `'Gracias. ' + ${thanks}`, ': Thank you')];
	const branch = { 'Waiting?': to(answer[0], talk[0]) };
	const connections = { ...chain(receive), ...branch, ...chain(answer), ...chain(talk) };
	return flow(BY_HAND, [...receive, ...answer, ...talk], connections);
}

/** Keeps each message in a Data Table and waits; the run of a room's last message replies to all of them. */
export function combineByHand(target: Target, tableId: string, seconds: number, text: string): Flow {
	const keep = columns({
		room: `={{ ${EVENT}.room_id }}`,
		message: `={{ ${EVENT}.value.id }}`,
		text: `={{ ${EVENT}.value.content.body }}`,
		at: `={{ String(${EVENT}.timestamp) }}`,
	});
	const inOrder = { returnAll: true, orderBy: true, orderByColumn: 'at', orderByDirection: 'ASC' };
	const isLast = { "={{ $('Rows').last().json.message }}": `={{ ${EVENT}.value.id }}` };
	const once = { executeOnce: true };
	return flow(BY_HAND, [
		...checkNodes(target),
		rows(tableId, 'Keep', 'insert', keep),
		{ ...node('Wait', 'wait', 1.1, { amount: seconds, unit: 'seconds' }), webhookId: `${target.path}-wait` },
		rows(tableId, 'Rows', 'get', inOrder),
		{ ...onlyIf('Last?', isLast), ...once },
		rows(tableId, 'Forget', 'deleteRows'),
		...replyNodes(target, text).map((each, index) => (index === 0 ? { ...each, ...once } : each)),
	]);
}
