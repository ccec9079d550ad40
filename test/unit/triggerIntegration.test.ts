import type { IHookFunctions } from 'n8n-workflow';

import { IntegrationApi } from '../../nodes/Jelou/trigger/registration/integrationApi';
import { LOADED } from './support/credential';

const NO_INTEGRATION = '{"statusMessage":"failed","error":{"code":"EXTERNAL_SUPPORT_NOT_FOUND"}}';

/** A Jelou that always gives this response. */
function answering(statusCode: number, body: string): IntegrationApi {
	const httpRequestWithAuthentication = () => Promise.resolve({ statusCode, body, headers: {} });
	const getNode = () => ({ name: 'Jelou Trigger' });
	const context = { helpers: { httpRequestWithAuthentication }, getNode } as unknown as IHookFunctions;
	return new IntegrationApi(context, LOADED);
}

describe.each([
	['reading', 'get', undefined],
	['deleting', 'delete', false],
] as const)('%s the integration', (_name, operation, none) => {
	test("takes Jelou's own 404 for an integration that does not exist", async () => {
		await expect(answering(404, NO_INTEGRATION)[operation]()).resolves.toBe(none);
	});

	test.each(['<html>', '', '{"message":"no route"}'])(
		'takes the 404 of anybody else, %j, for a failure that says nothing',
		async (body) => {
			await expect(answering(404, body)[operation]()).rejects.toMatchObject({ httpCode: '404' });
		},
	);
});

test.each([{}, { signingSecret: '' }, { signingSecret: 7 }])(
	'an integration that Jelou creates with %j, without showing a secret, is a failure',
	async (data) => {
		const integrations = answering(
			200,
			JSON.stringify({ data: { webhookUrl: 'https://x.example', ...data } }),
		);
		await expect(integrations.create('https://x.example')).resolves.toMatchObject({
			ok: false,
			reason: 'unanswered',
			error: { message: expect.stringMatching(/without a signing secret: publish again/) },
		});
	},
);
