import { isRecord } from '../../../scripts/json';
import { exampleProjects, openExamples } from '../../../scripts/start/examples';
import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { outputOf } from '../../../scripts/n8n/execution';
import type { Stage } from '../support/stage';

/** What `npm start` does with the examples. Comes last: it activates workflows of the same webhooks. */
export function start(stage: () => Stage): void {
	let active: string[];
	const projects = exampleProjects();

	const open = async () => {
		const { client, n8n, sandbox } = stage();
		return openExamples({ client, n8nUrl: n8n.url, sandbox });
	};
	const mine = async () => stage().client.workflows();

	beforeAll(async () => {
		const { client, sandbox } = stage();
		// Those of other tests have the same names, and would be taken for the person's own.
		for (const { id } of await client.workflows()) {
			await client.call('POST', `/workflows/${String(id)}/archive`);
			await client.call('DELETE', `/workflows/${String(id)}`);
		}
		for (const project of projects) sandbox.store.addProject(project);
		active = await open();
	});
	afterAll(async () => {
		for (const { active: isActive, id } of await mine()) {
			if (isActive === true) await stage().client.deactivate(String(id));
		}
	});

	test('imports all, each under the name of its project, and activates what needs nothing else', async () => {
		const workflows = await mine();
		const names = projects.map(({ name }) => name);
		expect(workflows.map(({ name }) => name).sort()).toEqual([...names].sort());
		expect(
			workflows
				.filter((each) => each.active === true)
				.map(({ name }) => name)
				.sort(),
		).toEqual([...active].sort());
		expect(names.slice(0, 2)).toEqual(['Guided order', 'Echo support']);
		expect(active).toEqual(['Guided order', 'Echo support', 'Business hours']);
		const [latest] = workflows.sort((a, b) => String(b.updatedAt).localeCompare(String(a.updatedAt)));
		expect(latest?.name).toBe('Guided order');
		// n8n offers the credential that was saved last.
		const [newest] = (await stage().client.credentials())
			.filter(({ type }) => type === 'jelouApi')
			.sort((a, b) => String(b.updatedAt).localeCompare(String(a.updatedAt)));
		expect(newest?.name).toBe('Jelou sandbox');
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
		await waitUntil(`the answer of ${name}`, () => Promise.resolve(answers().length > 0));
	});

	test('Guided order looks orders up in the sandbox, with nothing filled in', async () => {
		const project = projects.find(({ name }) => name === 'Guided order');
		for (const [count, text] of ['Ana', '1042', '1'].entries()) {
			await stage().sandbox.userWrites(project?.id ?? '', { text });
			await waitUntil(`what follows "${text}"`, () =>
				Promise.resolve(said('Guided order').length >= count + 2),
			);
		}
		expect(said('Guided order').at(-1)).toContain('Pedido 1042 (Mochila Andes): en camino.');
	});

	test('Broadcast can sign: it fails for the rows that are still to be filled in, and for nothing else', async () => {
		const { client } = stage();
		const workflow = (await mine()).find(({ name }) => name === 'Broadcast');
		const id = String(workflow?.id);
		const begun = await client.call('POST', `/workflows/${id}/run`, {
			workflowData: await client.workflow(id),
			triggerToStartFrom: { name: 'Start by hand' },
		});
		const runId = isRecord(begun) ? String(begun.executionId) : '';
		await waitUntil('the run', async () => (await client.executionCount(id)) > 0);
		const [collected] = outputOf(await client.execution(runId), 'Failed rows');
		expect(JSON.stringify(collected).match(/does not know this room, bot or user \(404\)/g)).toHaveLength(3);
	});

	test('a second start changes nothing that is there but the address of a sandbox that has moved', async () => {
		const before = (await mine()).map(({ id }) => id).sort();
		const guided = String((await mine()).find(({ name }) => name === 'Guided order')?.id);
		const orders = `${stage().sandbox.url}/sandbox/orders`;
		const { nodes, versionId } = await stage().client.workflow(guided);
		// As a start on another port left it.
		const earlier = JSON.stringify(nodes).replace(orders, 'http://127.0.0.1:1/sandbox/orders');
		const nodesBefore: unknown = JSON.parse(earlier);
		await stage().client.updateWorkflow(guided, { nodes: nodesBefore, versionId });
		for (const project of projects) stage().sandbox.store.addProject(project);
		expect(await open()).toEqual(active);
		expect((await mine()).map(({ id }) => id).sort()).toEqual(before);
		expect((await stage().client.workflow(guided)).nodes).toEqual(nodes);
	});
}
