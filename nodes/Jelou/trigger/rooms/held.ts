import type { IWebhookFunctions } from 'n8n-workflow';

import { warn } from '../event/log';

/**
 * How many deliveries are held at once. n8n 2.41 keeps an isolate of 11 MB for each webhook call without a response.
 */
const MAX_HELD = 50;

/**
 * The responses of the deliveries that wait for something other than their own work: more messages, or another
 * delivery.
 */
const held = new Set<unknown>();

/** Counts a delivery as held until it has its response; false when too many are held already. */
export function hold(context: IWebhookFunctions): boolean {
	const response = context.getResponseObject();
	if (held.has(response)) return true;
	if (held.size >= MAX_HELD) {
		warn(context, `holds ${MAX_HELD} deliveries already`);
		return false;
	}
	held.add(response);
	void outcomeOf(context).then(() => held.delete(response));
	return true;
}

/** What becomes of a delivery, which may be over already: true when its response was 2xx. */
export async function outcomeOf(context: IWebhookFunctions): Promise<boolean> {
	const response = context.getResponseObject();
	return await new Promise((resolve) => {
		const end = () => {
			resolve(response.writableFinished && response.statusCode >= 200 && response.statusCode < 300);
		};
		// Its events were emitted already, and will not come again.
		if (response.closed || response.writableFinished) return end();
		response.once('finish', end);
		response.once('close', end);
	});
}
