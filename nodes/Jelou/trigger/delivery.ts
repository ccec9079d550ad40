import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { loadCredential } from '../shared/credential';
import { acceptedSecrets, readRegistration } from '../shared/secrets';
import { SIGNATURE_HEADER, verify } from '../shared/signature';
import { isWanted, parseEvent } from './events';

function answer(context: IWebhookFunctions, status: number, body: IDataObject): IWebhookResponseData {
	context.getResponseObject().status(status).json(body).end();
	return { noWebhookResponse: true };
}

/** The bytes as they arrived. n8n reads them itself only for the content types that it parses. */
async function rawBodyOf(context: IWebhookFunctions): Promise<Buffer | undefined> {
	const request = context.getRequestObject();
	if (request.rawBody === undefined) await request.readRawBody();
	return Buffer.isBuffer(request.rawBody) && request.rawBody.length > 0 ? request.rawBody : undefined;
}

/** The body of a genuine delivery, or the reason why it is not believed. */
async function authenticated(context: IWebhookFunctions): Promise<Buffer | string> {
	const header = context.getHeaderData()[SIGNATURE_HEADER];
	if (header === undefined) return 'it has no signature';
	const body = await rawBodyOf(context);
	if (body === undefined) return 'it has no body that could be verified';
	const credential = await loadCredential(context);
	const secrets = acceptedSecrets(
		credential,
		readRegistration(context.getWorkflowStaticData('global'), credential),
	);
	if (secrets.length === 0)
		return 'no signing secret is known: fill in Signing Secret in the Jelou credential';
	return verify(body, header, secrets) ? body : 'its signature is wrong';
}

/**
 * Handles one delivery. It is verified over its raw bytes before anything in it is looked at; whatever cannot be
 * verified gets 401 and starts nothing, also when the verification itself fails. Writes nothing.
 *
 * @see Jelou's page "Webhook signature"
 */
export async function handleDelivery(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	let body: Buffer | string;
	try {
		body = await authenticated(context);
	} catch (error) {
		// An error that escapes from here would make n8n start the workflow with an empty item.
		body = `it could not be verified (${error instanceof Error ? error.message : 'unknown error'})`;
	}
	if (typeof body === 'string') {
		context.logger.warn(`Jelou Trigger "${context.getNode().name}" refused a delivery: ${body}.`, {
			workflowId: context.getWorkflow().id,
		});
		return answer(context, 401, { status: 'unauthorized' });
	}
	const event = parseEvent(body);
	if (event === undefined) return answer(context, 400, { status: 'not a JSON object' });
	const events = context.getNodeParameter('events', []);
	if (!Array.isArray(events) || !isWanted(event, events.map(String))) {
		return { webhookResponse: { status: 'ignored' } };
	}
	return { workflowData: [[{ json: event }]] };
}
