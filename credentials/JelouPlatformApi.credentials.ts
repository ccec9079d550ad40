import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { authenticatePlatform } from '../nodes/Jelou/shared/authenticate';
import { PLATFORM_ENVIRONMENTS, PLATFORM_URL } from '../nodes/Jelou/shared/environments';
import { WITH_OWN_URLS, plainHttpNotice } from '../nodes/Jelou/shared/plainHttpNotice';

/**
 * An account at Jelou, for its platform API: WhatsApp templates, buttons, a user's history and state.
 * Tested by the Jelou node (`shared/credentialTest.ts`).
 */
export class JelouPlatformApi implements ICredentialType {
	name = 'jelouPlatformApi';

	displayName = 'Jelou Platform API';

	icon = { light: 'file:../icons/jelou.svg', dark: 'file:../icons/jelou.dark.svg' } as const;

	documentationUrl =
		'https://github.com/n8n-nodes-jelou/n8n-nodes-jelou/blob/main/docs/reference.md#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'Client ID',
			name: 'clientId',
			type: 'string',
			default: '',
			required: true,
		},
		{
			displayName: 'Client Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Not the signing secret',
		},
		{
			displayName: 'Environment',
			name: 'environment',
			type: 'options',
			options: PLATFORM_ENVIRONMENTS.map(({ label, value }) => ({ name: label, value })),
			default: 'production',
			description: 'Choose Custom for the sandbox or a proxy',
		},
		{
			displayName: 'Platform URL',
			name: 'platformUrl',
			type: 'string',
			default: PLATFORM_URL,
			displayOptions: { show: { environment: WITH_OWN_URLS } },
		},
		plainHttpNotice('platformUrl', 'Platform URL'),
	];

	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => await Promise.resolve(authenticatePlatform(credentials, requestOptions));
}
