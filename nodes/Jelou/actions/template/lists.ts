import type { ILoadOptionsFunctions, INodeListSearchResult, ResourceMapperFields } from 'n8n-workflow';

import { toFieldError } from '../../shared/apiError';
import { FieldError } from '../../shared/errors';
import { loadPlatformCredential } from '../../shared/platformCredential';
import { call } from '../../shared/transport';
import type { PlatformRequest } from '../operation';
import { toId } from '../origin';
import { chosenRequest, findTemplate, keyOf, readTemplates, templatesRequest } from './templates';

/** What the node's window reads from Jelou while a person fills it in. */

const PAGE_SIZE = 50;

async function fetchTemplates(context: ILoadOptionsFunctions, request: (bot: string) => PlatformRequest) {
	const bot = toId(context.getCurrentNodeParameter('botId'));
	if (bot === '' || bot.startsWith('=')) {
		throw toFieldError(
			context.getNode(),
			new FieldError('Bot ID has no value yet', 'Enter it, or run the Jelou Trigger once.'),
		);
	}
	const credential = await loadPlatformCredential(context);
	const response = await call(context, credential, {
		target: 'platform',
		...request(bot),
	});
	return readTemplates(response);
}

/** The bot's approved templates, a page at a time. */
export async function searchTemplates(
	this: ILoadOptionsFunctions,
	filter = '',
	paginationToken = '1',
): Promise<INodeListSearchResult> {
	const page = Number(paginationToken);
	const query = { query: filter, status: 'APPROVED', page, limit: PAGE_SIZE };
	const templates = await fetchTemplates(this, (bot) => templatesRequest(bot, query));
	return {
		results: templates.map((template) => ({
			name: `${template.label} (${[template.language, template.category].filter(Boolean).join(', ').toLowerCase()})`,
			value: keyOf(template),
		})),
		...(templates.length === PAGE_SIZE && { paginationToken: String(page + 1) }),
	};
}

/** The parameters of the chosen template, under its own labels. */
export async function getTemplateParameters(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const chosen = toId(this.getCurrentNodeParameter('template', { extractValue: true }));
	if (chosen === '') return { fields: [] };
	const templates = await fetchTemplates(this, (bot) => chosenRequest(bot, chosen));
	const { parameters } = findTemplate(templates, chosen);
	return {
		fields: parameters.map(({ id, label }) => ({
			id,
			displayName: label,
			defaultMatch: false,
			required: true,
			display: true,
			type: 'string',
		})),
	};
}
