import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { authenticate } from '../nodes/Jelou/shared/authenticate';
import { DEFAULT_URLS } from '../nodes/Jelou/shared/endpoints';

/**
 * A Jelou project: its API key for the gateway, and the signing secret that signs messages and verifies events.
 * Tested by the Jelou node (`shared/credentialTest.ts`), because whether a 404 is good news depends on its body.
 */
export class JelouApi implements ICredentialType {
	name = 'jelouApi';

	displayName = 'Jelou API';

	icon = { light: 'file:../icons/jelou.svg', dark: 'file:../icons/jelou.dark.svg' } as const;

	documentationUrl = 'https://github.com/n8n-nodes-jelou/n8n-nodes-jelou#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'Project ID',
			name: 'projectId',
			type: 'string',
			default: '',
			required: true,
			description: 'The ID of your Jelou project. In Jelou it is part of the external support settings.',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'The API key of the project. It reads and changes the integration and its conversations.',
		},
		{
			displayName: 'Signing Secret',
			name: 'signingSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Jelou shows it once, when the integration is created. Leave it empty if the Jelou Trigger creates the integration and the replies are sent in the same workflow.',
		},
		{
			displayName: 'Environment',
			name: 'environment',
			type: 'options',
			options: [
				{ name: 'Production', value: 'production' },
				{ name: 'Production (Older Gateway Path)', value: 'productionLegacy' },
				{ name: 'Custom', value: 'custom' },
			],
			default: 'production',
			description: 'Which Jelou to talk to. Choose Custom for the sandbox or a proxy.',
		},
		{
			displayName: 'Gateway URL',
			name: 'gatewayUrl',
			type: 'string',
			default: DEFAULT_URLS.gateway,
			displayOptions: { show: { environment: ['custom'] } },
			description: 'Base URL for the integration and its conversations',
		},
		{
			displayName: 'Chatbot URL',
			name: 'chatbotUrl',
			type: 'string',
			default: DEFAULT_URLS.chatbot,
			displayOptions: { show: { environment: ['custom'] } },
			description: 'Base URL for sending messages',
		},
	];

	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => await Promise.resolve(authenticate(credentials, requestOptions));
}
