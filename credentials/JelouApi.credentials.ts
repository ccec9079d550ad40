import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { authenticate } from '../nodes/Jelou/shared/authenticate';
import { DEFAULT_URLS } from '../nodes/Jelou/shared/endpoints';

/** Warns of a URL that is not encrypted, while it is being typed. */
function plainHttpNotice(field: string, label: string): INodeProperties {
	return {
		displayName: `${label} is not HTTPS: what is sent there can be read on the way. Use it for a local sandbox only.`,
		name: `${field}Notice`,
		type: 'notice',
		default: '',
		displayOptions: { show: { environment: ['custom'], [field]: [{ _cnd: { startsWith: 'http://' } }] } },
	};
}

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
			placeholder: 'e.g. 65f1c0ffee65f1c0ffee65f1',
			description: 'The ID of the Jelou project whose conversations you want to work with',
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
				'Signs messages and verifies events. Jelou shows it once, when the integration is created.',
		},
		{
			displayName:
				'Without it: activate a workflow with a Jelou Trigger, which creates the integration, and send replies in that workflow. Test runs, other workflows and queue mode need the secret to send.',
			name: 'replyNotice',
			type: 'notice',
			default: '',
			// The second is what n8n shows the editor for a secret that was saved empty.
			displayOptions: { show: { signingSecret: ['', { _cnd: { startsWith: '__n8n_EMPTY_VALUE' } }] } },
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
		plainHttpNotice('gatewayUrl', 'Gateway URL'),
		{
			displayName: 'Chatbot URL',
			name: 'chatbotUrl',
			type: 'string',
			default: DEFAULT_URLS.chatbot,
			displayOptions: { show: { environment: ['custom'] } },
			description: 'Base URL for sending messages',
		},
		plainHttpNotice('chatbotUrl', 'Chatbot URL'),
	];

	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => await Promise.resolve(authenticate(credentials, requestOptions));
}
