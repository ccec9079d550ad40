import { mkdirSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { isRecord, type Json } from '../../../scripts/json';
import { N8N_LINE, WORK_FOLDER } from '../../../scripts/paths';
import { openExamples } from '../../../scripts/start/examples';
import { readMade } from '../../../scripts/start/kept';
import { OWN, startProjects } from '../../../scripts/start/projects';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { outputOf } from '../../support/execution';
import type { Stage } from '../support/stage';
import { submitForm } from '../support/form';
import { MANUAL, startedWorkflow, triggerWorkflow } from '../support/workflows';

const PUBLISHED = [
	'Guided order',
	'Echo support',
	'Business hours',
	'Media intake',
	'Satisfaction survey',
	'Support desk (Chatwoot)',
	'Ticket',
	'Shipping notice',
];

/** What `npm start` does with the examples. Comes last, since it activates workflows with the same webhooks. */
export function start(stage: () => Stage): void {
	const projects = startProjects();
	const folder = join(WORK_FOLDER, 'test', randomUUID());

	const open = async () => {
		const { client, sandbox } = stage();
		await openExamples({ client, sandbox, made: readMade(join(folder, 'made.json')) });
	};
	const mine = async () => stage().client.workflows();
	const named = async (name: string): Promise<Json> => {
		const workflow = (await mine()).find((each) => each.name === name);
		if (!workflow) throw new Error(`There is no workflow "${name}".`);
		return workflow;
	};
	const idOf = async (name: string) => String((await named(name)).id);
	const isPublished = async (name: string) => (await named(name)).active;

	beforeAll(async () => {
		mkdirSync(folder, { recursive: true });
		const { client, sandbox } = stage();
		// Workflows of other tests have the same names, and would be taken for the person's own.
		for (const { id } of await client.workflows()) {
			await client.call('POST', `/workflows/${String(id)}/archive`);
			// n8n unpublishes in the background, and deletes nothing until that is done.
			await waitUntil(`workflow ${String(id)} to be deleted`, async () =>
				client.call('DELETE', `/workflows/${String(id)}`).then(
					() => true,
					() => false,
				),
			);
		}
		for (const project of projects) sandbox.store.addProject(project);
		await open();
	});
	afterAll(async () => {
		for (const { active: isActive, id } of await mine()) {
			if (isActive === true) await stage().client.deactivate(String(id));
		}
		rmSync(folder, { recursive: true, force: true });
	});

	test('imports all, each under the name of its project, and publishes those that reply by themselves', async () => {
		const workflows = await mine();
		const names = projects.filter(({ file }) => file !== undefined).map(({ name }) => name);
		expect(workflows.map(({ name }) => name).sort()).toEqual([...names].sort());
		expect(
			workflows
				.filter((each) => each.active === true)
				.map(({ name }) => name)
				.sort(),
		).toEqual([...PUBLISHED].sort());
		expect(projects.slice(0, 5).map(({ name }) => name)).toEqual([
			'Guided order',
			'Support desk (Chatwoot)',
			'My project',
			'My project 2',
			'Echo support',
		]);
		const [latest] = workflows.sort((a, b) => String(b.updatedAt).localeCompare(String(a.updatedAt)));
		expect(latest?.name).toBe('Guided order');
	});

	test("offers a new node the credentials of the person's own, empty project", async () => {
		// Those of other tests forget their triggers' registrations seconds after these were unpublished.
		const ofStart = projects.flatMap(({ credential, platformCredential }) => [
			credential,
			platformCredential,
		]);
		const latest = (await stage().client.credentials())
			.filter(({ name }) => ofStart.includes(String(name)))
			.sort((a, b) => String(b.updatedAt).localeCompare(String(a.updatedAt)));
		const newest = (wanted: string) => latest.find(({ type }) => type === wanted)?.name;
		expect(newest('jelouApi')).toBe('Jelou sandbox: My project');
		expect(newest('jelouPlatformApi')).toBe('Jelou platform sandbox: My project');
		expect(stage().sandbox.store.projects.get(OWN.id)?.integration).toBeNull();
	});

	/** What customers of the project of an example were sent. */
	const said = (name: string) => {
		const { rooms, messages } = stage().sandbox.store;
		const id = projects.find((each) => each.name === name)?.id;
		return [...rooms.values()]
			.filter(({ projectId }) => projectId === id)
			.flatMap((room) => messages.get(room.id) ?? [])
			.filter(({ from }) => from === 'agent')
			.map(({ content }) => ('body' in content ? content.body : ''));
	};

	test.each(['Guided order', 'Echo support', 'Business hours'])('%s answers in its project', async (name) => {
		const project = projects.find((each) => each.name === name);
		const { sandbox } = stage();
		const answers = () => said(name);
		await waitUntil(`${name} to answer`, async () => {
			const { status } = await sandbox.userWrites(project?.id ?? '', { text: 'hola' });
			return status === 200;
		});
		await waitUntil(`the answer of ${name}`, () => answers().length > 0);
	});

	test('Guided order looks orders up in the sandbox, with nothing filled in', async () => {
		const project = projects.find(({ name }) => name === 'Guided order');
		for (const [count, text] of ['Ana', '1042', '1'].entries()) {
			// Nobody answers a question before reading it.
			await sleep(300);
			await stage().sandbox.userWrites(project?.id ?? '', { text });
			await waitUntil(`what follows "${text}"`, () => said('Guided order').length >= count + 2);
		}
		expect(said('Guided order').at(-1)).toContain('Pedido 1042 (Mochila Andes): en camino.');
	});

	/** Runs a workflow as *Execute workflow* does. Returns the execution. */
	async function run(name: string, trigger: string): Promise<Json> {
		const { client } = stage();
		const id = await idOf(name);
		const begun = await client.call('POST', `/workflows/${id}/run`, {
			workflowData: await client.workflow(id),
			triggerToStartFrom: { name: trigger },
		});
		const runId = isRecord(begun) ? String(begun.executionId) : '';
		await waitUntil('the run', async () => (await client.executionCount(id)) > 0);
		return await client.execution(runId);
	}

	test('Broadcast reaches every customer of its table, one by a template, with nothing filled in', async () => {
		const execution = await run('Broadcast', 'Start by hand');
		expect(outputOf(execution, 'Failed rows')).toEqual([]);
		expect(said('Broadcast')).toHaveLength(3);
		expect(outputOf(execution, 'Send the template')).toHaveLength(1);
	});

	test('Follow-up closes the one conversation that is open for too long, with nothing filled in', async () => {
		const execution = await run('Follow-up', 'Every hour');
		expect(outputOf(execution, 'What went wrong')).toEqual([]);
		expect(outputOf(execution, 'Closed')).toHaveLength(1);
		expect(said('Follow-up')).toEqual([expect.stringMatching(/^Hola Ana Torres, la última vez quedó algo/)]);
	});

	test('Media intake stores a picture in the sandbox, with nothing filled in', async () => {
		const { sandbox } = stage();
		const url = `${sandbox.url}/favicon.svg`;
		await sandbox.userWrites('demo-media-intake', {
			type: 'image',
			content: { url, mime_type: 'image/png' },
		});
		await waitUntil('the answer', () => said('Media intake').length > 0);
		expect(said('Media intake')).toEqual([expect.stringContaining('la guardamos')]);
	});

	test('Shipping notice sends the template of its order, and asks a customer who answers it, with nothing filled in', async () => {
		const execution = await run('Shipping notice', 'Order shipped');
		expect(outputOf(execution, 'Say that it was sent')).toHaveLength(1);
		expect(said('Shipping notice')).toEqual([expect.stringMatching(/^Hola Ana, tu pedido 1042 /)]);
		await stage().sandbox.userWrites('demo-shipping-notice', { text: 'hola' });
		await waitUntil('the question', () => said('Shipping notice').length > 1);
		expect(said('Shipping notice').at(-1)).toBe('¡Hola, Ana Torres! ¿Qué necesitas?');
	});

	test('Ticket creates one in the sandbox, with nothing filled in', async () => {
		const url = `${stage().n8n.url}/form/b7f1c0de-0007-4a10-9a10-0000000000ff`;
		expect(await submitForm(url, '593990000001', 'Caja', '')).toContain(
			'Creamos el ticket T-1001 y le escribimos al cliente.',
		);
	});

	test('Support desk: the customer, the bot and a person, with nothing filled in', async () => {
		const { desk, ...sandbox } = stage().sandbox;
		const id = 'demo-support-desk-chatwoot';
		const conversation = () => [...desk.store.conversations.values()].at(-1);
		const name = 'Support desk (Chatwoot)';
		await sandbox.userWrites(id, { text: 'Quiero hablar con una persona' });
		await waitUntil('what was said', () => conversation()?.messages.length === 1);
		const opened = conversation();
		if (!opened) throw new Error('The desk has no conversation.');
		desk.write(opened, { from: 'agent', content: 'Soy Carla' });
		await waitUntil('the answer', () => said(name).includes('Soy Carla'));
	});

	async function closeOf(project: string): Promise<void> {
		const answer = await fetch(`${stage().sandbox.url}/sandbox/projects/${project}/close`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: '{}',
		});
		expect(answer.status).toBe(200);
	}
	if (N8N_LINE === 'v1') {
		test('Satisfaction survey fails before it asks anybody, as its note says of n8n 1.x', async () => {
			const id = await idOf('Satisfaction survey');
			await closeOf('demo-satisfaction-survey');
			await waitUntil(
				'the run to fail',
				async () => (await stage().client.executionCount(id, ['error'])) === 1,
			);
			expect(said('Satisfaction survey')).toEqual([]);
		});
	} else {
		test('Satisfaction survey asks once a conversation is closed, with nothing filled in', async () => {
			await closeOf('demo-satisfaction-survey');
			await waitUntil('the question', () => said('Satisfaction survey').length > 0);
			expect(said('Satisfaction survey')).toEqual([
				expect.stringContaining('Responde con un número del 1 al 5'),
			]);
		});
	}

	test('a test run of a reply sends, in a project where nothing was ever published', async () => {
		const { client, sandbox } = stage();
		const credential = (await client.credentials()).find(({ name }) => name === OWN.credential);
		const id = await client.createWorkflow(
			startedWorkflow('First try', MANUAL, {
				name: 'Reply',
				type: 'n8n-nodes-jelou.jelou',
				typeVersion: 1,
				parameters: {
					roomId: OWN.rooms?.[0]?.id,
					botId: 'demo-bot',
					userId: '593990000001',
					text: 'Primer intento',
				},
				credentials: { jelouApi: { id: credential?.id, name: OWN.credential } },
			}),
		);
		await run('First try', 'Start');
		expect(said('My project')).toEqual(['Primer intento']);
		expect(sandbox.store.projects.get(OWN.id)?.integration).toBeNull();
		await client.call('POST', `/workflows/${id}/archive`);
		await client.call('DELETE', `/workflows/${id}`);
	});

	describe('a second start', () => {
		/** Everything that a person sees in n8n. */
		const seen = async () => ({
			workflows: await Promise.all(
				(await mine()).map(async ({ id }) => {
					const { active, isArchived, name, nodes, updatedAt } = await stage().client.workflow(String(id));
					return { active, id, isArchived, name, nodes, updatedAt };
				}),
			),
			credentials: (await stage().client.credentials()).map(({ id, name, updatedAt }) => ({
				id,
				name,
				updatedAt,
			})),
			webhooks: [...stage().sandbox.store.projects.values()].map(({ id, integration }) => ({
				id,
				integration,
			})),
		});

		test('changes nothing', async () => {
			const before = await seen();
			await open();
			expect(await seen()).toEqual(before);
		});

		test('changes nothing that a person unpublished, edited, deleted or published in between', async () => {
			const { client, sandbox } = stage();
			await client.deactivate(await idOf('Business hours'));
			const echo = await client.workflow(await idOf('Echo support'));
			await client.deactivate(String(echo.id));
			const media = await idOf('Media intake');
			await client.deactivate(media);
			await client.call('POST', `/workflows/${media}/archive`);
			const broadcast = await idOf('Broadcast');
			await client.call('POST', `/workflows/${broadcast}/archive`);
			await client.call('DELETE', `/workflows/${broadcast}`);
			const idOfCredential = async (name: string) =>
				String((await client.credentials()).find((each) => each.name === name)?.id);
			const edited = await idOfCredential('Jelou sandbox: Business hours');
			const data = { ...(await client.credentialData(edited)), signingSecret: 'a'.repeat(64) };
			await client.updateCredential(edited, { name: 'Mine', type: 'jelouApi', data });
			const ofEcho = await idOfCredential('Jelou sandbox: Echo support');
			await client.activate(await client.createWorkflow(triggerWorkflow('own-flow', ofEcho)));
			const webhook = () => sandbox.store.projects.get('demo-project')?.integration?.webhookUrl;
			await waitUntil('the own workflow to register', () => webhook()?.includes('webhook-of-own') === true);
			// Some seconds after it was unpublished, a trigger gives its webhook back.
			await waitUntil(
				'Media intake to have given its webhook back',
				() => sandbox.store.projects.get('demo-media-intake')?.integration === null,
			);
			const before = await seen();
			await open();
			expect(await seen()).toEqual(before);
			expect(webhook()).toContain('webhook-of-own');
			expect(await isPublished('Business hours')).toBe(false);
		});

		test('completes a first start that was cut off, and creates nothing twice', async () => {
			const { client } = stage();
			const before = (await mine()).map(({ id }) => id).sort();
			// Killed after it had created Ticket, before it recorded that.
			const file = join(folder, 'made.json');
			const made = readMade(file);
			const id = made.workflows['ticket.json'] ?? '';
			delete made.workflows['ticket.json'];
			made.published.splice(made.published.indexOf('ticket.json'), 1);
			made.save();
			await client.deactivate(id);
			await open();
			expect((await mine()).map((each) => each.id).sort()).toEqual(before);
			expect(await isPublished('Ticket')).toBe(true);
		});

		test('points what is still unchanged to where the sandbox has moved, and nothing else', async () => {
			const { client, sandbox } = stage();
			const old = 'http://127.0.0.1:1';
			const moveBack = async (name: string, more: Json = {}) => {
				const saved = (await client.credentials()).find((each) => each.name === name);
				const id = String(saved?.id);
				const data = { ...(await client.credentialData(id)), chatbotUrl: old, gatewayUrl: `${old}/platform` };
				await client.updateCredential(id, { name, type: 'jelouApi', data: { ...data, ...more } });
				return id;
			};
			const made = readMade(join(folder, 'made.json'));
			made.sandboxUrls.push(old);
			made.save();
			const moved = await moveBack(OWN.credential);
			const elsewhere = { gatewayUrl: 'https://jelou.example.com' };
			const edited = await moveBack('Jelou sandbox: Ticket', elsewhere);
			const platform = (await client.credentials()).find(({ name }) => name === OWN.platformCredential);
			const [platformId, platformName] = [String(platform?.id), OWN.platformCredential];
			const platformData = { ...(await client.credentialData(platformId)), platformUrl: `${old}/api` };
			await client.updateCredential(platformId, {
				name: platformName,
				type: 'jelouPlatformApi',
				data: platformData,
			});
			const guided = await client.workflow(await idOf('Guided order'));
			const earlier: unknown = JSON.parse(JSON.stringify(guided.nodes).replaceAll(sandbox.url, old));
			await client.updateWorkflow(String(guided.id), { nodes: earlier, versionId: guided.versionId });
			await client.activate(String(guided.id));
			await open();
			expect(await client.credentialData(moved)).toMatchObject({
				chatbotUrl: sandbox.chatbotUrl,
				gatewayUrl: sandbox.gatewayUrl,
			});
			expect(await client.credentialData(platformId)).toMatchObject({
				clientId: 'my-project-client',
				platformUrl: sandbox.platformUrl,
			});
			expect(await client.credentialData(edited)).toMatchObject({ chatbotUrl: old, ...elsewhere });
			const now = await client.workflow(String(guided.id));
			expect(now).toMatchObject({ active: true, nodes: guided.nodes });
			expect(now.activeVersionId).toBe(now.activeVersionId === undefined ? undefined : now.versionId);
		});
	});
}
