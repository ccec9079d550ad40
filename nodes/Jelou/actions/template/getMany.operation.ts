import type { IDataObject } from 'n8n-workflow';

import { readIds } from '../ids';
import { entryText } from '../itemParameters';
import type { PlatformApi, PlatformOperation } from '../operation';
import { checkNumber, limit, options, returnAll } from '../options';
import { botId } from '../properties';
import { entriesOf, templatesRequest } from './templates';

const PAGE_SIZE = 50;
const STATUSES = ['APPROVED', 'PENDING', 'REJECTED', 'DISABLED', 'DELETED'];

const STATUS_OPTIONS = [
	{ name: 'All', value: '' },
	...STATUSES.map((value) => ({ name: value.charAt(0) + value.slice(1).toLowerCase(), value })),
];

async function readPages(api: PlatformApi, bot: string, filters: Record<string, string>, most: number) {
	const found: IDataObject[] = [];
	for (let page = 1; found.length < most; page++) {
		const entries = entriesOf(await api.call(templatesRequest(bot, { ...filters, page, limit: PAGE_SIZE })));
		found.push(...entries);
		if (entries.length !== PAGE_SIZE) break;
	}
	return found.slice(0, most);
}

/** Lists the templates of a bot (the platform API's page "List templates"). */
export const getMany: PlatformOperation = {
	kind: 'platform',
	menu: {
		name: 'Get Many',
		action: 'Get many templates',
		description: 'List the WhatsApp templates of a bot',
	},
	properties: [
		botId,
		returnAll,
		limit,
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add Filter',
			default: {},
			options: [
				{
					displayName: 'Search',
					name: 'query',
					type: 'string',
					default: '',
				},
				{
					displayName: 'Status',
					name: 'status',
					type: 'options',
					options: STATUS_OPTIONS,
					default: 'APPROVED',
				},
			],
		},
		options('platform'),
	],
	prepare(item) {
		const given = item.collection('filters');
		const filters = {
			query: entryText(given, 'query', 'Search'),
			status: entryText(given, 'status', 'Status'),
		};
		const most = item.value('returnAll') === true ? Infinity : checkNumber(item.value('limit'), limit);
		const { botId: bot } = readIds(item, 'botId');
		return { run: async (api) => await readPages(api, bot, filters, most) };
	},
};
