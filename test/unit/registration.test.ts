import type {
	IAdditionalCredentialOptions,
	IDataObject,
	IHookFunctions,
	IHttpRequestOptions,
} from 'n8n-workflow';

import { pendingRegistration } from '../../nodes/Jelou/shared/registration';
import { create } from '../../nodes/Jelou/trigger/registration/register';

test('what must be put back is stored before the URL is changed, because that may fail halfway', async () => {
	const stored: IDataObject[] = [];
	const standing = { webhookUrl: 'https://other.example.com/webhook' };
	const httpRequestWithAuthentication = (
		_type: string,
		{ method }: IHttpRequestOptions,
		{ credentialsDecrypted }: IAdditionalCredentialOptions,
	) => {
		stored.push(pendingRegistration(credentialsDecrypted?.data ?? {}));
		return method === 'GET'
			? Promise.resolve({ statusCode: 200, body: { data: standing }, headers: {} })
			: Promise.reject(Object.assign(new Error('broken'), { code: 'ECONNRESET' }));
	};
	const context = {
		getNode: () => ({ id: 'node', name: 'Jelou Trigger' }),
		getCredentials: () => Promise.resolve({ projectId: 'p', apiKey: 'k', signingSecret: 'typed' }),
		getNodeWebhookUrl: () => 'https://n8n.example.com/webhook/id/webhook',
		getWorkflow: () => ({ id: '1', name: 'Test' }),
		getActivationMode: () => 'activate',
		getWorkflowStaticData: () => ({}),
		getNodeParameter: () => true,
		helpers: { httpRequestWithAuthentication },
	};
	await expect(create(context as unknown as IHookFunctions)).rejects.toThrow(/\(ECONNRESET\)/);
	const [asked, changed] = stored;
	expect(asked).toEqual({});
	const { addresses } = JSON.parse(String(changed?.registration)) as { addresses: unknown };
	expect(addresses).toMatchObject([
		{ url: 'https://n8n.example.com/webhook/id/webhook' },
		{ url: standing.webhookUrl },
	]);
});
