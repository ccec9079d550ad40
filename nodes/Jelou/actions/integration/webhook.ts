import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { entryText, type ItemParameters } from '../itemParameters';
import type { BuildContext } from '../operation';
import { FieldError } from '../../shared/errors';

/** What creating and updating an integration share. */

export const webhookUrl: INodeProperties = {
	displayName: 'Webhook URL',
	name: 'webhookUrl',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://n8n.example.com/webhook/jelou',
	description: 'Public HTTPS address that Jelou posts events of the project to',
};

export const additionalFields: INodeProperties = {
	displayName: 'Additional Fields',
	name: 'additionalFields',
	type: 'collection',
	placeholder: 'Add Field',
	default: {},
	options: [
		{
			displayName: 'Authentication Type',
			name: 'authType',
			type: 'options',
			options: [
				{ name: 'API Key', value: 'api_key', description: 'Sent as X-API-Key' },
				{ name: 'Basic', value: 'basic', description: 'Sent as Authorization: Basic' },
				{ name: 'Bearer', value: 'bearer', description: 'Sent as Authorization: Bearer' },
				{ name: 'None', value: 'no_auth' },
			],
			default: 'no_auth',
			description: 'How Jelou authenticates to the webhook, besides its signature',
		},
		{
			displayName: 'Authorization',
			name: 'authorization',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'The token, key or password that Jelou sends to the webhook',
		},
	],
};

function authenticationOf(fields: IDataObject): IDataObject {
	const authType = entryText(fields, 'authType', 'Authentication Type');
	const authorization = entryText(fields, 'authorization', 'Authorization');
	if (authorization !== '' && (authType === '' || authType === 'no_auth')) {
		throw new FieldError(
			'Authorization has no Authentication Type',
			'Add Authentication Type and choose any but None.',
		);
	}
	if (authorization === '' && authType !== '' && authType !== 'no_auth') {
		throw new FieldError(
			'Authorization is empty',
			'Enter the token, key or password that Jelou sends to the webhook.',
		);
	}
	return { ...(authType === '' ? {} : { authType }), ...(authorization === '' ? {} : { authorization }) };
}

/**
 * The body that creates or updates an integration.
 *
 * @throws FieldError for a webhook URL that is not HTTPS, or an authorization without its type
 */
export function integrationBody(item: ItemParameters, { allowsPlainHttp }: BuildContext): IDataObject {
	const url = item.text('webhookUrl', 'Webhook URL').trim();
	const protocols = allowsPlainHttp ? ['https:', 'http:'] : ['https:'];
	if (url !== '' && !(URL.canParse(url) && protocols.includes(new URL(url).protocol))) {
		throw new FieldError(
			'Webhook URL is not an HTTPS URL',
			'Jelou posts only to HTTPS: enter a URL that starts with https://.',
		);
	}
	return {
		...(url === '' ? {} : { webhookUrl: url }),
		...authenticationOf(item.collection('additionalFields')),
	};
}
