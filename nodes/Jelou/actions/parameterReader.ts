import type { IExecuteFunctions } from 'n8n-workflow';

import { isObject, valueAt } from '../shared/json';
import { ID_PATHS } from './origin';
import type { ToolInput } from './toolInput';

/** The parameters that say whose conversation it is. */
const IDS = [...Object.keys(ID_PATHS), 'conversationId'];

/** A part of an expression that only reads a field of the item, as the defaults do: `{{ $json.bot.id }}`. */
const FIELD = /\{\{\s*\$json((?:\.[A-Za-z_]\w*)+)\s*\}\}/;
/** Characters that mean something to n8n in the text around fields. */
const SPECIAL = /[{}\\]/;
/** Names that n8n refuses to evaluate, wherever they appear. */
const FORBIDDEN = /constructor|prototype|__proto__/;

/** The paths of fields, and the texts before, between and after them. */
interface Template {
	texts: string[];
	paths: string[];
}

/** Parses an expression; `undefined` if it does anything but read fields. */
function parseTemplate(expression: string): Template | undefined {
	const parts = expression.slice(1).split(FIELD);
	const texts = parts.filter((_, n) => n % 2 === 0);
	const paths = parts.filter((_, n) => n % 2 === 1).map((path) => path.slice(1));
	const isPlain =
		paths.length > 0 && !FORBIDDEN.test(expression) && !texts.some((text) => SPECIAL.test(text));
	return isPlain ? { texts, paths } : undefined;
}

/** The text or number at a path; `undefined` for anything else. */
function fieldAt(item: unknown, path: string): string | number | undefined {
	const value = valueAt(item, path);
	return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

/**
 * Resolves parameters whose expressions only read fields of the item, with or without text around them. Gives what
 * n8n's evaluation gives, without the isolate that n8n evaluates in.
 */
class FieldLookup {
	private readonly templates = new Map<string, Template | undefined>();

	/** The parameter's value, or `undefined` when n8n has to evaluate some of it. */
	resolve(parameter: unknown, item: unknown): unknown {
		if (typeof parameter === 'string')
			return parameter.startsWith('=') ? this.fill(parameter, item) : parameter;
		if (Array.isArray(parameter)) return undefined;
		if (!isObject(parameter)) return parameter;
		const entries = Object.entries(parameter).map(
			([name, value]) => [name, this.resolve(value, item)] as const,
		);
		return entries.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(entries);
	}

	private fill(expression: string, item: unknown): string | number | undefined {
		if (!this.templates.has(expression)) this.templates.set(expression, parseTemplate(expression));
		const template = this.templates.get(expression);
		if (template === undefined) return undefined;
		const values = template.paths.map((path) => fieldAt(item, path));
		if (values.includes(undefined)) return undefined;
		const [only] = values;
		const isAlone = values.length === 1 && template.texts.every((text) => text === '');
		return isAlone ? only : template.texts.map((text, n) => text + String(values[n] ?? '')).join('');
	}
}

type ReaderContext = Pick<IExecuteFunctions, 'getNode' | 'getNodeParameter' | 'getInputData'>;

function hasExpression(value: unknown): boolean {
	if (typeof value === 'string') return value.startsWith('=');
	return typeof value === 'object' && value !== null && Object.values(value).some(hasExpression);
}

/**
 * Reads the node's parameters as cheaply as n8n allows. Evaluating an expression costs a third of a millisecond, and
 * the first one in a run also an isolate; so a parameter without an expression is read once per execution, and
 * expressions that only read fields of the item are looked up without being evaluated. Both give what n8n's evaluation
 * gives.
 */
export class ParameterReader {
	private readonly raw: Record<string, unknown>;
	private readonly constants = new Map<string, unknown>();
	private readonly lookup = new FieldLookup();
	private readonly items: ReturnType<ReaderContext['getInputData']>;

	constructor(
		private readonly context: ReaderContext,
		private readonly tool?: ToolInput,
	) {
		this.raw = context.getNode().parameters;
		this.items = context.getInputData();
	}

	/** The value of a parameter for an item; `''` when the node has no such parameter. */
	read(name: string, itemIndex: number): unknown {
		if (this.constants.has(name)) return this.constants.get(name);
		const raw = this.raw[name];
		const hasExpressions = hasExpression(raw);
		const evaluate = (): unknown => this.context.getNodeParameter(name, itemIndex, '');
		if (hasExpressions && this.tool?.isTool) return this.tool.read(raw, IDS.includes(name), evaluate);
		const found = hasExpressions ? this.lookup.resolve(raw, this.items[itemIndex]?.json) : undefined;
		if (found !== undefined) return found;
		const value = evaluate();
		if (!hasExpressions) this.constants.set(name, value);
		return value;
	}
}
