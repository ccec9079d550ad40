import { isRecord } from '../../../scripts/json';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import type { Newcomer } from './newcomer';

/** What a rule of a Switch compares, as it is saved. */
export type Rule = [left: string, right: string];

/** Each rule in words. Incomplete ones are left out. */
async function savedRules({ editor, stage }: Newcomer, name: string): Promise<string[]> {
	const { nodes } = await stage.client.workflow(editor.workflowId()).catch(() => ({ nodes: [] }));
	const node: unknown = Array.isArray(nodes)
		? nodes.find((one: unknown) => isRecord(one) && one.name === name)
		: undefined;
	const text = JSON.stringify(node ?? null);
	const rules = text.matchAll(/"version":\d.*?"leftValue":"([^"]*)","rightValue":"([^"]*)"/g);
	return Array.from(rules, ([, left = '', right = '']) => `${left} = ${right}`);
}

const TRIES = 4;
const [QUICK_MS, PATIENCE_MS] = [10_000, 30_000];

/**
 * Waits until n8n has saved the rules of a Switch. n8n stores a typed value a second later, and loses it when something
 * else in the rules changes before that: a person is not that quick.
 *
 * @param again does again what n8n has lost
 */
export async function savesRules(
	newcomer: Newcomer,
	name: string,
	rules: readonly Rule[],
	again?: () => Promise<void>,
): Promise<void> {
	const wanted = rules.map((rule) => rule.join(' = '));
	let saved: string[] = [];
	const areSaved = async () => {
		saved = await savedRules(newcomer, name);
		return saved.join() === wanted.join();
	};
	for (let tries = again ? TRIES : 1; tries > 0; tries--) {
		const isLast = tries === 1;
		try {
			return await waitUntil(`the rules of ${name}`, areSaved, 100, isLast ? PATIENCE_MS : QUICK_MS);
		} catch {
			if (!isLast) await again?.();
		}
	}
	expect(saved).toEqual(wanted);
}
