import { hostOf, isPublicHttps } from '../../nodes/Jelou/shared/publicUrl';
import { toProductionUrl } from '../../nodes/Jelou/trigger/registration/testUrls';

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

test('a message names the host and keeps the path, which lets anybody in, to itself', () => {
	expect(hostOf('https://other.example.com:8443/webhook/secret-path')).toBe('other.example.com:8443');
	expect(hostOf('nonsense')).toBe('an address that is not a URL');
});

test('the production twin of a test URL', () => {
	expect(toProductionUrl('https://n8n.example.com/webhook-test/id/webhook')).toBe(
		'https://n8n.example.com/webhook/id/webhook',
	);
	expect(toProductionUrl('https://n8n.example.com/webhook/id/webhook')).toBe(
		'https://n8n.example.com/webhook/id/webhook',
	);
});
