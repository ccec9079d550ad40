import type { IDataObject } from 'n8n-workflow';

import { FieldError } from '../../shared/errors';
import { isObject } from '../../shared/json';
import { isBlank } from '../../shared/text';
import type { JelouResponse } from '../../shared/types';
import type { PlatformRequest } from '../operation';
import { toId } from '../origin';

/** A template of a bot, as far as its sending needs it. */
export interface Template {
	/** WhatsApp's name of it. */
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
	/** In order: what the placeholder is called, and what it is of. */
	parameters: Array<{ id: string; label: string }>;
}

/** Where a bot's templates are. */
export function templatesRequest(botId: string, query: PlatformRequest['query']): PlatformRequest {
	return { method: 'GET', path: ['v1', 'bots', botId, 'templates'], query };
}

/** Where to look for the chosen one, see `findTemplate`. */
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

/** The templates in Jelou's answer, in either of its documented shapes. */
export function readTemplates(answer: JelouResponse): Template[] {
	return entriesOf(answer).map((entry) => ({
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

/** What the node keeps of the chosen one: WhatsApp has a template of a name in several languages. */
export function keyOf({ language, name }: Template): string {
	return language === '' ? name : `${name}:${language}`;
}

/**
 * The template that was chosen.
 *
 * @param chosen its name, or its name and language as `keyOf` gives them
 * @throws FieldError where there is none, more than one, or WhatsApp does not allow it now
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
 * The values of a template's parameters, in its order.
 *
 * @throws FieldError naming one that is empty, or that the template does not have
 */
export function parameterValues(template: Template, given: IDataObject): string[] {
	const filled = Object.keys(given).filter((id) => !isBlank(toId(given[id])));
	const stranger = filled.find((id) => !template.parameters.some((parameter) => parameter.id === id));
	if (stranger !== undefined) {
		throw new FieldError(
			`Parameters has "${stranger}", which the template does not have`,
			'Refresh Parameters in the node.',
		);
	}
	return template.parameters.map(({ id, label }) => {
		if (filled.includes(id)) return toId(given[id]);
		throw new FieldError(`Parameter "${label}" is empty`, 'Fill it in.');
	});
}

/** What the customer reads. */
export function filledText({ parameters, text }: Template, values: readonly string[]): string {
	const all = new Map(parameters.map(({ id }, n) => [id, values[n] ?? '']));
	return text.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, id: string) => all.get(id) ?? whole);
}
