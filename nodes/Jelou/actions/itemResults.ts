import {
	NodeApiError,
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { toFieldError } from '../shared/apiError';
import { FieldError, InvalidUrlError } from '../shared/errors';

type ItemError = NodeApiError | NodeOperationError;

/** Indexes as a person writes them: `3, 5 to 9`. */
export function toRanges(indexes: readonly number[]): string {
	const ranges: Array<[number, number]> = [];
	for (const index of indexes) {
		const last = ranges.at(-1);
		if (last && last[1] === index - 1) last[1] = index;
		else ranges.push([index, index]);
	}
	return ranges
		.map(([from, to]) => (from === to ? String(from) : `${String(from)} to ${String(to)}`))
		.join(', ');
}

/** What became of each item of one execution: done, failed, or never started. */
export class ItemResults {
	private readonly items: Array<INodeExecutionData | undefined>;
	private readonly errors = new Map<number, ItemError>();
	private readonly continueOnFail: boolean;
	/** The failure that stopped the run. */
	private stoppedBy: ItemError | undefined;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly count: number,
	) {
		this.items = Array.from({ length: count });
		this.continueOnFail = context.continueOnFail();
	}

	/** True once an item has failed and the node is set to stop then. */
	get isStopped(): boolean {
		return this.stoppedBy !== undefined;
	}

	succeed(index: number, json: IDataObject): void {
		this.items[index] = { json, pairedItem: { item: index } };
	}

	fail(index: number, error: unknown): void {
		const itemError = this.toItemError(error, index);
		this.errors.set(index, itemError);
		if (this.continueOnFail) {
			// By these two names n8n knows an error item, in all its versions, and adds the input item's fields to it on the
			// error output. With an `error` beside `json` it would keep the message alone.
			const { message: error, description: message } = itemError;
			const json = { error, ...(message ? { message } : {}) };
			this.items[index] = { json, pairedItem: { item: index } };
		} else {
			this.stoppedBy ??= itemError;
		}
	}

	/**
	 * The output, in input order.
	 *
	 * @throws the error of the item that stopped the run, with what became of the others
	 */
	result(isCancelled: boolean): INodeExecutionData[][] {
		if (this.stoppedBy) throw this.withProgress(this.stoppedBy);
		if (isCancelled) {
			const node = this.context.getNode();
			throw this.withProgress(
				new NodeOperationError(node, 'The execution was cancelled', { description: '' }),
			);
		}
		return [this.items.filter((item) => item !== undefined)];
	}

	/** Says how many items went out before it stopped, and which did not: they can be sent again without doubling any. */
	private withProgress(error: ItemError): ItemError {
		if (this.count === 1) return error;
		const indexes = Array.from({ length: this.count }, (_, index) => index);
		const done = indexes.filter((index) => this.items[index] !== undefined);
		const failed = indexes.filter((index) => this.errors.has(index));
		const left = indexes.filter((index) => this.items[index] === undefined && !this.errors.has(index));
		const account = [
			`Of ${String(this.count)} items, ${String(done.length)} were done`,
			failed.length > 0 && `${String(failed.length)} failed (item ${toRanges(failed)})`,
			left.length > 0 && `${String(left.length)} were not started (item ${toRanges(left)})`,
		];
		error.description = [error.description, `${account.filter(Boolean).join(', ')}.`]
			.filter(Boolean)
			.join(' ');
		return error;
	}

	/** Gives any error the node, the item and, where it came from a field, the advice. */
	private toItemError(error: unknown, itemIndex: number): ItemError {
		if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
		const node = this.context.getNode();
		if (error instanceof FieldError) return toFieldError(node, error, itemIndex);
		if (error instanceof InvalidUrlError) {
			const advice = 'Correct the ID: it is not one that Jelou could have given.';
			return toFieldError(node, { message: error.message, advice }, itemIndex);
		}
		return new NodeOperationError(node, error instanceof Error ? error : String(error), { itemIndex });
	}
}
