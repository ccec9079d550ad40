import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { ParameterReader } from '../../nodes/Jelou/actions/reader';
import { Engine, outputOf, probe } from './support/engine';

/** Reads one parameter of each item in n8n's engine: as the node does, and as n8n evaluates it. */
async function readBoth(expression: string, items: IDataObject[]) {
	const engine = new Engine({ credential: {} });
	let evaluations = 0;
	probe.action = (context): IDataObject[] => {
		const getNodeParameter = (...args: [string, number, string]): unknown => {
			evaluations++;
			return context.getNodeParameter(...args);
		};
		const reader = new ParameterReader({
			getNode: () => context.getNode(),
			getInputData: () => context.getInputData(),
			getNodeParameter: getNodeParameter as never,
		});
		return items.map((_, index) => ({
			read: reader.read('value', index),
			again: reader.read('value', index),
			evaluated: context.getNodeParameter('value', index, ''),
		})) as IDataObject[];
	};
	const run = await engine.run({ value: expression }, items, { type: 'probe' });
	return { results: outputOf(run).map(({ json }) => json), evaluations };
}

const leaf = fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null));
const name = fc.constantFrom('bot', 'id', 'contact', 'value', 'length', 'constructor', 'a1');
const { item } = fc.letrec((tie) => ({
	item: fc.oneof(
		{ depthSize: 'small' },
		leaf,
		fc.array(tie('item'), { maxLength: 2 }),
		fc.dictionary(name, tie('item'), { maxKeys: 4 }),
	),
}));
const json = fc.dictionary(name, item, { maxKeys: 5 });

test('a field of the item is read as n8n evaluates it, whatever the item holds', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(name, { minLength: 1, maxLength: 3 }),
			fc.array(json, { minLength: 1, maxLength: 4 }),
			async (path, items) => {
				const { results } = await readBoth(`={{ $json.${path.join('.')} }}`, items as IDataObject[]);
				for (const { read, again, evaluated } of results) {
					expect(read).toEqual(evaluated);
					expect(again).toEqual(evaluated);
				}
			},
		),
		{ numRuns: 150 },
	);
});

test.each([
	['a constant, once for all items', 'fixed', 1],
	['a field that is there, never', '={{ $json.bot.id }}', 0],
	['a field that is missing, each time', '={{ $json.other.id }}', 3],
	['any other expression, each time', '={{ $json.bot.id + "x" }}', 3],
	['text before a field, each time', '=x{{ $json.bot.id }}', 3],
	['text behind a field, each time', '={{ $json.bot.id }}x', 3],
	['a constant that has a field in it, once for all items', 'x={{ $json.bot.id }}', 1],
])('n8n is asked for %s', async (_name, expression, expected) => {
	const items = [1, 2, 3].map((id) => ({ bot: { id } }));
	const { evaluations, results } = await readBoth(expression, items);
	// Each item is read twice here, which the node does not do.
	expect(evaluations).toBe(expected > 1 ? expected * 2 : expected);
	for (const { read, evaluated } of results) expect(read).toEqual(evaluated);
});
