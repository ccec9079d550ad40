import { options } from '../options';
import type { RequestOperation } from '../operation';
import { additionalFields, integrationBody, webhookUrl } from './webhook';
import { FieldError } from '../../shared/errors';
import { projectPath } from '../../shared/endpoints';

/** Changes the integration; it keeps its signing secret (Jelou's page "Update integration"). */
export const update: RequestOperation = {
	kind: 'request',
	menu: {
		name: 'Update',
		action: 'Update the integration',
		description: "Change the project's webhook",
	},
	properties: [
		{ ...webhookUrl, description: 'Leave empty to keep the current one' },
		additionalFields,
		options('request'),
	],
	buildRequest(item, context) {
		const body = integrationBody(item, context);
		if (Object.keys(body).length === 0) {
			throw new FieldError('Webhook URL is empty', 'Fill in Webhook URL, or add a field to change.');
		}
		return {
			target: 'gateway',
			method: 'PATCH',
			path: projectPath(context.projectId),
			body,
		};
	},
};
