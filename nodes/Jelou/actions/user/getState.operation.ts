import type { PlatformOperation } from '../operation';
import { readIds } from '../ids';
import { options } from '../options';
import { userId } from '../properties';

/** Reads whether Jelou's own bot answers a user (the platform API's page "User state"). */
export const getState: PlatformOperation = {
	kind: 'platform',
	menu: {
		name: 'Get State',
		action: 'Get the state of a user',
		description: "Read whether Jelou's own bot answers a user, or people do",
	},
	properties: [userId, options('platform')],
	prepare(item) {
		const { userId: user } = readIds(item, 'userId');
		return {
			async run(api) {
				const { data } = await api.call({ method: 'GET', path: ['v1', 'users', user, 'state'] });
				return { ...data, contact: { id: user } };
			},
		};
	},
};
