import fc from 'fast-check';
import type { IDataObject, NodeParameterValueType } from 'n8n-workflow';

import { ParameterReader } from '../../nodes/Jelou/actions/parameterReader';
import { Engine, outputOf, probe } from './support/engine';

/** Reads one parameter of each item in n8n's engine: as the node does, and as n8n evaluates it. */
async function readBoth(value: NodeParameterValueType, items: IDataObject[]) {
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
		const attempt = (read: () => unknown) => {
			try {
				return read();
			} catch {
				return 'refused by n8n';
			}
		};
		return items.map((_, index) => ({
			read: attempt(() => reader.read('value', index)),
			again: attempt(() => reader.read('value', index)),
			evaluated: attempt(() => context.getNodeParameter('value', index, '')),
		})) as IDataObject[];
	};
	const run = await engine.run({ value }, items, { type: 'probe' });
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

/** Texts that n8n may not take for text, among plain ones. */
const around = fc.oneof(
	{ weight: 3, arbitrary: fc.string({ maxLength: 8 }) },
	fc.constantFrom(
		'`${a}`',
		'"',
		"'",
		'\n',
		'\r\n',
		'\u2028',
		'$json.id',
		' ',
		'<!--',
		'//',
		'/*',
		'ñ 👍',
		'%',
		'$',
	),
	fc.constantFrom('{', '}', '\\', '{{ 1 }}', 'x.constructor', '\\{{', '}}'),
);
const path = fc.oneof(
	{ weight: 4, arbitrary: fc.constantFrom('bot', 'a1.id') },
	fc.array(name, { minLength: 1, maxLength: 2 }).map((names) => names.join('.')),
);
const textOrNumber = fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
/** Items that certainly have some of these fields. */
const known = fc
	.tuple(json, fc.record({ bot: textOrNumber, a1: fc.record({ id: textOrNumber }) }))
	.map(([others, fields]) => ({ ...others, ...fields }));
const template = fc
	.tuple(around, fc.array(fc.tuple(path, around), { minLength: 1, maxLength: 3 }))
	.map(([first, rest]) => `=${first}${rest.map(([field, text]) => `{{ $json.${field} }}${text}`).join('')}`);

test('texts around fields, also in a collection, are read as n8n evaluates them', async () => {
	let lookedUp = 0;
	await fc.assert(
		fc.asyncProperty(
			fc.oneof(
				template,
				fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(template, leaf), { maxKeys: 3 }),
			),
			fc.array(known, { minLength: 1, maxLength: 3 }),
			async (value, items) => {
				const { evaluations, results } = await readBoth(
					value as NodeParameterValueType,
					items as IDataObject[],
				);
				if (evaluations === 0) lookedUp++;
				for (const { read, again, evaluated } of results) {
					expect(read).toEqual(evaluated);
					expect(again).toEqual(evaluated);
				}
			},
		),
		{ numRuns: 300 },
	);
	expect(lookedUp).toBeGreaterThan(20);
});

test.each([
	['a constant, once for all items', 'fixed', 1],
	['a field that is there, never', '={{ $json.bot.id }}', 0],
	['a field that is missing, each time', '={{ $json.other.id }}', 3],
	['any other expression, each time', '={{ $json.bot.id + "x" }}', 3],
	['text before a field, never', '=x{{ $json.bot.id }}', 0],
	['text after a field, never', '={{ $json.bot.id }}x', 0],
	['two fields, never', '={{ $json.bot.id }}{{ $json.bot.id }}', 0],
	['fields in a collection, never', { id: '={{ $json.bot.id }}-reply', more: { n: 1 } }, 0],
	['a collection with a list, each time', { id: '={{ $json.bot.id }}', list: ['a'] }, 3],
	[
		'a collection with another expression, each time',
		{ id: '={{ $json.bot.id }}', other: '={{ 1 + 1 }}' },
		3,
	],
	['a field and another expression, each time', '={{ $json.bot.id }} {{ 1 + 1 }}', 3],
	['text with a brace, each time', '=}{{ $json.bot.id }}', 3],
	['a constant that has a field in it, once for all items', 'x={{ $json.bot.id }}', 1],
])('n8n is asked for %s', async (_name, value, expected) => {
	const items = [1, 2, 3].map((id) => ({ bot: { id } }));
	const { evaluations, results } = await readBoth(value, items);
	// Each item is read twice here, which the node does not do.
	expect(evaluations).toBe(expected > 1 ? expected * 2 : expected);
	expect(results.map(({ read }) => read)).toEqual(results.map(({ evaluated }) => evaluated));
});
