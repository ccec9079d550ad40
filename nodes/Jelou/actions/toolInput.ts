import type { IDataObject, IExecuteFunctions, INode, INodeExecutionData, ISourceData } from 'n8n-workflow';

import { isObject } from '../shared/json';

/**
 * Fields that n8n itself adds to the item of a tool or a review. A review's have the input of the tool under review.
 */
const ADDED_BY_N8N = ['tool', 'toolParameters', 'toolCallId'];

/** How a parameter deliberately leaves something to the model. */
const FROM_MODEL = /\$fromAI\b/i;
/** How an expression reads the item, or an item that n8n links to it. */
const OF_THE_ITEM =
	/\$(json|input|data|binary|items?|thisItem|node|getPairedItem|evaluateExpression)\b|\.(item|itemMatching|pairedItem)\b/;

type ToolContext = Pick<
	IExecuteFunctions,
	'getInputData' | 'getInputSourceData' | 'getNode' | 'getWorkflowDataProxy'
>;

/** The part of what n8n offers to expressions that is used here, without evaluating one. */
export interface NodeReader {
	$: (name: string, resolveFullItem: boolean) => { itemMatching: (index: number) => unknown };
	$items: (name: string, output: number, run: number) => unknown[];
	$input: { all: () => INodeExecutionData[] };
}

/** A node's output, run by run. */
export function* runsOf(reader: NodeReader, name: string, output = 0): Generator<unknown[]> {
	for (let run = 0; ; run++) {
		try {
			yield reader.$items(name, output, run);
		} catch (error) {
			// A run without output need not be the last one.
			if (!String(error).includes('No data found')) return;
		}
	}
}

/** Whether a node reviews a tool: n8n's Human Review. */
export const isReview = ({ type }: Pick<INode, 'type'>) => type.endsWith('HitlTool');

/**
 * Fields that n8n takes for a person's answer to a review. The tool's call, the agent's item and an event can have
 * them, too.
 */
const REVIEW_FIELDS = ['approved', 'data', 'chatInput'];

/** An item's JSON without those fields. */
export function withoutReview(json: IDataObject): IDataObject {
	return Object.fromEntries(Object.entries(json).filter(([name]) => !REVIEW_FIELDS.includes(name)));
}

/**
 * The node's input when it is an AI agent's tool. n8n's Agent 3 runs a tool with the agent's item merged with whatever
 * the model says, even what no parameter of the tool asks for; Agent 2 runs it with only what the model says. So only
 * the item that the agent itself was given shows whose conversation it is.
 */
export class ToolInput {
	readonly isTool: boolean;
	/** Whether the node reviews another tool (n8n's Human Review). */
	readonly isReview: boolean;
	readonly #context: ToolContext;
	readonly #items: INodeExecutionData[];
	#agentItem: { item: INodeExecutionData | undefined } | undefined;

	constructor(context: ToolContext) {
		this.#context = context;
		const node = context.getNode();
		this.isTool = node.type.endsWith('Tool');
		this.isReview = isReview(node);
		this.#items = context.getInputData();
	}

	/**
	 * Whether Agent 2 runs the tool inside its own execution: n8n then evaluates expressions with the agent's item, not
	 * with the input, which is linked to no item.
	 */
	get #isInAgent(): boolean {
		return this.isTool && this.#items[0]?.pairedItem === undefined;
	}

	/** The node that the agent got its item from. */
	get nodeBeforeAgent(): string {
		return this.#source?.previousNode ?? this.#context.getInputSourceData().previousNode;
	}

	/** The output that the agent's item comes from, according to n8n. */
	get #source(): ISourceData | undefined {
		const { pairedItem } = this.#items[0] ?? {};
		const isOne = typeof pairedItem === 'object' && !Array.isArray(pairedItem);
		return isOne ? pairedItem.sourceOverwrite : undefined;
	}

	/**
	 * The item that the agent was given. `undefined` if n8n does not say which of several it was: it names the first for
	 * all of them, or numbers them differently after a review and in later rounds of a loop.
	 */
	get given(): INodeExecutionData | undefined {
		this.#agentItem ??= { item: this.#findGiven() };
		return this.#agentItem.item;
	}

	#findGiven(): INodeExecutionData | undefined {
		const reader: NodeReader = this.#context.getWorkflowDataProxy(0);
		if (this.#isInAgent) return only(reader.$input.all());
		const source = this.#source;
		if (source === undefined) return undefined;
		const item = only([...runsOf(reader, source.previousNode, source.previousNodeOutput)].flat());
		return isItem(item) ? item : undefined;
	}

	/** The input of the tool under review. */
	get reviewed(): unknown {
		return this.#items[0]?.json.toolParameters;
	}

	/**
	 * Reads a parameter as its author meant it: from the agent's item, and from what the model says only where the
	 * parameter asks for that.
	 *
	 * @param saved the parameter as the workflow has it, expressions not evaluated
	 * @param isId whether it says whose conversation it is: then `undefined` is better than another item's ID
	 */
	read(saved: unknown, isId: boolean, read: () => unknown): unknown {
		const text = JSON.stringify(saved) ?? '';
		if (FROM_MODEL.test(text)) return read();
		if (this.given === undefined) return isId && OF_THE_ITEM.test(text) ? undefined : read();
		const restore = this.#swapIn();
		try {
			return read();
		} finally {
			restore();
		}
	}

	/** Reads what never depends on the model, such as a credential. */
	async whileGiven<Result>(read: () => Promise<Result>): Promise<Result> {
		const restore = this.#swapIn();
		try {
			return await read();
		} finally {
			restore();
		}
	}

	/** Makes n8n evaluate with the agent's item, until the returned function is called. Agent 2 does so anyway. */
	#swapIn(): () => void {
		const { given } = this;
		const items = this.#items;
		const [merged] = items;
		if (!this.isTool || this.#isInAgent || given === undefined || merged === undefined) return () => {};
		const added = Object.entries(merged.json).filter(([name]) => ADDED_BY_N8N.includes(name));
		items[0] = { ...merged, json: { ...given.json, ...Object.fromEntries(added) } };
		return () => {
			items[0] = merged;
		};
	}
}

function only<Item>(items: readonly Item[]): Item | undefined {
	return items.length === 1 ? items[0] : undefined;
}

export function isItem(value: unknown): value is INodeExecutionData {
	return isObject(value) && isObject(value.json);
}
