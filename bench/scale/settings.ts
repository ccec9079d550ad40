import { say } from '../stage';
import { measure, type Round } from './measure';
import { replyTarget, type Asked } from './parts';
import { withScaleBench } from './stage';

export type SettingsResult = Round & { setting: string };

const DATABASE = { DB_POSTGRESDB_POOL_SIZE: '10' };
const ISOLATES = { N8N_EXPRESSION_ENGINE_POOL_SIZE: '10' };
/** Beside what the cluster has anyway: isolates are acquired when they are needed. */
const VARIANTS: Array<[string, Record<string, string>]> = [
	["isolates for every delivery (n8n's default)", { N8N_EXPRESSION_ENGINE_LAZY_ACQUIRE: 'false' }],
	['isolates when needed', {}],
	['and 10 database connections', DATABASE],
	['and 10 isolates kept ready', ISOLATES],
	['and both', { ...DATABASE, ...ISOLATES }],
];

/** What settings are worth, with one webhook process and one worker: each in a cluster of its own. */
export async function benchSettings({ seconds }: Asked): Promise<SettingsResult[]> {
	const results: SettingsResult[] = [];
	for (const [setting, env] of VARIANTS) {
		const round = await withScaleBench(env, async (bench) => {
			const { deliveries } = await replyTarget(bench);
			await measure(bench, deliveries, Math.min(5, seconds));
			return await measure(bench, deliveries, seconds);
		});
		results.push({ setting, ...round });
		say(JSON.stringify(results.at(-1)));
	}
	return results;
}
