import { options } from '../options';
import type { Operation } from '../operation';
import { additionalFields, integrationBody, webhookUrl } from './webhook';
import { projectPath } from '../../shared/endpoints';

/** Creates the project's integration (Jelou's page "Create integration"). The answer shows the signing secret, once. */
export const create: Operation = {
	menu: {
		name: 'Create',
		action: 'Create the integration',
		description: "Set the project's webhook and get its signing secret",
	},
	properties: [
		{
			displayName:
				'The output holds the signing secret, which Jelou never shows again: paste it into the Jelou credential.',
			name: 'secretNotice',
			type: 'notice',
			default: '',
		},
		{ ...webhookUrl, required: true },
		additionalFields,
		options(),
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
