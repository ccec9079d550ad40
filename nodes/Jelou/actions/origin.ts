import type { IExecuteFunctions } from 'n8n-workflow';

import { valueAt } from './parameterReader';

/** Where an item has the IDs of its conversation, by the parameters that they are for. */
export const ID_PATHS = { roomId: 'room_id', botId: 'bot.id', userId: 'contact.id' };
export type IdName = keyof typeof ID_PATHS;
const NAMES = ['roomId', 'botId', 'userId'] as const;

/** The value of a field that nobody has changed. */
export const defaultOf = (name: IdName) => `={{ $json.${ID_PATHS[name]} }}`;

/** A conversation; what it does not name is empty. */
type Conversation = Record<IdName, string>;

/** However the package was installed. */
const JELOU = /(^|\.)jelou(Trigger)?$/;

/** Errors of n8n that are about the links between items; not those of a node that the item does not come from. */
const LINK_ERROR = /^paired_item_(?!no_connection)/;

export const toId = (value: unknown) =>
	typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';

type OriginContext = Pick<
	IExecuteFunctions,
	'getInputData' | 'getInputSourceData' | 'getNode' | 'getParentNodes' | 'getWorkflowDataProxy'
>;

/** The part of what n8n gives to expressions that is used, without evaluating one. */
interface NodeReader {
	$: (name: string, resolveFullItem: boolean) => { itemMatching: (index: number) => unknown };
	$items: (name: string, output: number, run: number) => unknown[];
}

/** Leaves out what another conversation says as well, and more: a pause, for example, may name the room alone. */
function withoutParts(all: Conversation[]): Conversation[] {
	const isPartOf = (part: Conversation, whole: Conversation) =>
		part !== whole && NAMES.every((name) => ['', whole[name]].includes(part[name]));
	return all.filter((each) => !all.some((other) => isPartOf(each, other)));
}

/** What a node put out, run by run. */
function* runsOf(reader: NodeReader, name: string): Generator<unknown[]> {
	for (let run = 0; ; run++) {
		try {
			yield reader.$items(name, 0, run);
		} catch (error) {
			// A run without output is not the last one.
			if (!String(error).includes('No data found')) return;
		}
	}
}

/** Finds the conversation of an item that does not name one itself, by the Jelou nodes that it comes from. */
export class Origin {
	private readonly items: ReturnType<OriginContext['getInputData']>;
	private readonly isTool: boolean;

	constructor(private readonly context: OriginContext) {
		this.items = context.getInputData();
		this.isTool = context.getNode().type.endsWith('Tool');
	}

	/** What the item itself has. For a tool n8n takes that from the agent's item. */
	own(index: number, name: IdName): unknown {
		const value = valueAt(this.items[index]?.json, ID_PATHS[name]);
		if (value !== undefined || !this.isTool) return value;
		return valueAt(this.context.getWorkflowDataProxy(index).$json, ID_PATHS[name]);
	}

	/** What to take from the one conversation that the item comes from, or why nothing, and where to look. */
	find(index: number, known: Omit<Conversation, 'botId'>) {
		const { context } = this;
		const from = this.isTool ? context.getInputSourceData().previousNode : context.getNode().name;
		const parents = context.getParentNodes(from).filter(({ type }) => JELOU.test(type));
		const nodes = parents.map(({ name }) => `"${name}"`).join(', ');
		const result = (why: string, taken: Partial<Conversation> = {}) => ({ taken, why, nodes });
		if (nodes === '') return result('No Jelou Trigger or Jelou node comes before this one.');
		const reader: NodeReader = context.getWorkflowDataProxy(index);
		const found = new Map<string, Conversation>();
		const add = (item: unknown) => {
			const id = (name: IdName) => toId(valueAt(item, `json.${ID_PATHS[name]}`));
			const conversation = { roomId: id('roomId'), botId: id('botId'), userId: id('userId') };
			const key = Object.values(conversation).join(' ').trim();
			if (key !== '') found.set(key, conversation);
			return key !== '';
		};
		let isLinked = false;
		let wasLost = false;
		for (const { name } of parents) {
			let linked: unknown;
			try {
				linked = reader.$(name, true).itemMatching(index);
				if (!add(linked)) continue;
				isLinked = true;
			} catch (error) {
				const type = toId(valueAt(error, 'context.type'));
				if (!LINK_ERROR.test(type)) continue;
				if (type.endsWith('multiple_matches')) isLinked = true;
				else wasLost = true;
			}
			// Where a node in between does not say what its items come from, n8n assumes the same order. So only a loop that
			// runs through both nodes tells several conversations apart.
			const isLoop =
				linked !== undefined && context.getParentNodes(name).some((parent) => parent.name === from);
			for (const run of runsOf(reader, name)) if (!isLoop || run.includes(linked)) run.forEach(add);
		}
		if (!isLinked && wasLost) return result('n8n lost track of where this item comes from.');
		const all = isLinked ? withoutParts([...found.values()]) : [];
		const [only, ...more] = all.filter((each) =>
			(['roomId', 'userId'] as const).every((name) => ['', each[name]].includes(known[name])),
		);
		if (more.length > 0) return result('This item may come from more than one conversation.');
		if (only || !isLinked) return result('This item comes from no conversation that has it.', only);
		const [botId, ...others] = new Set(all.map((conversation) => conversation.botId));
		return result(
			'This item names another room or user than its conversation.',
			others.length === 0 ? { botId } : {},
		);
	}
}
