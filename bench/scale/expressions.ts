import { readingWorkflow, replyWorkflow } from '../../test/scale/support/workflows';
import { say } from '../stage';
import type { Round } from './measure';
import { measureRounds, type Asked } from './parts';
import { activate, projectOf, type ScaleBench } from './stage';

export type ExpressionsResult = Round & { reply: string };

const WORKFLOWS = [
	{ reply: "expressions that n8n evaluates: `{{ 're: ' + $json.… }}`", make: replyWorkflow },
	{ reply: 'texts around fields: `re: {{ $json.… }}`', make: readingWorkflow },
];
/** Apart from those of other parts. */
const FIRST_PROJECT = 300;

/** What it costs that a run evaluates expressions: the node looks a field up, everything else n8n evaluates. */
export async function benchExpressions(bench: ScaleBench, asked: Asked) {
	const results: ExpressionsResult[] = [];
	await bench.cluster.resize(1, 1);
	for (const [n, { make, reply }] of WORKFLOWS.entries()) {
		const { deliveries } = await activate(bench, projectOf(FIRST_PROJECT + n), make, 'hola');
		results.push({ reply, ...(await measureRounds(bench, deliveries, asked)) });
		say(JSON.stringify(results.at(-1)));
	}
	return results;
}
