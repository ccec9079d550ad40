import { options } from '../options';
import type { Operation } from '../operation';
import { projectPath } from '../../shared/endpoints';

/** Reads the project's integration and its webhook URL (Jelou's page "Get integration"). Never shows the secret. */
export const get: Operation = {
	menu: {
		name: 'Get',
		action: 'Get the integration',
		description: "Read where the project's webhook points",
	},
	properties: [options()],
	buildRequest(_item, { projectId }) {
		return { target: 'gateway', method: 'GET', path: projectPath(projectId) };
	},
};
