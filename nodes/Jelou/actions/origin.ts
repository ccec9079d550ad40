import type { IExecuteFunctions } from 'n8n-workflow';

import { valueAt } from '../shared/json';
import { trimmed } from '../shared/text';
import { runsOf, type NodeReader, type ToolInput } from './toolInput';

/** Where an item has the IDs of its conversation, by the parameters that take them. */
export const ID_PATHS = { roomId: 'room_id', botId: 'bot.id', userId: 'contact.id' };
export type IdName = keyof typeof ID_PATHS;
const NAMES = ['roomId', 'botId', 'userId'] as const;

/** The IDs of a conversation; `''` for one that is not known. */
export type Conversation = Record<IdName, string>;

/** The type of a Jelou node, however the package was installed. */
const JELOU = /(^|\.)jelou(Trigger)?$/;

/** n8n's errors about links between items, except the one that says that the item does not come from the node. */
const LINK_ERROR = /^paired_item_(?!no_connection)/;

export const toId = (value: unknown) =>
	typeof value === 'string' || typeof value === 'number' ? trimmed(String(value)) : '';

type OriginContext = Pick<
	IExecuteFunctions,
	'getChildNodes' | 'getInputData' | 'getNode' | 'getParentNodes' | 'getWorkflowDataProxy'
>;

/** The conversation of an item, or why it cannot be determined. */
export type Found =
	| { ok: true; conversation: Conversation }
	/** `botId` if all conversations that the item may come from have the same one. */
	| { ok: false; reason: string; botId?: string };

const lost = (reason: string, botId?: string): Found => ({ ok: false, reason, botId });

function conversationOf(item: unknown): Conversation {
	const id = (name: IdName) => toId(valueAt(item, `json.${ID_PATHS[name]}`));
	return { roomId: id('roomId'), botId: id('botId'), userId: id('userId') };
}

/** Whether the other has every ID that this one has. */
const isPartOf = (part: Conversation, whole: Conversation) =>
	NAMES.every((name) => part[name] === '' || part[name] === whole[name]);

/**
 * Whether a conversation has the IDs that are known. It may lack the bot, but not the room or the user: it could be
 * another's.
 */
function agrees(each: Conversation, known: Conversation): boolean {
	const isSame = (name: IdName) => known[name] === '' || known[name] === each[name];
	return isSame('roomId') && isSame('userId') && (each.botId === '' || isSame('botId'));
}

/**
 * The distinct conversations, without those of which another has all IDs and more: a pause, for example, may name only
 * the room.
 */
function distinct(all: Iterable<Conversation>): Conversation[] {
	const byKey = new Map([...all].map((each) => [Object.values(each).join(), each]));
	byKey.delete(',,');
	const rest = [...byKey.values()];
	const isWhole = (each: Conversation) => !Object.values(each).includes('');
	return rest.filter(
		(each) => isWhole(each) || !rest.some((other) => other !== each && isPartOf(each, other)),
	);
}

/** Conversations that an item may come from, with a key that stands for them. */
type Source = readonly [key: string, conversations: () => Conversation[]];

/** A Jelou node before this one. */
interface Parent {
	name: string;
	/** The conversations in its output. If its runs tell items apart, only those in the run of the linked item. */
	source: (linked?: unknown) => Source;
}

/** @param isLoop whether a loop leads from the present node back to it: then its runs tell items apart */
function readParent(name: string, isLoop: boolean, reader: NodeReader): Parent {
	const runs: Conversation[][] = [];
	const runOf = new Map<unknown, number>();
	for (const items of runsOf(reader, name)) {
		for (const item of items) runOf.set(item, runs.length);
		runs.push(distinct(items.map(conversationOf)));
	}
	const source = (linked?: unknown): Source => {
		const run = isLoop ? runOf.get(linked) : undefined;
		return [JSON.stringify([name, run]), () => (run === undefined ? runs : runs.slice(run, run + 1)).flat()];
	};
	return { name, source };
}

/** Finds the conversation of an item that does not name one itself, through the Jelou nodes that it comes from. */
export class Origin {
	readonly #context: OriginContext;
	readonly #items: ReturnType<OriginContext['getInputData']>;
	#before: Parent[] | undefined;
	/** Conversations, by the keys of the sources that an item may come from. */
	readonly #known = new Map<string, Conversation[]>();

	constructor(
		context: OriginContext,
		readonly tool: ToolInput,
	) {
		this.#context = context;
		this.#items = context.getInputData();
	}

	/** An ID as the item itself has it; for a tool, as the agent's item has it, never as the model says it. */
	own(index: number, name: IdName): unknown {
		return valueAt(this.json(index), ID_PATHS[name]);
	}

	/** The item's JSON; for a tool, that of the item that the agent was given. */
	json(index: number): unknown {
		return (this.tool.isTool ? this.tool.given : this.#items[index])?.json;
	}

	/** The names of the Jelou nodes before this one, quoted, for an error. */
	get nodes(): string {
		return this.#parents.map(({ name }) => `"${name}"`).join(', ');
	}

	/** The one conversation that the item comes from and that has the known IDs, or why there is none. */
	find(index: number, known: Conversation): Found {
		if (this.#parents.length === 0) return lost('No Jelou Trigger or Jelou node comes before this one.');
		const { isLinked, wasLost, all } = this.tool.isTool ? this.#ofAll() : this.#linked(index);
		if (!isLinked && wasLost) return lost('n8n lost track of where this item comes from.');
		const [only, ...more] = all.filter((each) => agrees(each, known));
		if (more.length > 0) return lost('This item may come from more than one conversation.');
		if (only) return { ok: true, conversation: only };
		if (all.length === 0) return lost('This item comes from no conversation that has it.');
		const [botId, ...others] = new Set(all.map((conversation) => conversation.botId));
		return lost(
			'This item names another room, bot or user than its conversation.',
			others.length === 0 ? botId : undefined,
		);
	}

	get #parents(): Parent[] {
		this.#before ??= this.#findParents();
		return this.#before;
	}

	/** The nodes that the item may have passed through. */
	#nodesBefore() {
		const { tool } = this;
		const context = this.#context;
		if (!tool.isTool) return context.getParentNodes(context.getNode().name);
		const last = tool.nodeBeforeAgent;
		// n8n gives a node's type only among the parents of a node after it.
		const behind = context.getChildNodes(last);
		const siblings = behind.flatMap((child) => context.getParentNodes(child.name, { depth: 1 }));
		return [...siblings.filter(({ name }) => name === last).slice(0, 1), ...context.getParentNodes(last)];
	}

	#findParents(): Parent[] {
		const { tool } = this;
		const context = this.#context;
		const from = context.getNode().name;
		const reader: NodeReader = context.getWorkflowDataProxy(0);
		return this.#nodesBefore()
			.filter(({ type }) => JELOU.test(type))
			.map(({ name }) => {
				const isLoop = !tool.isTool && context.getParentNodes(name).some((parent) => parent.name === from);
				return readParent(name, isLoop, reader);
			});
	}

	/** n8n does not reliably say where a tool's item comes from, so it may come from any of them. */
	#ofAll() {
		const sources = this.#parents.map(({ source }) => source());
		if (!this.tool.given) sources.push(['others', () => this.#others()]);
		const all = this.#union(sources);
		return { isLinked: all.length > 0, wasLost: false, all };
	}

	/** The conversations that any node before this one names. */
	#others(): Conversation[] {
		const reader: NodeReader = this.#context.getWorkflowDataProxy(0);
		const items = this.#nodesBefore().flatMap(({ name }) => [...runsOf(reader, name)].flat());
		return items.map(conversationOf);
	}

	/** The conversations of the Jelou nodes that n8n links the item to. */
	#linked(index: number) {
		const reader: NodeReader = this.#context.getWorkflowDataProxy(index);
		const sources: Source[] = [];
		let wasLost = false;
		for (const parent of this.#parents) {
			let item: unknown;
			try {
				item = reader.$(parent.name, true).itemMatching(index);
				if (distinct([conversationOf(item)]).length === 0) continue;
			} catch (error) {
				const type = toId(valueAt(error, 'context.type'));
				if (!LINK_ERROR.test(type)) continue;
				wasLost = true;
				if (!type.endsWith('multiple_matches')) continue;
			}
			// If a node in between does not say where its items come from, n8n assumes that they kept their order. So only a
			// loop that runs through both nodes tells several conversations apart.
			sources.push(parent.source(item));
		}
		return { isLinked: sources.length > 0, wasLost, all: this.#union(sources) };
	}

	/** Built once for all items with the same sources: there may be thousands of items and of conversations. */
	#union(sources: readonly Source[]): Conversation[] {
		const key = sources.map(([name]) => name).join();
		const found = this.#known.get(key) ?? distinct(sources.flatMap(([, conversations]) => conversations()));
		this.#known.set(key, found);
		return found;
	}
}
