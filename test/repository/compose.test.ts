import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import Ajv from 'ajv';
import { parse } from 'yaml';

import { ROOT } from '../../scripts/paths';
import { BY_ADDRESS, READINESS } from '../../scripts/scale/haproxy';

const TEXT = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');

interface Service {
	image: string;
	command?: string;
	environment: Record<string, string>;
	healthcheck?: object;
	depends_on?: Record<string, object>;
	volumes?: string[];
	tmpfs?: string;
	ports?: string[];
	restart?: string;
}

interface Compose {
	services: Record<string, Service>;
	volumes: Record<string, null>;
	configs: Record<string, { content: string }>;
}

function readCompose(text = TEXT): Compose {
	return parse(text, { merge: true });
}

/** The Compose specification's own schema. */
function validator() {
	const text = readFileSync(join(ROOT, 'test/compose-spec/compose-spec.json'), 'utf8');
	// The address of its draft is slightly wrong.
	const { $schema, ...schema }: Record<string, unknown> = JSON.parse(text);
	expect($schema).toContain('draft-07');
	const ajv = new Ajv({ strict: false, allErrors: true });
	return ajv.compile(schema);
}

const { configs, services, volumes } = readCompose();
const n8n = Object.entries(services).filter(([, { image }]) => image.includes('n8n'));
/** The balancer keeps nothing. */
const STATELESS = ['balancer'];

test('is what the Compose specification allows', () => {
	const validate = validator();
	const problems = (text: string) => (validate(readCompose(text)) ? [] : validate.errors);
	expect(problems(TEXT)).toEqual([]);
	expect(problems(TEXT.replace('restart:', 'restrat:'))).not.toEqual([]);
	expect(problems(TEXT.replace('interval: 5s', 'interval: [5]'))).not.toEqual([]);
	expect(problems(TEXT.replace("- '127.0.0.1:5678:5678'", '- [5678]'))).not.toEqual([]);
});

test('gives every duration a unit, which the schema does not require', () => {
	const spans = [...TEXT.matchAll(/^ +(?:interval|timeout|start_period|stop_grace_period): (.*)$/gm)];
	expect(spans.length).toBeGreaterThan(5);
	expect(spans.filter(([, span = '']) => !/^(\d+(us|ms|s|m|h))+$/.test(span))).toEqual([]);
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
	const forgotten = { N8N_EVENTBUS_LOGWRITER_LOGFULLPATH: expect.stringMatching('^/event-log/') };
	for (const [name, { environment, tmpfs }] of n8n.slice(1)) {
		const isWorker = name.startsWith('worker');
		expect(environment).toEqual({ ...shared, ...(isWorker && forgotten) });
		expect(tmpfs).toBe(isWorker ? '/event-log' : undefined);
	}
	expect(shared).toMatchObject({ EXECUTIONS_MODE: 'queue', N8N_REINSTALL_MISSING_PACKAGES: 'true' });
});

test('runs the n8n that is tested', () => {
	const tested = readFileSync(join(ROOT, 'test/n8n/package.json'), 'utf8');
	const version = /"n8n": "([\d.]+)"/.exec(tested)?.[1];
	const images = new Set(n8n.map(([, { image }]) => image));
	expect([...images]).toEqual([`docker.n8n.io/n8nio/n8n:${String(version)}`]);
});

test('pins every image, and each service restarts, has a health check and keeps its data', () => {
	for (const [name, service] of Object.entries(services)) {
		expect(service.image).toMatch(/:\d+\.\d+/);
		expect({ name, ...service }).toMatchObject({
			restart: 'unless-stopped',
			healthcheck: expect.any(Object),
		});
		const [volume] = (service.volumes ?? []).map((each) => each.split(':')[0]);
		expect(STATELESS.includes(name) ? Object.keys(configs) : Object.keys(volumes)).toContain(volume ?? name);
		// Reached through a proxy on the same machine, or only from inside.
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

test('the balancer balances and checks as the tested one does, and is the only way to the webhook process', () => {
	const { content } = configs.balancer ?? {};
	for (const line of [...BY_ADDRESS, ...READINESS]) expect(content).toContain(line);
	expect(content).toContain('server webhook-1 webhook:5678');
	expect(services.webhook?.ports).toBeUndefined();
	expect(services.balancer?.ports).toEqual(['127.0.0.1:5679:5679']);
});
