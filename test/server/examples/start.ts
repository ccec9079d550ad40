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
		expect(names[0]).toBe('Echo support');
		// n8n offers the credential that was saved last.
		const [newest] = (await stage().client.credentials())
			.filter(({ type }) => type === 'jelouApi')
			.sort((a, b) => String(b.updatedAt).localeCompare(String(a.updatedAt)));
		expect(newest?.name).toBe('Jelou sandbox');
	});

	test.each(['Echo support', 'Business hours'])('%s answers in its project', async (name) => {
		const project = projects.find((each) => each.name === name);
		const { sandbox } = stage();
		const answers = () =>
			[...sandbox.store.rooms.values()]
				.filter(({ projectId }) => projectId === project?.id)
				.flatMap(({ id }) => sandbox.store.messages.get(id) ?? [])
				.filter(({ from }) => from === 'agent');
		await waitUntil(`${name} to answer`, async () => {
			const { status } = await sandbox.userWrites(project?.id ?? '', { text: 'hola' });
			return status === 200;
		});
		await waitUntil(`the answer of ${name}`, () => Promise.resolve(answers().length > 0));
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

	test('a second start changes nothing that is there', async () => {
		const before = (await mine()).map(({ id }) => id).sort();
		for (const project of projects) stage().sandbox.store.addProject(project);
		expect(await open()).toEqual(active);
		expect((await mine()).map(({ id }) => id).sort()).toEqual(before);
	});
}
