import { hostOf, isPublicHttps } from '../../nodes/Jelou/shared/publicUrl';
import { isTestUrlOf, toProductionUrl } from '../../nodes/Jelou/shared/webhookUrls';

test.each([
	'https://n8n.example.com/webhook/a/webhook',
	'https://8.8.8.8/webhook',
	'https://n8n.example.com:5678/webhook',
	'https://[2001:db8::1]/webhook',
	'https://169.253.0.1/webhook',
	'https://172.15.0.1/webhook',
	'https://192.167.0.1/webhook',
	'https://198.20.0.1/webhook',
	'https://cdn.local-news.com/a',
	'https://localhost-media.com/a',
	'https://10.example.com/a',
	'https://internal.example.com./a',
	'https://100.128.0.1/webhook',
])('Jelou can reach %s', (url) => {
	expect(isPublicHttps(url)).toBe(true);
});

// Which hosts are private is shown with the downloads of media.
test.each([
	'http://n8n.example.com/webhook',
	'https://localhost/webhook',
	'https://10.1.2.3/webhook',
	'https://[::1]/webhook',
	'https://n8n.local/webhook',
	'https://192.0.0.8/webhook',
	'not a URL',
	'',
])('Jelou cannot reach %j', (url) => {
	expect(isPublicHttps(url)).toBe(false);
});

test('a message names the host but not the path, which would let anybody in', () => {
	expect(hostOf('https://other.example.com:8443/webhook/secret-path')).toBe('other.example.com:8443');
	expect(hostOf('nonsense')).toBe('an address that is not a URL');
});

const HOST = 'https://n8n.example.com';
test.each([
	[`${HOST}/webhook-test/id/webhook`, `${HOST}/webhook/id/webhook`],
	[`${HOST}/hooks-test/id/webhook`, `${HOST}/hooks/id/webhook`],
	[`${HOST}/n8n-test/webhook-test/id/webhook`, `${HOST}/n8n-test/webhook/id/webhook`],
	[
		`${HOST}/webhook-test/workflow/jelou%20trigger/webhook`,
		`${HOST}/webhook/workflow/jelou%20trigger/webhook`,
	],
	['https://other.example.com/webhook-test/id/webhook', 'https://other.example.com/webhook/id/webhook'],
])('the production twin of the test URL %s is %s', (address, production) => {
	expect(toProductionUrl(address, `${HOST}/any`)).toBe(production);
	expect(isTestUrlOf(`${HOST}/any`, address)).toBe(address.startsWith(HOST));
});

test.each([
	[`${HOST}/webhook/id/webhook`, HOST],
	[`${HOST}/n8n-test/webhook/id/webhook`, HOST],
	[`${HOST}/webhook/my-test/webhook`, HOST],
	['https://n8n-test/id/webhook', 'https://n8n-test/'],
	['https://other.example.com/crm-test/id/webhook', HOST],
	['', HOST],
])('%j, seen from %s, is not a test URL, and stays as it is', (address, own) => {
	expect(toProductionUrl(address, own)).toBe(address);
	expect(isTestUrlOf(own, address)).toBe(false);
});

test.each([
	['dev', 'hooks', 'dev/id/webhook', 'hooks/id/webhook'],
	['dev', 'my-test', 'dev/id/webhook', 'my-test/id/webhook'],
	['dev', 'my-test', 'my-test/id/webhook', 'my-test/id/webhook'],
	['hooks/dev', 'hooks', 'hooks/dev/id/webhook', 'hooks/id/webhook'],
	['dev', 'hooks', 'dev-2/id/webhook', 'dev-2/id/webhook'],
])('with the endpoints %s and %s that were learned, %s goes to %s', (test, production, address, twin) => {
	const endpoints = { test: `${HOST}/${test}`, production: `${HOST}/${production}` };
	expect(toProductionUrl(`${HOST}/${address}`, HOST, endpoints)).toBe(`${HOST}/${twin}`);
	expect(isTestUrlOf(HOST, `${HOST}/${address}`, endpoints)).toBe(twin !== address);
});

test('a test URL is recognised even while the production endpoint is unknown', () => {
	expect(isTestUrlOf(HOST, `${HOST}/dev/id/webhook`, { test: `${HOST}/dev` })).toBe(true);
});
