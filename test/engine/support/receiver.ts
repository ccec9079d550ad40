import { buffer } from 'node:stream/consumers';

import express, { type Request, type Response } from 'express';
import type { IDataObject, INodeParameters, IWebhookResponseData } from 'n8n-workflow';

import { JelouTrigger } from '../../../nodes/Jelou/JelouTrigger.node';
import { parseBody } from '../../../nodes/Jelou/shared/errorResponse';
import { serve, type HttpServer } from '../../support/httpServer';
import type { Engine } from './engine';

/** An HTTP server in front of the trigger that does with a request what n8n does before the node sees it. */
export interface Receiver extends HttpServer {
	/** The items that started a workflow, one entry per run. */
	runs: IDataObject[];
	/** How many deliveries the node has been given. */
	readonly begun: number;
}

async function readAsN8n(request: Request): Promise<void> {
	const readRawBody = async () => {
		request.rawBody = await buffer(request);
	};
	Object.assign(request, { readRawBody });
	const type = request.headers['content-type'] ?? '';
	// For a node of version 2 n8n reads the body only of content types that it parses; multipart goes to a parser of forms.
	if (type.startsWith('multipart/')) for await (const chunk of request) void chunk;
	else if (/json|xml|x-www-form-urlencoded|text\/plain/.test(type)) await readRawBody();
	request.body = (type.includes('json') && parseBody(request.rawBody.toString())) || {};
}

/** What n8n 1.x and 2.x respond: for a delivery that starts a workflow, `responseData` first, which has a default. */
function bodyFor({ webhookResponse, workflowData }: IWebhookResponseData): unknown {
	const { responseData = 'firstEntryJson' } = new JelouTrigger().description.webhooks?.[0] ?? {};
	if (workflowData === undefined) return webhookResponse ?? { message: 'Webhook call received' };
	return responseData || (webhookResponse ?? { message: 'Workflow was started' });
}

export async function startReceiver(engine: Engine, parameters: INodeParameters): Promise<Receiver> {
	const runs: IDataObject[] = [];
	let begun = 0;
	const answer = async (req: Request, res: Response) => {
		await readAsN8n(req);
		begun++;
		const result = await engine.webhook(req, res, parameters);
		for (const [item] of result.workflowData ?? []) if (item) runs.push(item.json);
		if (result.noWebhookResponse !== true) res.status(200).json(bodyFor(result));
	};
	const app = express();
	app.post('/webhook/webhook-1/webhook', (req, res, next) => {
		answer(req, res).catch((error: unknown) => {
			// When the trigger throws, n8n starts the workflow with nothing.
			runs.push({});
			next(error);
		});
	});
	return {
		...(await serve(app)),
		runs,
		get begun() {
			return begun;
		},
	};
}
