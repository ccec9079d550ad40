import type { IDataObject } from 'n8n-workflow';

import { FieldError } from '../../shared/errors';
import { isObject } from '../../shared/json';
import { isBlank } from '../../shared/text';
import type { JelouResponse } from '../../shared/types';
import type { PlatformRequest } from '../operation';
import { toId } from '../origin';

/** A bot's template, as far as sending it requires. */
interface Template {
	/** WhatsApp's name for it. */
	name: string;
	/** For example `es` or `es_MX`; `''` where Jelou does not say. */
	language: string;
	/** What a person calls it. */
	label: string;
	category: string;
	/** `''` where Jelou does not say. */
	status: string;
	/** With placeholders such as `{{1}}`. */
	text: string;
	/** In order: the name of the placeholder, and its label for a person. */
	parameters: Array<{ id: string; label: string }>;
}

/** The request for a bot's templates. */
export function templatesRequest(botId: string, query: PlatformRequest['query']): PlatformRequest {
	return { method: 'GET', path: ['v1', 'bots', botId, 'templates'], query };
}

/** The request for the chosen one among them, see `findTemplate`. */
export function chosenRequest(botId: string, chosen: string): PlatformRequest {
	return templatesRequest(botId, { query: chosen.split(':')[0] ?? '', limit: 100 });
}

/** The entries of a list, which Jelou documents under two names. */
export function entriesOf({ envelope: { data, results } }: JelouResponse): IDataObject[] {
	const list = Array.isArray(data) ? data : results;
	return Array.isArray(list) ? list.filter(isObject) : [];
}

function parametersOf({ params, paramsNumber }: IDataObject): Template['parameters'] {
	const given: unknown[] = Array.isArray(params) ? params : [];
	const count = given.length > 0 ? given.length : Number(paramsNumber) || 0;
	return Array.from({ length: count }, (_, n) => {
		const each = given[n];
		const { label, param } = isObject(each) ? each : {};
		const id = toId(param) || String(n + 1);
		return { id, label: toId(label) || `Parameter ${id}` };
	});
}

/** The templates in Jelou's response, in either of its documented shapes. */
export function readTemplates(response: JelouResponse): Template[] {
	return entriesOf(response).map((entry) => ({
		name: toId(entry.elementName),
		// Jelou's list has `EN` where its example of sending has `en`.
		language: toId(entry.language).replace(/^[A-Z]+/, (code) => code.toLowerCase()),
		label: toId(entry.displayName) || toId(entry.elementName),
		category: toId(entry.category),
		status: toId(entry.status),
		text: typeof entry.template === 'string' ? entry.template : '',
		parameters: parametersOf(entry),
	}));
}

/** What the node saves of the chosen one: several languages of a template have the same name. */
export function keyOf({ language, name }: Template): string {
	return language === '' ? name : `${name}:${language}`;
}

/**
 * Finds the chosen template.
 *
 * @param chosen its name, or its name and language as `keyOf` gives them
 * @throws FieldError when there is none, or more than one, or WhatsApp has not approved it
 */
export function findTemplate(templates: readonly Template[], chosen: string): Template {
	const same = (text: string) => text.toLowerCase() === chosen.toLowerCase();
	const found = templates.filter((each) => same(keyOf(each)) || same(each.name));
	const usable = found.filter(({ status }) => status === '' || status === 'APPROVED');
	const [first] = found;
	if (first === undefined) {
		throw new FieldError(`This bot has no template "${chosen}"`, 'Choose it from the list.');
	}
	const [only, ...others] = usable;
	if (only === undefined) {
		throw new FieldError(
			`Template "${chosen}" is not approved`,
			`Its status is ${first.status}. Choose another one.`,
		);
	}
	if (others.length === 0) return only;
	throw new FieldError(
		`Template "${chosen}" exists in several languages`,
		`Enter one of ${usable.map(keyOf).join(', ')}.`,
	);
}

/**
 * The values of a template's parameters, in the template's order.
 *
 * @throws FieldError naming one that is empty, or that the template does not have
 */
export function parameterValues(template: Template, given: IDataObject): string[] {
	const filled = Object.keys(given).filter((id) => !isBlank(toId(given[id])));
	const unknownId = filled.find((id) => !template.parameters.some((parameter) => parameter.id === id));
	if (unknownId !== undefined) {
		throw new FieldError(
			`Parameters has "${unknownId}", which the template does not have`,
			'Refresh Parameters in the node.',
		);
	}
	return template.parameters.map(({ id, label }) => {
		if (filled.includes(id)) return toId(given[id]);
		throw new FieldError(`Parameter "${label}" is empty`, 'Fill it in.');
	});
}

/** The text as the customer reads it. */
export function filledText({ parameters, text }: Template, values: readonly string[]): string {
	const all = new Map(parameters.map(({ id }, n) => [id, values[n] ?? '']));
	return text.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, id: string) => all.get(id) ?? whole);
}
