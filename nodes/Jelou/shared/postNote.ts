import type { IDataObject, IExecuteFunctions, IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

import { parseBody } from './errorResponse';
import { isObject } from './json';
import { writeNote, type NoteContent } from './triggerNote';
import { SIGNATURE_HEADER, sign } from './signature';

const TIMEOUT_MS = 10_000;

/**
 * Posts a note to a trigger's address, signed like a delivery from Jelou.
 *
 * @returns what the trigger responds with; `status` is only its own where it is one of `NOTE_STATUS`
 * @throws whatever n8n's request helper throws when there is no response
 */
export async function postNote(
	{ helpers }: Pick<IExecuteFunctions | IHookFunctions | IWebhookFunctions, 'helpers'>,
	address: string,
	secret: string,
	content: NoteContent,
	timeout = TIMEOUT_MS,
): Promise<{ status?: unknown; code: number; said: IDataObject }> {
	const body = Buffer.from(JSON.stringify(writeNote({ ...content, address, sentAt: Date.now() })));
	const response: unknown = await helpers.httpRequest({
		method: 'POST',
		url: address,
		headers: { 'Content-Type': 'application/json', [SIGNATURE_HEADER]: sign(body, secret) },
		body,
		encoding: 'text',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		timeout,
	});
	const { body: text, statusCode } = isObject(response) ? response : {};
	const said = parseBody(text) ?? {};
	return { status: said.status, code: Number(statusCode), said };
}
