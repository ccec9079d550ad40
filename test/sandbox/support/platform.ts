import { DEMO_PROJECT, type Sandbox, type SandboxOptions } from '../../../sandbox';
import { call, record, SOME_TEXT, start, textWith, type Answer } from '.';

export const ANA = '593990000001';
export const LUIS = '593990000002';
const PROJECT = { ...DEMO_PROJECT, id: 'PROJECT_ID', apiKey: 'key-1' };
const OTHER = { ...PROJECT, id: 'OTHER', clientId: 'other-client', clientSecret: 'sé:cret' };
export const MESSAGES = '/v1/bots/demo-bot/messages';
export const HSM = '/v2/whatsapp/demo-bot/hsm';

export const basic = (client: string) => `Basic ${Buffer.from(client).toString('base64')}`;
export const AUTHORIZATION = basic('PROJECT_ID-client:PROJECT_ID-client-secret');
export const OTHER_AUTHORIZATION = basic(`${OTHER.clientId}:${OTHER.clientSecret}`);

export async function ready(options: SandboxOptions = {}): Promise<Sandbox> {
	return await start({ projects: [PROJECT, OTHER], platformRate: 0, ...options });
}

/** A request of the first account; with a body it is a POST. */
export async function ask(
	{ platformUrl }: Sandbox,
	path: string,
	body?: unknown,
	authorization = AUTHORIZATION,
): Promise<Answer> {
	return await call(platformUrl, path, { body, headers: { authorization } });
}

/** A list in a response. */
export function listIn(value: unknown): Array<Record<string, unknown>> {
	return Array.isArray(value) ? value.map(record) : [];
}

export function messagesOf({ store }: Sandbox) {
	return [...store.messages.values()].flat();
}

/** A refusal of fields, in the newer envelope and in three languages. */
export function expectRefusal({ body, status }: Answer, ...fields: string[]): void {
	const texts = { es: SOME_TEXT, en: SOME_TEXT, pt: SOME_TEXT };
	expect({ status, body }).toMatchObject({
		status: 422,
		body: {
			message: fields.map(textWith),
			statusMessage: 'failed',
			status: 0,
			error: { code: 'E0422', key: 'VALIDATOR_ERROR', developerMessages: texts, clientMessages: texts },
			validationError: Object.fromEntries(fields.map((field) => [field, [texts]])),
		},
	});
	expect(Object.keys(record(body.validationError))).toEqual(fields);
}
