import { parseArgs } from 'node:util';

import { runMeasurement } from '../../scripts/scale/measurement';
import { say } from '../stage';
import { benchBatches, benchWorkers, benchWorkflows, replyTarget, type Asked } from './parts';
import { benchExpressions } from './expressions';
import { benchQueue } from './queue';
import { saveScale } from './report';
import { benchSettings } from './settings';
import { COLLECTING, benchSoak } from './soak';
import { withScaleBench, type ScaleBench } from './stage';

const PARTS = ['settings', 'expressions', 'workers', 'queue', 'soak', 'batch', 'workflows'];
const USE = `Use: npm run bench:scale -- [--only ${PARTS.join('|')}] [--rounds 3] [--seconds 8] [--soak-minutes 10] [--batches 100,1000,10000] [--workflows 1,10,50]`;

const numbers = (text: string) => text.split(',').map(Number);
const arePositive = (values: number[]) => values.every((value) => Number.isFinite(value) && value > 0);

function readArguments(): (Asked & { parts: string[] }) | undefined {
	try {
		const { values } = parseArgs({
			options: {
				only: { type: 'string' },
				rounds: { type: 'string', default: '3' },
				seconds: { type: 'string', default: '8' },
				'soak-minutes': { type: 'string', default: '10' },
				batches: { type: 'string', default: '100,1000,10000' },
				workflows: { type: 'string', default: '1,10,50' },
			},
		});
		const parts = PARTS.filter((part) => part === (values.only ?? part));
		const [rounds = 0, seconds = 0, soakMinutes = 0] = numbers(
			[values.rounds, values.seconds, values['soak-minutes']].join(),
		);
		const [batches, workflows] = [numbers(values.batches), numbers(values.workflows)];
		const isFine = arePositive([rounds, seconds, soakMinutes, ...batches, ...workflows]);
		if (parts.length > 0 && isFine && Number.isInteger(rounds))
			return { parts, rounds, seconds, soakMinutes, batches, workflows };
	} catch {
		// An option that does not exist.
	}
	return undefined;
}

/** The parts share one cluster, except that each has workflows of its own. */
async function runParts(bench: ScaleBench, asked: Asked, parts: string[]): Promise<void> {
	const target = parts.some((part) => ['workers', 'queue', 'soak'].includes(part))
		? await replyTarget(bench)
		: undefined;
	for (const part of parts) {
		say(`Measuring: ${part} …`);
		if (part === 'expressions') saveScale({ expressions: await benchExpressions(bench, asked) });
		if (part === 'workers' && target) saveScale({ workers: await benchWorkers(bench, asked, target) });
		if (part === 'queue' && target) saveScale({ queue: await benchQueue(bench, asked, target) });
		if (part === 'soak') saveScale({ soak: await benchSoak(bench, asked, target) });
		if (part === 'batch') saveScale({ batch: await benchBatches(bench, asked) });
		if (part === 'workflows') saveScale({ workflows: await benchWorkflows(bench, asked) });
	}
}

async function main(): Promise<void> {
	const asked = readArguments();
	if (asked === undefined) {
		process.stderr.write(`${USE}\n`);
		process.exitCode = 1;
		return;
	}
	const { parts, ...rest } = asked;
	const shared = parts.filter((part) => part !== 'settings');
	if (parts.includes('settings')) saveScale({ settings: await benchSettings(rest) });
	if (shared.length > 0)
		await withScaleBench(parts.includes('soak') ? COLLECTING : {}, (bench) => runParts(bench, rest, shared));
}

runMeasurement(main);
