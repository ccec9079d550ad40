import { JelouPlatformApi } from '../../credentials/JelouPlatformApi.credentials';
import { authenticatePlatform } from '../../nodes/Jelou/shared/authenticate';

const credential = { clientId: 'my-client', clientSecret: 'the-client-secret', environment: 'production' };
const BASIC = `Basic ${Buffer.from('my-client:the-client-secret').toString('base64')}`;
const URL_THERE = 'https://api.jelou.ai/v1/bots/b/templates';

test('the platform API gets HTTP Basic, even if there was another authorization', () => {
	const headers = { authorization: 'Bearer other', accept: 'x' };
	expect(authenticatePlatform(credential, { url: URL_THERE, headers }).headers).toEqual({
		accept: 'x',
		Authorization: BASIC,
	});
});

test.each([
	'https://gateway.jelou.ai/platform/v1',
	'https://api.jelou.ai.example.com/v1',
	'http://api.jelou.ai/v1',
	'https://api.jelou.ai:8443/v1',
	'/v1/bots',
	'',
])('no other host gets it: %j', (url) => {
	const options = { url, headers: { accept: 'x' } };
	expect(authenticatePlatform(credential, options)).toEqual(options);
});

test('a URL of the environment Custom takes its place, and then only that gets it', () => {
	const custom = { ...credential, environment: 'custom', platformUrl: 'http://127.0.0.1:8040/api' };
	const headersFor = (url: string) => authenticatePlatform(custom, { url }).headers ?? {};
	expect(headersFor('http://127.0.0.1:8040/api/v1/bots')).toEqual({ Authorization: BASIC });
	expect(headersFor(URL_THERE)).toEqual({});
});

test('redirects are not followed, which would carry the secret to another host', () => {
	expect(authenticatePlatform(credential, { url: URL_THERE })).toMatchObject({
		disableFollowRedirect: true,
		maxRedirects: 0,
	});
});

test('the environments are those of the table that the platform API has', () => {
	const { properties } = new JelouPlatformApi();
	const { options = [] } = properties.find(({ name }) => name === 'environment') ?? {};
	expect(options.map((option) => 'value' in option && option.value)).toEqual(['production', 'custom']);
});
