import { options } from '../options';
import type { RequestOperation } from '../operation';
import { projectPath } from '../../shared/endpoints';

/** Permanently deletes the integration and its signing secret (Jelou's page "Delete integration"). */
export const deleteIntegration: RequestOperation = {
	kind: 'request',
	menu: {
		name: 'Delete',
		action: 'Delete the integration',
		description: "Delete the project's webhook and its signing secret",
	},
	properties: [
		{
			displayName: 'This cannot be undone.',
			name: 'deleteNotice',
			type: 'notice',
			default: '',
		},
		options('request'),
	],
	buildRequest(_item, { projectId }) {
		return { target: 'gateway', method: 'DELETE', path: projectPath(projectId) };
	},
	// As n8n's own nodes report a deletion.
	extraOutput: () => ({ deleted: true }),
};
