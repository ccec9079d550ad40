import type { IWebhookFunctions } from 'n8n-workflow';

import { BoundedMap } from '../../shared/boundedMap';
import { isObject } from '../../shared/json';
import { isNote, type DeliveryCount } from '../../shared/triggerNote';

/** When n8n loaded this module: when it published the first trigger after it started. */
const since = new Date().toISOString();
/** By trigger, then by outcome. In memory only: it says what has arrived at this n8n process. */
const counts = new BoundedMap<string, Map<string, DeliveryCount>>(500);

function countsOf(context: IWebhookFunctions): Map<string, DeliveryCount> {
	const key = JSON.stringify([context.getWorkflow().id, context.getNode().id]);
	const known = counts.get(key) ?? new Map<string, DeliveryCount>();
	counts.set(key, known);
	return known;
}

/**
 * Counts a delivery from Jelou.
 *
 * @param outcome the status in its response
 * @param reason why it was refused, with nothing from the delivery
 */
export function countDelivery(context: IWebhookFunctions, outcome: string, reason = ''): void {
	const body: unknown = context.getBodyData();
	// A refused note, such as Check's with a wrong secret, does not come from Jelou.
	if (isObject(body) && isNote(body)) return;
	const own = countsOf(context);
	const count = (own.get(outcome)?.count ?? 0) + 1;
	own.set(outcome, { outcome, count, lastAt: new Date().toISOString(), reason });
}

/** What was counted, and since when (ISO 8601). */
export function deliveriesOf(context: IWebhookFunctions): { since: string; deliveries: DeliveryCount[] } {
	return { since, deliveries: [...countsOf(context).values()] };
}
