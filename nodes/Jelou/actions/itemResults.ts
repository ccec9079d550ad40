import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { toFieldError } from '../shared/apiError';
import { FieldError } from '../shared/errors';

type ItemError = NodeApiError | NodeOperationError;

/** Item numbers as a person writes them: `3, 5 to 9`. They count from 0, as n8n's own "[item 3]" does. */
export function toRanges(indexes: readonly number[]): string {
	const ranges: Array<[number, number]> = [];
	for (const index of indexes) {
		const last = ranges.at(-1);
		if (last && last[1] === index - 1) last[1] = index;
		else ranges.push([index, index]);
	}
	return ranges.map(([from, to]) => (from === to ? from : `${from} to ${to}`)).join(', ');
}

const named = (indexes: readonly number[]) =>
	`(${indexes.length === 1 ? 'item' : 'items'} ${toRanges(indexes)})`;

type ItemResult = { ok: true; json: IDataObject | IDataObject[] } | { ok: false; error: ItemError };

function toOutputItems(result: ItemResult, item: number): INodeExecutionData[] {
	if (result.ok) return [result.json].flat().map((json) => ({ json, pairedItem: { item } }));
	// Every version of n8n recognizes an error item by these two names, and adds the input item's fields to it on the
	// error output. Given an `error` next to `json`, it would keep only the message.
	const { message: error, description: message } = result.error;
	return [{ json: { error, ...(message ? { message } : {}) }, pairedItem: { item } }];
}

/** What became of each item of one execution: succeeded, failed, or not started. */
export class ItemResults {
	readonly #context: IExecuteFunctions;
	readonly #count: number;
	readonly #results: Array<ItemResult | undefined>;

	/** The failure that stopped the run. */
	#stoppedBy: ItemError | undefined;

	constructor(context: IExecuteFunctions, count: number) {
		this.#context = context;
		this.#count = count;
		this.#results = Array.from({ length: count });
	}

	/** True once an item has failed and the node is set to stop on errors. */
	get isStopped(): boolean {
		return this.#stoppedBy !== undefined;
	}

	succeed(index: number, json: IDataObject | IDataObject[]): void {
		this.#results[index] = { ok: true, json };
	}

	fail(index: number, cause: unknown): void {
		const error = this.#toItemError(cause, index);
		this.#results[index] = { ok: false, error };
		if (!this.#context.continueOnFail()) this.#stoppedBy ??= error;
	}

	/**
	 * The output, in input order.
	 *
	 * @throws the error of the item that stopped the run, with what became of the others
	 */
	result(isCancelled: boolean): INodeExecutionData[][] {
		if (this.#stoppedBy) throw this.#withProgress(this.#stoppedBy);
		if (isCancelled)
			throw this.#withProgress(
				new NodeOperationError(this.#context.getNode(), 'The execution was cancelled', { description: '' }),
			);
		return [this.#results.flatMap((result, item) => (result ? toOutputItems(result, item) : []))];
	}

	/** Adds which items succeeded, failed or were not started, so that the rest can be run without sending any twice. */
	#withProgress(error: ItemError): ItemError {
		if (this.#count === 1) return error;
		const indexes = [...this.#results.keys()];
		const failed = indexes.filter((index) => this.#results[index]?.ok === false);
		const notStarted = indexes.filter((index) => this.#results[index] === undefined);
		const succeeded = this.#count - failed.length - notStarted.length;
		let progress = `${succeeded} of ${this.#count} items succeeded`;
		if (failed.length > 0) progress += `, ${failed.length} failed ${named(failed)}`;
		if (notStarted.length > 0)
			progress += `, ${notStarted.length} ${notStarted.length === 1 ? 'was' : 'were'} not started ${named(notStarted)}`;
		error.description = `${error.description ?? ''} ${progress}.`.trim();
		return error;
	}

	/** Turns any error into one that has the node, the item and, for a FieldError, its advice. */
	#toItemError(error: unknown, itemIndex: number): ItemError {
		if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
		const node = this.#context.getNode();
		if (error instanceof FieldError) return toFieldError(node, error, itemIndex);
		return new NodeOperationError(node, error instanceof Error ? error : String(error), { itemIndex });
	}
}
