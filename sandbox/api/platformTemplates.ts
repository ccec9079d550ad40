import type { FastifyInstance } from 'fastify';
import { readJson } from '../http/json';
import type { PlatformShape } from '../options';
import type { Store } from '../store';
import { filled } from '../templates';
import {
	TEMPLATE_CATEGORIES,
	TEMPLATE_STATUSES,
	type Choice,
	type MediaHeader,
	type PlatformParts,
	type Project,
	type Template,
} from '../types';
import { projectOf } from './authenticate';
import { PLATFORM } from './document';
import { botOf } from './platformAccount';
import { wrongFields, type Texts } from './platformErrors';
import { newMessageId } from './platformMessages';
import { countIn, textIn, wordIn, type Query } from './platformQuery';

/** Neither is documented. */
const PAGE = { usual: 10, most: 100 };
/** When all templates were created. */
const MADE_AT = '2026-01-15T15:00:00.000Z';

interface NewTemplateMessage {
	elementName: string;
	destinations: string[];
	type?: 'text' | MediaHeader['type'];
	language: string;
	parameters?: string[];
	mediaUrl?: string;
	filename?: string;
	buttonPayloads?: Array<{ payload?: unknown }>;
}

function newer({ category, displayName, elementName, language, params, status, template }: Template) {
	return {
		...{ template, displayName, elementName, params },
		paramsNumber: params.length,
		isVisible: true,
		...{ language, status, category },
		createdAt: MADE_AT,
		updatedAt: MADE_AT,
	};
}

/** The older form, without status and category. */
function older(project: Project, botId: string, listed: Template) {
	const { displayName, elementName, language, params, template } = listed;
	return {
		id: project.templates.indexOf(listed) + 1,
		...{ template, displayName, elementName },
		companyId: 1,
		botId,
		paramsNumber: params.length,
		params,
		type: 'HSM',
		language,
		isVisible: true,
		shouldAssign: false,
		teamId: null,
	};
}

function listed({ templates }: Project, query: Query): Template[] {
	const wanted = textIn(query, 'query').toLowerCase();
	const status = wordIn(query, 'status', TEMPLATE_STATUSES);
	const category = wordIn(query, 'category', TEMPLATE_CATEGORIES);
	return templates.filter(
		(each) =>
			[each.elementName, each.displayName, each.template].some((text) =>
				text.toLowerCase().includes(wanted),
			) &&
			(status === undefined || each.status === status) &&
			(category === undefined || each.category === category),
	);
}

/**
 * The template to send; everything that Jelou documents as required must be given. How Jelou refuses anything else is not
 * documented; here, an unknown name or language is a 422, not a 404.
 */
function templateFor({ templates }: Project, given: NewTemplateMessage): Template {
	const { elementName, language, mediaUrl, parameters = [], type = 'text' } = given;
	const named = templates.filter((each) => each.elementName === elementName);
	const template = named.find((each) => each.language.toLowerCase() === language.toLowerCase());
	const refuse = (field: string, texts: Texts) => wrongFields({ [field]: [texts] });
	if (named.length === 0) {
		throw refuse('elementName', { es: 'no existe', en: 'does not exist', pt: 'não existe' });
	}
	if (!template) {
		throw refuse('language', {
			es: `no es un idioma de ${elementName}`,
			en: `is no language of ${elementName}`,
			pt: `não é um idioma de ${elementName}`,
		});
	}
	const { header = 'text', params, status } = template;
	if (status !== 'APPROVED') {
		throw refuse('elementName', {
			es: `no está aprobada: su estado es ${status}`,
			en: `is not approved: its status is ${status}`,
			pt: `não está aprovado: o status é ${status}`,
		});
	}
	if (parameters.length !== params.length) {
		const [needed, given] = [String(params.length), String(parameters.length)];
		throw refuse('parameters', {
			es: `debe tener ${needed} valores, no ${given}`,
			en: `must have ${needed} values, not ${given}`,
			pt: `deve ter ${needed} valores, não ${given}`,
		});
	}
	if (type !== header)
		throw refuse('type', { es: `debe ser ${header}`, en: `must be ${header}`, pt: `deve ser ${header}` });
	if (header !== 'text' && mediaUrl === undefined) {
		throw refuse('mediaUrl', { es: 'es obligatorio', en: 'is required', pt: 'é obrigatório' });
	}
	return template;
}

function buttonsOf({ buttons = [] }: Template, { buttonPayloads = [] }: NewTemplateMessage): Choice[] {
	return buttons.map((title, index) => {
		const payload = buttonPayloads[index]?.payload;
		return { title, ...(typeof payload === 'string' && { payload }) };
	});
}

function partsOf(template: Template, given: NewTemplateMessage): PlatformParts {
	const { elementName: name, header, language } = template;
	const { filename, mediaUrl: url } = given;
	const buttons = buttonsOf(template, given);
	return {
		template: { name, language },
		...(header && url && { header: { type: header, url, ...(filename !== undefined && { filename }) } }),
		...(buttons.length > 0 && { buttons }),
	};
}

/** WhatsApp templates. They can be sent to any number, but are shown only if one of the project's users has it. */
export function templateRoutes(app: FastifyInstance, store: Store, shape: PlatformShape): void {
	app.route<{ Params: { botId: string }; Querystring: Query }>({
		...PLATFORM.routeOf('listTemplates'),
		handler: (request) => {
			const { query } = request;
			const project = projectOf(request);
			const bot = botOf(project, request.params.botId);
			const all = listed(project, query);
			const limit = countIn(query, 'limit', PAGE.usual, PAGE.most);
			const offset = (countIn(query, 'page', 1) - 1) * limit;
			const page = all.slice(offset, offset + limit);
			if (shape === 'newer') return { data: page.map(newer) };
			const total = all.length;
			return {
				pagination: { limit, total, offset, totalPages: Math.ceil(total / limit) },
				results: page.map((each) => older(project, bot.id, each)),
				links: [],
			};
		},
	});

	app.route<{ Params: { botId: string }; Body: NewTemplateMessage }>({
		...PLATFORM.routeOf('sendTemplate'),
		preValidation: readJson,
		handler: (request) => {
			const { body } = request;
			const project = projectOf(request);
			const bot = botOf(project, request.params.botId);
			const template = templateFor(project, body);
			const text = { type: 'text' as const, content: { body: filled(template, body.parameters ?? []) } };
			const parts = partsOf(template, body);
			const sent = body.destinations.map((destination) => {
				const user = project.users.find(({ id }) => id === destination);
				const id = newMessageId();
				if (user) store.addMessage(store.roomOf(project, bot, user), 'agent', text, id, parts);
				return { id, destination, isShown: user !== undefined };
			});
			const unseen = sent.filter(({ isShown }) => !isShown).map(({ destination }) => destination);
			if (unseen.length > 0) {
				request.info.note = `Accepted, but not shown in any chat: no customer here has the number ${unseen.join(', ')}`;
			}
			return sent.map(({ destination, id }) => ({ id, destination }));
		},
	});
}
