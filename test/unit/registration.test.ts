import type { IDataObject, IHookFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { create } from '../../nodes/Jelou/trigger/registration/register';

test('what has to be put back is kept before the URL is changed, because that may fail half-way', async () => {
	const staticData: IDataObject = {};
	const standing = { webhookUrl: 'https://other.example.com/webhook' };
	const httpRequestWithAuthentication = (_type: string, { method }: IHttpRequestOptions) =>
		method === 'GET'
			? Promise.resolve({ statusCode: 200, body: { data: standing }, headers: {} })
			: Promise.reject(Object.assign(new Error('broken'), { code: 'ECONNRESET' }));
	const context = {
		getNode: () => ({ name: 'Jelou Trigger' }),
		getCredentials: () => Promise.resolve({ projectId: 'p', apiKey: 'k', signingSecret: 'typed' }),
		getNodeWebhookUrl: () => 'https://n8n.example.com/webhook/id/webhook',
		getWorkflow: () => ({ id: '1', name: 'Test' }),
		getActivationMode: () => 'activate',
		getWorkflowStaticData: () => staticData,
		getNodeParameter: () => true,
		helpers: { httpRequestWithAuthentication },
	};
	await expect(create(context as unknown as IHookFunctions)).rejects.toThrow(/\(ECONNRESET\)/);
	expect(JSON.stringify(staticData)).toContain(`"previousUrl":"${standing.webhookUrl}"`);
});
