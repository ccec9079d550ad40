import fc from 'fast-check';

import { startSandbox, type Sandbox } from '../../sandbox';
import { passLater } from './support/later';
import { PROJECT } from './support/setup';
import { TriggerWorkflow, integrationOf } from './support/triggers';

const FOREIGN = 'https://other.example.com/webhook';

/** Everything that can happen to a project's one webhook. */
const events = fc.constantFrom(
	'activate a',
	'activate b',
	'take over a',
	'take over b',
	'edit a',
	'edit b',
	'deactivate a',
	'deactivate b',
	'listen a',
	'listen b',
	'stop listening a',
	'stop listening b',
	'somebody else moves it',
	'Jelou fails once',
);

let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await startSandbox();
});
afterAll(async () => sandbox.close());

interface World {
	workflows: Record<string, TriggerWorkflow>;
	/** The active workflow that the webhook belongs to, if known: after a failure it is not. */
	owner?: TriggerWorkflow;
}

async function happen(event: string, world: World): Promise<void> {
	const workflow = world.workflows[event.slice(-1)];
	const integration = integrationOf(sandbox);
	if (event === 'Jelou fails once') {
		sandbox.setFaults({ respond: { status: 401, times: 1 } });
	} else if (event === 'somebody else moves it') {
		if (integration) {
			integration.webhookUrl = FOREIGN;
			world.owner = undefined;
		}
	} else if (workflow && event.startsWith('activate')) {
		await workflow.activate();
		world.owner = workflow;
	} else if (workflow && event.startsWith('take over')) {
		await workflow.activate(true);
		world.owner = workflow;
	} else if (workflow?.isActive && event.startsWith('edit')) {
		// n8n unpublishes it and publishes it again at once.
		await workflow.release();
		await workflow.activate();
		await passLater();
	} else if (workflow?.isActive && event.startsWith('deactivate')) {
		if (world.owner === workflow) world.owner = undefined;
		await workflow.deactivate();
	} else if (workflow && event.startsWith('listen')) {
		await workflow.listen();
	} else if (workflow?.isListening && event.startsWith('stop')) {
		await workflow.stopListening();
	}
}

test('whatever happens, in any order, nothing of somebody else is deleted or replaced unasked, and no test URL stays', async () => {
	await fc.assert(
		fc.asyncProperty(fc.boolean(), fc.array(events, { maxLength: 14 }), async (startsForeign, sequence) => {
			sandbox.setFaults({});
			sandbox.store.reset();
			const secret = 'a'.repeat(64);
			const a = new TriggerWorkflow(sandbox, 'a', startsForeign ? secret : '');
			const b = new TriggerWorkflow(sandbox, 'b', startsForeign ? secret : '');
			const world: World = { workflows: { a, b } };
			const project = sandbox.store.projects.get(PROJECT);
			if (startsForeign && project) {
				const now = new Date().toISOString();
				const plain = { authType: 'no_auth', authorization: '', createdAt: now, updatedAt: now } as const;
				project.integration = { ...plain, webhookUrl: FOREIGN, signingSecret: secret };
			}
			let wasTakenOver = false;
			for (const event of sequence) {
				const before = integrationOf(sandbox)?.webhookUrl;
				const requests = sandbox.store.requests.length;
				const owner = world.owner;
				await happen(event, world).catch((error: Error) => {
					// A refusal changes nothing; after a failure the owner is unknown.
					world.owner = /already|not known/.test(error.message) ? owner : undefined;
				});
				wasTakenOver ||= event.startsWith('take over');
				const made = sandbox.store.requests.slice(requests).map(({ method }) => method);
				// An integration elsewhere is replaced only by a test, while it lasts, or when the user said so.
				if (before === FOREIGN && !event.startsWith('listen') && !event.startsWith('take over')) {
					expect(integrationOf(sandbox)?.webhookUrl).toBe(FOREIGN);
				}
				// The owner keeps the webhook through an edit, and Jelou is not called.
				if (event.startsWith('edit') && owner?.name === event.slice(-1) && before === owner.url) {
					if (world.owner === owner) expect(made.filter((method) => method !== 'GET')).toEqual([]);
				}
				// What somebody else created is never deleted.
				if (startsForeign) expect(made).not.toContain('DELETE');
			}
			sandbox.setFaults({});
			for (const workflow of [a, b]) if (workflow.isListening) await workflow.stopListening();
			const end = integrationOf(sandbox)?.webhookUrl;
			expect(end ?? '').not.toContain('webhook-test');
			if (startsForeign) expect(end).toBeDefined();
			if (startsForeign && !wasTakenOver) expect(end).toBe(FOREIGN);
			// Tests, refusals and other workflows' deactivations do not take the webhook from production.
			if (world.owner) expect(end).toBe(world.owner.url);
		}),
		{
			numRuns: 250,
			examples: [
				[false, ['take over b', 'listen a', 'take over a', 'deactivate a', 'take over b', 'listen b']],
				[true, ['take over b', 'listen a', 'take over a', 'deactivate a', 'take over b', 'listen b']],
			],
		},
	);
});
