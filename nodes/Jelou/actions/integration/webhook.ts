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
	description: 'Public HTTPS address that Jelou posts events to',
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
				{ name: 'Basic', value: 'basic' },
				{ name: 'Bearer', value: 'bearer' },
				{ name: 'None', value: 'no_auth' },
			],
			default: 'no_auth',
			description: 'Besides its signature',
		},
		{
			displayName: 'Authorization',
			name: 'authorization',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Token, key or password',
		},
	],
};

function authenticationOf(fields: IDataObject): IDataObject {
	const authType = entryText(fields, 'authType', 'Authentication Type');
	const authorization = entryText(fields, 'authorization', 'Authorization');
	if (authorization !== '' && (authType === '' || authType === 'no_auth')) {
		throw new FieldError('Authorization has no Authentication Type', 'Choose an Authentication Type.');
	}
	if (authorization === '' && authType !== '' && authType !== 'no_auth') {
		throw new FieldError('Authorization is empty', 'Enter the token, key or password.');
	}
	return { ...(authType === '' ? {} : { authType }), ...(authorization === '' ? {} : { authorization }) };
}

/**
 * The body that creates or updates an integration.
 *
 * @throws FieldError for a webhook URL that is not HTTPS, or an authorization or its type without the other
 */
export function integrationBody(item: ItemParameters, { allowsPlainHttp }: BuildContext): IDataObject {
	const url = item.text('webhookUrl', 'Webhook URL').trim();
	const protocols = allowsPlainHttp ? ['https:', 'http:'] : ['https:'];
	if (url !== '' && !(URL.canParse(url) && protocols.includes(new URL(url).protocol))) {
		throw new FieldError('Webhook URL is not an HTTPS URL', 'Enter a URL that starts with https://.');
	}
	return {
		...(url === '' ? {} : { webhookUrl: url }),
		...authenticationOf(item.collection('additionalFields')),
	};
}
