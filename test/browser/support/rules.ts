import { isRecord } from '../../../scripts/json';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import type { Newcomer } from './newcomer';

/** What a rule of a Switch compares, as it is saved. */
export type Rule = [left: string, right: string];

/** Each rule in words. One that n8n has not completed yet is left out. */
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
 * Waits until n8n has saved the rules of a Switch. It takes what is typed into one of two values a second later, and
 * forgets it when something else in the rules changes before: a hand is not as quick.
 *
 * @param again does once more what n8n has forgotten
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
