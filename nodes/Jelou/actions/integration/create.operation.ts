import { options } from '../options';
import type { RequestOperation } from '../operation';
import { additionalFields, integrationBody, webhookUrl } from './webhook';
import { projectPath } from '../../shared/endpoints';

/**
 * Creates the project's integration (Jelou's page "Create integration"). Only the response to this shows the signing
 * secret.
 */
export const create: RequestOperation = {
	kind: 'request',
	menu: {
		name: 'Create',
		action: 'Create the integration',
		description: "Set up the project's webhook",
	},
	properties: [
		{
			displayName: 'Jelou shows the signing secret only in this output: paste it into the Jelou credential.',
			name: 'secretNotice',
			type: 'notice',
			default: '',
		},
		{ ...webhookUrl, required: true },
		additionalFields,
		options('request'),
	],
	buildRequest(item, context) {
		item.required('webhookUrl', 'Webhook URL');
		return {
			target: 'gateway',
			method: 'POST',
			path: projectPath(context.projectId),
			body: integrationBody(item, context),
		};
	},
};
