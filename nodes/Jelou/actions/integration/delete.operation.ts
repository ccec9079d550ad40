import { options } from '../options';
import type { Operation } from '../operation';
import { projectPath } from '../../shared/endpoints';

/** Deletes the integration, and its signing secret with it, for good (Jelou's page "Delete integration"). */
export const deleteIntegration: Operation = {
	menu: {
		name: 'Delete',
		action: 'Delete the integration',
		description: "Remove the project's webhook and its signing secret for good",
	},
	properties: [
		{
			displayName:
				'This cannot be undone: Jelou stops sending events, and the signing secret is lost. A new integration gets a new one.',
			name: 'deleteNotice',
			type: 'notice',
			default: '',
		},
		options(),
	],
	buildRequest(_item, { projectId }) {
		return { target: 'gateway', method: 'DELETE', path: projectPath(projectId) };
	},
	// As every n8n node says that something was deleted.
	extraOutput: () => ({ deleted: true }),
};
