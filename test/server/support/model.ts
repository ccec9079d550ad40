import express from 'express';

import type { Json } from '../../../scripts/json';
import { serve, type HttpServer } from '../../support/httpServer';

interface Schema {
	properties?: Record<string, Schema>;
}

interface Tool {
	function: { name: string; parameters: Schema };
}

export interface ChatRequest {
	/** The name of the model, by which workflows that share the stub can be told apart. */
	model: string;
	messages: Array<{ role: string; content: unknown }>;
	tools?: Tool[];
}

interface Behaviour {
	/** What it says when it calls no tool; "Done" when absent. */
	answer?: string | ((request: ChatRequest) => string);
	/** Whether it calls a tool, or the names of the tools to call in order; always the first when absent. */
	usesTool?: (request: ChatRequest) => boolean | string | string[];
	/** What it makes of the arguments that a tool asks for. */
	argue?: (asked: Json, request: ChatRequest) => Json;
}

/** A chat model that always does the same: it calls tools with one text for every field, then replies. */
export interface ModelStub extends HttpServer {
	/** The base URL to give to n8n's OpenAI credential. */
	url: string;
	/** What it was asked, in order. */
	requests: ChatRequest[];
}

/** One text for every field, at any depth. */
function fill({ properties }: Schema, text: string): unknown {
	return properties === undefined ? text : fillFields(properties, text);
}

function fillFields(fields: Record<string, Schema>, text: string): Json {
	return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fill(field, text)]));
}

function reply(request: ChatRequest, text: string, behaviour: Behaviour) {
	const { answer = 'Done', argue = (asked) => asked, usesTool = () => true } = behaviour;
	const { messages } = request;
	const used = messages
		.slice(messages.findLastIndex(({ role }) => role === 'user') + 1)
		.filter(({ role }) => role === 'tool').length;
	const [chosen] = [usesTool(request)].flat().slice(used);
	const tools = (request.tools ?? []).map((each) => each.function);
	const tool = chosen === true ? tools[0] : tools.find(({ name }) => name === chosen);
	if (tool === undefined) {
		return { role: 'assistant', content: typeof answer === 'string' ? answer : answer(request) };
	}
	const asked = fillFields(tool.parameters.properties ?? {}, text);
	const call = { name: tool.name, arguments: JSON.stringify(argue(asked, request)) };
	return {
		role: 'assistant',
		content: null,
		tool_calls: [{ id: `call-${String(used + 1)}`, type: 'function', function: call }],
	};
}

/** Starts the stub with OpenAI's chat API. */
export async function startModelStub(text: string, behaviour: Behaviour = {}): Promise<ModelStub> {
	const requests: ChatRequest[] = [];
	const app = express();
	app.use(express.json({ limit: '5mb' }));
	app.post('/v1/chat/completions', (req, res) => {
		const request = req.body as ChatRequest;
		requests.push(request);
		const message = reply(request, text, behaviour);
		const finish_reason = 'tool_calls' in message ? 'tool_calls' : 'stop';
		res.json({
			id: 'stub',
			object: 'chat.completion',
			created: 1,
			model: 'stub',
			choices: [{ index: 0, message, finish_reason }],
			usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
		});
	});
	const server = await serve(app);
	return { ...server, url: `${server.url}/v1`, requests };
}
