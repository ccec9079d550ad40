import { readingWorkflow, replyWorkflow } from '../../scale/support/workflows';
import { median } from '../measure';
import { say } from '../stage';
import { measure, type Round } from './measure';
import { WARM_UP_SECONDS, type Asked } from './parts';
import { activate, projectOf, type ScaleBench } from './stage';

export type ExpressionsResult = Round & { reply: string };

const WORKFLOWS = [
	{ reply: "expressions that n8n evaluates: `{{ 're: ' + $json.… }}`", make: replyWorkflow },
	{ reply: 'texts around fields: `re: {{ $json.… }}`', make: readingWorkflow },
];
/** Apart from those of other parts. */
const FIRST_PROJECT = 300;

/** What it costs that a run evaluates expressions: the node looks a field up, everything else n8n evaluates. */
export async function benchExpressions(bench: ScaleBench, { rounds, seconds }: Asked) {
	const results: ExpressionsResult[] = [];
	await bench.cluster.resize(1, 1);
	for (const [n, { make, reply }] of WORKFLOWS.entries()) {
		const { deliveries } = await activate(bench, projectOf(FIRST_PROJECT + n), make, 'hola');
		await measure(bench, deliveries, WARM_UP_SECONDS);
		const measured: Round[] = [];
		for (let round = 0; round < rounds; round++) measured.push(await measure(bench, deliveries, seconds));
		const middle = median(measured.map(({ perSecond }) => perSecond));
		for (const round of measured.filter(({ perSecond }) => perSecond === middle).slice(0, 1))
			results.push({ reply, ...round });
		say(JSON.stringify(results.at(-1)));
	}
	return results;
}
