import type { IExecuteFunctions } from 'n8n-workflow';

import { valueAt } from '../shared/json';
import { trimmed } from '../shared/text';
import { runsOf, type NodeReader, type ToolInput } from './toolInput';

/** Where an item has the IDs of its conversation, by the parameters that they are for. */
export const ID_PATHS = { roomId: 'room_id', botId: 'bot.id', userId: 'contact.id' };
export type IdName = keyof typeof ID_PATHS;
const NAMES = ['roomId', 'botId', 'userId'] as const;

/** A conversation; what it does not name is empty. */
export type Conversation = Record<IdName, string>;

/** However the package was installed. */
const JELOU = /(^|\.)jelou(Trigger)?$/;

/** Errors of n8n that are about the links between items; not those of a node that the item does not come from. */
const LINK_ERROR = /^paired_item_(?!no_connection)/;

export const toId = (value: unknown) =>
	typeof value === 'string' || typeof value === 'number' ? trimmed(String(value)) : '';

type OriginContext = Pick<
	IExecuteFunctions,
	'getChildNodes' | 'getInputData' | 'getNode' | 'getParentNodes' | 'getWorkflowDataProxy'
>;

/** The conversation of an item, or why there is none to take. */
export type Found =
	| { ok: true; conversation: Conversation }
	/** `botId` where all conversations that the item may come from have the same. */
	| { ok: false; reason: string; botId?: string };

const lost = (reason: string, botId?: string): Found => ({ ok: false, reason, botId });

function conversationOf(item: unknown): Conversation {
	const id = (name: IdName) => toId(valueAt(item, `json.${ID_PATHS[name]}`));
	return { roomId: id('roomId'), botId: id('botId'), userId: id('userId') };
}

/** Whether all that one says of a conversation, the other says as well. */
const isPartOf = (part: Conversation, whole: Conversation) =>
	NAMES.every((name) => part[name] === '' || part[name] === whole[name]);

/** Whether a conversation is the one that some of is known: a room or a user that it does not name may be another's. */
function agrees(each: Conversation, known: Conversation): boolean {
	const isSame = (name: IdName) => known[name] === '' || known[name] === each[name];
	return isSame('roomId') && isSame('userId') && (each.botId === '' || isSame('botId'));
}

/** Different conversations, without those of which another says more: a pause, for example, may name the room alone. */
function distinct(all: Iterable<Conversation>): Conversation[] {
	const byKey = new Map([...all].map((each) => [Object.values(each).join(), each]));
	byKey.delete(',,');
	const rest = [...byKey.values()];
	const isWhole = (each: Conversation) => !Object.values(each).includes('');
	return rest.filter(
		(each) => isWhole(each) || !rest.some((other) => other !== each && isPartOf(each, other)),
	);
}

/** Conversations that an item may come from, and what names them. */
type Source = readonly [key: string, conversations: () => Conversation[]];

/** A Jelou node that comes before. */
interface Parent {
	name: string;
	/** What it put out; where its runs tell the items apart, in the run of the item that is linked. */
	source: (linked?: unknown) => Source;
}

/** @param isLoop whether a loop leads from the asking node back to it: then its runs tell the items apart */
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

/** Finds the conversation of an item that does not name one itself, by the Jelou nodes that it comes from. */
export class Origin {
	readonly #context: OriginContext;
	readonly #items: ReturnType<OriginContext['getInputData']>;
	#before: Parent[] | undefined;
	/** By the sources that an item may come from. */
	readonly #known = new Map<string, Conversation[]>();

	constructor(
		context: OriginContext,
		readonly tool: ToolInput,
	) {
		this.#context = context;
		this.#items = context.getInputData();
	}

	/** What the item itself says; for a tool the item that the agent was given, never what the model says. */
	own(index: number, name: IdName): unknown {
		return valueAt(this.json(index), ID_PATHS[name]);
	}

	/** The item's JSON; for a tool that of the item which the agent was given. */
	json(index: number): unknown {
		return (this.tool.isTool ? this.tool.given : this.#items[index])?.json;
	}

	/** The Jelou nodes that come before, to name them to a person. */
	get nodes(): string {
		return this.#parents.map(({ name }) => `"${name}"`).join(', ');
	}

	/** The one conversation that the item comes from, and that says the same as what is known of it. */
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

	/** The nodes that the item may have gone through. */
	#nodesBefore() {
		const { tool } = this;
		const context = this.#context;
		if (!tool.isTool) return context.getParentNodes(context.getNode().name);
		const last = tool.nodeBeforeAgent;
		// n8n tells the type of a node only to one behind it.
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

	/** Of a tool's item n8n does not say reliably where it comes from, so it may be from any. */
	#ofAll() {
		const sources = this.#parents.map(({ source }) => source());
		if (!this.tool.given) sources.push(['others', () => this.#others()]);
		const all = this.#union(sources);
		return { isLinked: all.length > 0, wasLost: false, all };
	}

	/** The conversations that any node before names. */
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
			// Where a node in between does not say what its items come from, n8n assumes the same order. So only a loop that
			// runs through both nodes tells several conversations apart.
			sources.push(parent.source(item));
		}
		return { isLinked: sources.length > 0, wasLost, all: this.#union(sources) };
	}

	/** Made once for all items that come from the same: there may be thousands of each. */
	#union(sources: readonly Source[]): Conversation[] {
		const key = sources.map(([name]) => name).join();
		const found = this.#known.get(key) ?? distinct(sources.flatMap(([, conversations]) => conversations()));
		this.#known.set(key, found);
		return found;
	}
}
