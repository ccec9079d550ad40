import type { IDataObject } from 'n8n-workflow';

import { DEMO_PROJECT, startSandbox, type Sandbox } from '../../sandbox';
import { Engine, errorOf, outputOf } from './support/engine';
import { credentialFor } from './support/setup';

/** Two tenants, each with a project of its own. */
const TENANTS = ['north', 'south'].map((name) => ({
	...DEMO_PROJECT,
	id: `project-${name}`,
	apiKey: `key-of-${name}`,
	signingSecret: name.repeat(8),
	rooms: [{ id: `room-of-${name}`, userId: DEMO_PROJECT.users[0]?.id ?? '' }],
}));

let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await startSandbox({ projects: TENANTS, allowInsecureWebhooks: true });
	for (const { apiKey, id } of TENANTS) {
		const response = await fetch(`${sandbox.gatewayUrl}/v1/external-support/${id}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
			body: JSON.stringify({ webhookUrl: 'https://n8n.example.com/webhook/elsewhere' }),
		});
		expect(response.ok).toBe(true);
	}
});
afterAll(async () => sandbox.close());
beforeEach(() => {
	sandbox.store.requests.length = 0;
});

/** A credential whose fields read the item. */
const engineWith = (tenant: string) =>
	new Engine({
		credential: credentialFor(sandbox, {
			projectId: `=project-{{ ${tenant} }}`,
			apiKey: `=key-of-{{ ${tenant} }}`,
			signingSecret: `={{ (${tenant}).repeat(8) }}`,
		}),
	});

const PARAMETERS = {
	resource: 'message',
	operation: 'send',
	roomId: '={{ $json.room }}',
	botId: DEMO_PROJECT.bots[0]?.id ?? '',
	userId: DEMO_PROJECT.users[0]?.id ?? '',
	text: 'hola',
};
const itemOf = (tenant: string) => ({ tenant, room: `room-of-${tenant}` });
/** Which project was sent a message, in which room, and whether it was accepted. */
const sent = () =>
	sandbox.store.requests
		.map(({ rawBody, status }) => ({ status, ...(JSON.parse(rawBody.toString()) as IDataObject) }))
		.map(({ project_id, room_id, status }: IDataObject) => [project_id, room_id, status]);

test.each([
	['reads a field', '$json.tenant'],
	['falls back where a field is missing', "($json.tenant ?? 'north')"],
	['reads the input', '$input.item.json.tenant'],
])('a credential that %s is that of each item', async (_name, tenant) => {
	const items = ['north', 'south', 'north'].map(itemOf);
	const run = await engineWith(tenant).run(PARAMETERS, items);
	expect(errorOf(run)).toBeUndefined();
	expect(sent().sort()).toEqual([
		['project-north', 'room-of-north', 200],
		['project-north', 'room-of-north', 200],
		['project-south', 'room-of-south', 200],
	]);
});

test('also where the first item has none', async () => {
	const items: IDataObject[] = [{ room: 'room-of-north' }, itemOf('south')];
	const run = await engineWith("($json.tenant ?? 'north')").run(PARAMETERS, items);
	expect(errorOf(run)).toBeUndefined();
	expect(
		sent()
			.map(([project]) => project)
			.sort(),
	).toEqual(['project-north', 'project-south']);
});

test('an item for which the credential is empty fails alone, and says so', async () => {
	const engine = new Engine({
		credential: credentialFor(sandbox, {
			projectId: '={{ $json.project }}',
			apiKey: TENANTS[1]?.apiKey ?? '',
			signingSecret: TENANTS[1]?.signingSecret ?? '',
		}),
	});
	const items: IDataObject[] = [
		{ room: 'room-of-south' },
		{ room: 'room-of-south', project: 'project-south' },
	];
	const run = await engine.run(PARAMETERS, items, { onError: 'continueRegularOutput' });
	expect(outputOf(run).map(({ json }) => json.error)).toEqual([
		'Project ID is empty in the Jelou credential',
		undefined,
	]);
	expect(sent()).toEqual([['project-south', 'room-of-south', 200]]);
});
