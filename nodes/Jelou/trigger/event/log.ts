import type { IWebhookFunctions } from 'n8n-workflow';

import { BoundedMap } from '../../shared/boundedMap';
import { uptime } from '../../shared/clock';

const INTERVAL_MS = 60_000;

interface Line {
	/** By `uptime`. */
	loggedAt: number;
	/** How many have come since that no line has counted yet. */
	unlogged: number;
}

const lines = new BoundedMap<string, Line>(5_000);

/**
 * Writes a log line about what became of a delivery: at most one a minute for each trigger and outcome, because anybody
 * can send deliveries. A line says how many like it were left out since the last one.
 *
 * @param outcome fixed words, with nothing from the delivery
 * @param detail more about this delivery
 */
export function warn(context: IWebhookFunctions, outcome: string, detail = ''): void {
	const node = context.getNode();
	const workflow = context.getWorkflow();
	const key = JSON.stringify([workflow.id, node.id, outcome]);
	const last = lines.get(key);
	if (last !== undefined && uptime() - last.loggedAt < INTERVAL_MS) {
		last.unlogged++;
		return;
	}
	lines.set(key, { loggedAt: uptime(), unlogged: 0 });
	const unlogged = last?.unlogged ?? 0;
	const more = unlogged > 0 ? ` ${unlogged} more like this since the last such line.` : '';
	context.logger.warn(
		`Jelou Trigger "${node.name}" in workflow "${workflow.name ?? ''}" ${outcome}${detail && ` (${detail})`}. Workflow ID: ${workflow.id ?? ''}.${more}`,
		{ workflowId: workflow.id },
	);
}
