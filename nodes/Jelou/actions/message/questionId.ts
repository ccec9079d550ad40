import type { IExecuteFunctions, INode } from 'n8n-workflow';

import { FieldError } from '../../shared/errors';

/** Where a waiting node keeps the ID of its question, in n8n's data for the run. */
const CONTEXT_KEY = 'jelouQuestion';

/** The names of nodes for which n8n has found a question again. It builds an isolate for an expression. */
const found = new Set<string>();

interface RunContext {
	getNode(): INode;
	evaluateExpression(expression: string, itemIndex?: number): unknown;
}

/**
 * A string literal for an expression, with every character escaped: n8n refuses some words, and a brace would end the
 * expression.
 */
function literal(text: string): string {
	const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
	return `"${text.replace(/[^]/g, escaped)}"`;
}

/** The ID of the question that the node waits for, as it is kept with the run. */
export function keptQuestion(context: RunContext): unknown {
	return context.evaluateExpression(`{{ $(${literal(context.getNode().name)}).context.${CONTEXT_KEY} }}`);
}

/**
 * Keeps the ID of a question with the run, so that an answer to another of its questions is not taken for one to this.
 *
 * @throws FieldError when it could not be found again, so that no answer would be taken
 */
export function keepQuestion(context: IExecuteFunctions, id: string): void {
	context.getContext('node')[CONTEXT_KEY] = id;
	const { name } = context.getNode();
	if (found.has(name)) return;
	try {
		if (keptQuestion(context) === id) return void found.add(name);
	} catch {
		// Nothing was read, which is refused below.
	}
	throw new FieldError(
		`n8n cannot take an answer for a node named "${name}"`,
		'Rename the node, for example to "Ask". Nothing was sent.',
	);
}
