import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { writeBlock } from '../scripts/markdown';
import { REPORT } from './report';

const REPORT_SHAPE = z.object({
	results: z.array(
		z.object({
			name: z.string(),
			flows: z.array(z.object({ flow: z.string(), speed: z.number(), roomOverlaps: z.number() })),
		}),
	),
	trigger: z.object({
		results: z.array(
			z.object({
				engine: z.string(),
				deliveries: z.string(),
				flow: z.string(),
				timesByHand: z.number().optional(),
			}),
		),
	}),
	dialogue: z.object({
		results: z.array(
			z.object({ engine: z.string(), flow: z.string(), nodes: z.number(), speed: z.number() }),
		),
	}),
});

/** The few lines of the README that say how the package compares with a flow built by hand. */
export function summaryTable(): string {
	const report = REPORT_SHAPE.parse(JSON.parse(readFileSync(REPORT, 'utf8')));
	const actions = report.results.map(({ name, flows: [ours, byHand] }) => {
		if (ours === undefined || byHand === undefined) throw new Error(`${REPORT} has no flows for ${name}.`);
		const overlaps = `${String(ours.roomOverlaps)} (${String(byHand.roomOverlaps)})`;
		return `| ${name} | ${byHand.flow} | ${ours.speed.toFixed(1)} × | ${overlaps} |`;
	});
	const deliveries = report.trigger.results
		.filter(({ flow }) => flow === 'Jelou Trigger')
		.map(
			(row) =>
				`| ${row.deliveries} deliveries, ${row.engine} | Webhook + Crypto + IF | ${(row.timesByHand ?? Number.NaN).toFixed(1)} × | |`,
		);
	const byHand = report.dialogue.results.at(-1);
	const dialogues = report.dialogue.results
		.filter(({ flow }) => flow !== byHand?.flow)
		.map(
			({ engine, nodes, speed }) =>
				`| a turn of a dialogue (${String(nodes)} nodes), ${engine} | ${byHand?.flow ?? ''} (${String(byHand?.nodes)} nodes) | ${speed.toFixed(1)} × | |`,
		);
	return [
		'| | compared with | speed | messages that overtake others in their room (by hand) |',
		'| --- | --- | --- | --- |',
		...actions,
		...dialogues,
		...deliveries,
	].join('\n');
}

/** Puts the summary into the README. */
export function writeSummary(): void {
	writeBlock('README.md', 'measured', summaryTable());
}
