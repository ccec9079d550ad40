import type { IDataObject } from 'n8n-workflow';

import { readIds } from '../ids';
import type { PlatformApi, PlatformOperation } from '../operation';
import { limitUnlessAll, options, readLimit, returnAll } from '../options';
import { botId } from '../properties';
import { entriesOf, templatesRequest } from './templates';

const PAGE_SIZE = 50;

async function readPages(api: PlatformApi, bot: string, max: number) {
	const found: IDataObject[] = [];
	for (let page = 1; found.length < max; page++) {
		const entries = entriesOf(await api.call(templatesRequest(bot, { page, limit: PAGE_SIZE })));
		// There are no more, or Jelou gives the same page again and would do so forever.
		if (JSON.stringify(entries) === JSON.stringify(found.slice(-PAGE_SIZE))) break;
		found.push(...entries);
		if (entries.length !== PAGE_SIZE) break;
	}
	return found.slice(0, max);
}

/** Lists the templates of a bot (the platform API's page "List templates"). */
export const getMany: PlatformOperation = {
	kind: 'platform',
	menu: {
		name: 'Get Many',
		action: 'Get many templates',
		description: 'List the WhatsApp templates of a bot',
	},
	properties: [botId, returnAll, limitUnlessAll, options('platform')],
	prepare(item) {
		const max = readLimit(item);
		const { botId: bot } = readIds(item, 'botId');
		return { run: async (api) => await readPages(api, bot, max) };
	},
};
