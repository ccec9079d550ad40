import { hostOf, isPublicHttps } from '../../nodes/Jelou/shared/publicUrl';
import { toProductionUrl } from '../../nodes/Jelou/trigger/registration/testUrls';

test.each([
	'https://n8n.example.com/webhook/a/webhook',
	'https://8.8.8.8/webhook',
	'https://n8n.example.com:5678/webhook',
	'https://[2001:db8::1]/webhook',
	'https://172.15.0.1/webhook',
	'https://cdn.local-news.com/a',
	'https://localhost-media.com/a',
	'https://10.example.com/a',
	'https://internal.example.com./a',
	'https://100.128.0.1/webhook',
])('Jelou can reach %s', (url) => {
	expect(isPublicHttps(url)).toBe(true);
});

test.each([
	'http://n8n.example.com/webhook',
	'https://localhost/webhook',
	'https://n8n.localhost/webhook',
	'https://127.0.0.1/webhook',
	'https://10.1.2.3/webhook',
	'https://172.16.0.1/webhook',
	'https://172.31.255.255/webhook',
	'https://192.168.1.1/webhook',
	'https://169.254.1.1/webhook',
	'https://100.64.0.1/webhook',
	'https://0.0.0.0/webhook',
	'https://[::1]/webhook',
	'https://[fd00::1]/webhook',
	'https://[fe80::1]/webhook',
	'https://[::ffff:127.0.0.1]/webhook',
	'https://n8n.local/webhook',
	'https://n8n/webhook',
	'https://n8n.lan/webhook',
	'https://n8n.local./webhook',
	'https://198.18.0.1/webhook',
	'https://192.0.0.8/webhook',
	'https://224.0.0.1/webhook',
	'https://[64:ff9b::7f00:1]/webhook',
	'https://[fe90::1]/webhook',
	'https://0x7f.1/webhook',
	'https://2130706433/webhook',
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
