import { options } from '../options';
import type { RequestOperation } from '../operation';
import { projectPath } from '../../shared/endpoints';

/** Reads the project's integration and its webhook URL (Jelou's page "Get integration"). Never shows the secret. */
export const get: RequestOperation = {
	kind: 'request',
	menu: {
		name: 'Get',
		action: 'Get the integration',
		description: "Read where the project's webhook points",
	},
	properties: [options('request')],
	buildRequest(_item, { projectId }) {
		return { target: 'gateway', method: 'GET', path: projectPath(projectId) };
	},
};
