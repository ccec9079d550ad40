import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { authenticate } from '../nodes/Jelou/shared/authenticate';
import { ENVIRONMENTS, PRODUCTION_URLS } from '../nodes/Jelou/shared/environments';
import { WITH_OWN_URLS, plainHttpNotice } from '../nodes/Jelou/shared/plainHttpNotice';
import { REGISTRATION_FIELD, pendingRegistration } from '../nodes/Jelou/shared/registration';

/**
 * A Jelou project: its API key for the gateway, and the signing secret that signs messages and verifies events, typed
 * by the user or stored by the trigger that received it. Tested by the Jelou node (`shared/credentialTest.ts`), because
 * whether a 404 is good news depends on its body.
 */
export class JelouApi implements ICredentialType {
	name = 'jelouApi';

	displayName = 'Jelou API';

	icon = { light: 'file:../icons/jelou.svg', dark: 'file:../icons/jelou.dark.svg' } as const;

	documentationUrl =
		'https://github.com/n8n-nodes-jelou/n8n-nodes-jelou/blob/main/docs/reference.md#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'Project ID',
			name: 'projectId',
			type: 'string',
			default: '',
			required: true,
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
		},
		{
			displayName: 'Signing Secret',
			name: 'signingSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Signs messages and verifies events. The connection test cannot check it.',
		},
		{
			displayName:
				'Leave it empty: publishing a workflow with a Jelou Trigger stores it here. Enter it only if the integration was created elsewhere.',
			name: 'replyNotice',
			type: 'notice',
			default: '',
			// The second value is what n8n gives the editor for a secret that was saved empty.
			displayOptions: { show: { signingSecret: ['', { _cnd: { startsWith: '__n8n_EMPTY_VALUE' } }] } },
		},
		{
			displayName: 'Environment',
			name: 'environment',
			type: 'options',
			options: ENVIRONMENTS.map(({ label, value }) => ({ name: label, value })),
			default: 'production',
			description: 'Choose Custom for the sandbox or a proxy',
		},
		{
			displayName: 'Gateway URL',
			name: 'gatewayUrl',
			type: 'string',
			default: PRODUCTION_URLS.gateway,
			displayOptions: { show: { environment: WITH_OWN_URLS } },
			description: 'For the integration and its conversations',
		},
		plainHttpNotice('gatewayUrl', 'Gateway URL'),
		{
			displayName: 'Chatbot URL',
			name: 'chatbotUrl',
			type: 'string',
			default: PRODUCTION_URLS.chatbot,
			displayOptions: { show: { environment: WITH_OWN_URLS } },
			description: 'For sending messages',
		},
		plainHttpNotice('chatbotUrl', 'Chatbot URL'),
		{
			displayName: 'Registration',
			name: REGISTRATION_FIELD,
			type: 'hidden',
			// `password`: the editor gets a placeholder for it, so that nobody can read it there. `expirable`: n8n calls
			// `preAuthentication`.
			typeOptions: { expirable: true, password: true },
			default: '',
		},
	];

	/** Gives n8n what a trigger knows about the project's integration. n8n stores it in the credential, encrypted. */
	preAuthentication = async (credentials: ICredentialDataDecryptedObject): Promise<IDataObject> =>
		await Promise.resolve(pendingRegistration(credentials));

	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => await Promise.resolve(authenticate(credentials, requestOptions));
}
