import type { Request, Response } from 'express';
import type { ICredentialDataDecryptedObject, IWebhookFunctions } from 'n8n-workflow';

import { JelouTrigger } from '../../../nodes/Jelou/JelouTrigger.node';
import { Engine } from './engine';

/** The context that n8n gives to the trigger's `webhook`. */
export async function webhookContext(credential: ICredentialDataDecryptedObject): Promise<IWebhookFunctions> {
	const given: IWebhookFunctions[] = [];
	const spy = jest.spyOn(JelouTrigger.prototype, 'webhook').mockImplementation(function (
		this: IWebhookFunctions,
	) {
		given.push(this);
		return Promise.resolve({});
	});
	await new Engine({ credential }).webhook({ headers: {} } as Request, {} as Response, {});
	spy.mockRestore();
	if (given[0] === undefined) throw new Error('The trigger was not called.');
	return given[0];
}

/**
 * Makes a public HTTPS origin lead to a test's own server, as DNS and a certificate would. Otherwise requests stay the
 * same, and go over a real socket.
 */
export function servePublicName({ helpers }: IWebhookFunctions, name: string, origin: string): void {
	const { httpRequest } = helpers;
	jest
		.spyOn(helpers, 'httpRequest')
		.mockImplementation(
			async (options) =>
				(await httpRequest({ ...options, url: options.url.replace(name, origin) })) as unknown,
		);
}
