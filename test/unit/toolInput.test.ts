import { ToolInput } from '../../nodes/Jelou/actions/toolInput';

/** A tool of Agent 3, whose agent got these items, with what n8n merged for it. */
function toolOf(given: object[], merged: object) {
	const pairedItem = { item: 0, sourceOverwrite: { previousNode: 'Set' } };
	const items = [{ json: merged, pairedItem }];
	const context = {
		getInputData: () => items,
		getNode: () => ({ type: 'n8n-nodes-jelou.jelouTool' }),
		getWorkflowDataProxy: () => ({
			$items: (_name: string, _output: number, run: number) => {
				if (run > 0) throw new Error('No more runs');
				return given.map((json) => ({ json }));
			},
		}),
	};
	return { items, tool: new ToolInput(context as never) };
}

const ROW = { room: 'own', name: 'Ana' };
const MERGED = { room: 'other', name: 'Nobody', tool: 'Send', toolParameters: { a: 1 }, toolCallId: '7' };

test.each([
	['an ID that the author wrote', '={{ $json.room }}', true, [ROW], { ...MERGED, ...ROW }],
	['any other field', '={{ $json.name }}', false, [ROW], { ...MERGED, ...ROW }],
	['an ID that is given to the model', "={{ $fromAI('room') }}", true, [ROW], MERGED],
	['a text that is given to the model', "={{ $fromai('name') }}", false, [ROW], MERGED],
	['any other field, of several items', '={{ $json.name }}', false, [ROW, ROW], MERGED],
	[
		'an ID that reads no item, of several items',
		"={{ $('Set').first().json.room }}",
		true,
		[ROW, ROW],
		MERGED,
	],
])('%s is evaluated with the right item', (_name, saved, isId, given, expected) => {
	const { items, tool } = toolOf(given, MERGED);
	expect(tool.read(saved, isId, () => items[0]?.json)).toEqual(expected);
	expect(items[0]?.json).toBe(MERGED);
});

test.each([
	'={{ $json.room }}',
	'={{ $input.item.json.room }}',
	"={{ $('Set').item.json.room }}",
	'={{ $node["Set"].json.room }}',
])('an ID that reads one of several items, as %j does, does not count', (saved) => {
	const { items, tool } = toolOf([ROW, ROW], MERGED);
	expect(tool.read(saved, true, () => items[0]?.json)).toBeUndefined();
});
