import { integration } from '../../nodes/Jelou/actions/integration';
import { itemWith } from './support/item';
import { FieldError } from '../../nodes/Jelou/shared/errors';

const { create, delete: deleteIntegration, get, update } = integration.operations;
const production = { projectId: 'p', allowsPlainHttp: false, timezone: 'UTC' };
const custom = { projectId: 'p', allowsPlainHttp: true, timezone: 'UTC' };
const path = ['v1', 'external-support', 'p'];
const url = 'https://n8n.example.com/webhook';

test('each operation of an integration is the documented request', () => {
	const item = itemWith({ webhookUrl: ` ${url} ` });
	const body = { webhookUrl: url };
	expect(create.buildRequest(item, production)).toEqual({ target: 'gateway', method: 'POST', path, body });
	expect(update.buildRequest(item, production)).toEqual({ target: 'gateway', method: 'PATCH', path, body });
	expect(get.buildRequest(item, production)).toEqual({ target: 'gateway', method: 'GET', path });
	expect(deleteIntegration.buildRequest(item, production)).toEqual({
		target: 'gateway',
		method: 'DELETE',
		path,
	});
});

test('the authentication type and authorization are sent as documented', () => {
	const additionalFields = { authType: 'bearer', authorization: 'token' };
	expect(create.buildRequest(itemWith({ webhookUrl: url, additionalFields }), production).body).toEqual({
		webhookUrl: url,
		...additionalFields,
	});
	expect(
		update.buildRequest(itemWith({ additionalFields: { authType: 'no_auth' } }), production).body,
	).toEqual({
		authType: 'no_auth',
	});
});

test('a webhook on plain HTTP is accepted in a custom environment only', () => {
	const item = itemWith({ webhookUrl: 'http://127.0.0.1:5678/webhook' });
	expect(() => create.buildRequest(item, production)).toThrow(/^Webhook URL is not an HTTPS URL/);
	expect(create.buildRequest(item, custom).body).toEqual({ webhookUrl: 'http://127.0.0.1:5678/webhook' });
});

test.each([
	['no URL', create, {}, /^Webhook URL is empty/],
	['nothing to change', update, {}, /^Webhook URL is empty/],
	['no URL but text', create, { webhookUrl: 'n8n.example.com' }, /^Webhook URL is not an HTTPS URL/],
	[
		'an authorization without its type',
		update,
		{ additionalFields: { authorization: 'x' } },
		/no Authentication Type/,
	],
	[
		'an authorization with type None',
		update,
		{ additionalFields: { authType: 'no_auth', authorization: 'x' } },
		/no Authentication Type/,
	],
	[
		'a type without authorization',
		update,
		{ additionalFields: { authType: 'basic' } },
		/^Authorization is empty/,
	],
])('%s is refused, naming the field', (_name, operation, values, message) => {
	expect(() => operation.buildRequest(itemWith(values), production)).toThrow(FieldError);
	expect(() => operation.buildRequest(itemWith(values), production)).toThrow(message);
});
