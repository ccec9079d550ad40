import { randomUUID } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import type { NoteContent } from '../../nodes/Jelou/shared/triggerNote';
import { startSandbox, type Sandbox } from '../../sandbox';
import { OneCredential } from './support/credentials';
import { Engine } from './support/engine';
import { RoomStage, observed, status, type Reply } from './support/roomStage';
import { PROJECT, credentialFor, openRoom, sandboxWithIntegration } from './support/setup';

/**
 * n8n with several mains needs a licence, so this does what its mains call, according to its source.
 *
 * - 1.123 and 2.41 without the publication service, `active-workflow-manager.js`: each main that starts (`init`) and one
 *   that becomes the leader (`leadershipChange`) reads every active workflow, calls `checkExists` and then perhaps
 *   `create`, and saves the static data that it read, whole, if it was touched. `shouldAddWebhooks` lets mains that do not
 *   lead do so as well. One that ceases to lead calls nothing. After an error `delete` is called, with fresh static data,
 *   and all of it is tried again.
 * - 2.41 with the publication service, which is the default, `workflow-publication-reconciler.service.js`: a new leader
 *   registers only what is not registered; the old one may be registering it still.
 */
const URL_HERE = 'https://n8n.example.com/webhook/webhook-1/webhook';

let sandbox: Sandbox;
let secret: string;
let roomId: string;
let database: IDataObject;
let credential: OneCredential;
let processes: WebhookProcess[];

const integration = () => sandbox.store.projects.get(PROJECT)?.integration;

/** As n8n saves it: as a whole, and only if it was touched. */
function save(staticData: IDataObject, isTouched: boolean): void {
	if (isTouched) database = JSON.parse(JSON.stringify(staticData));
}

/** A main, with what it has read of the database. */
class Main {
	/** Processes share no memory, and what one remembers of a creation is kept by the credential's ID. */
	private readonly credentialId = randomUUID();
	private engine = this.read();
	private isTouched = false;

	private read(): Engine {
		return new Engine({
			credential,
			staticData: observed(structuredClone(database)),
			credentialId: this.credentialId,
		});
	}

	private async hook(method: 'checkExists' | 'create' | 'delete'): Promise<boolean> {
		const result = await this.engine.hook(method, {}, { activation: 'leadershipChange' });
		this.isTouched ||= this.engine.staticData.__dataChanged === true;
		return result;
	}

	/** Registers the webhook with what was read, and saves the static data. */
	async register(): Promise<void> {
		try {
			if (!(await this.hook('checkExists'))) await this.hook('create');
		} catch (error) {
			await this.deregister().catch(() => undefined);
			throw error;
		}
		save(this.engine.staticData, this.isTouched);
	}

	async deregister(): Promise<void> {
		this.engine = this.read();
		await this.hook('delete');
		save(this.engine.staticData, this.isTouched);
	}
}

/** A webhook process: each delivery reads the database and saves it. */
class WebhookProcess {
	private constructor(readonly stage: RoomStage) {}

	static async start(): Promise<WebhookProcess> {
		const started = new WebhookProcess(await RoomStage.open({ sandbox, secret, roomId }));
		processes.push(started);
		return started;
	}

	async deliver(payload: object): Promise<Reply> {
		const staticData = observed(structuredClone(database));
		Object.assign(this.stage.engine, { staticData });
		const reply = await this.stage.deliver(payload);
		save(staticData, staticData.__dataChanged === true);
		return reply;
	}
}

const PAUSED_ROOM = { room_id: 'a room that a person has' };

/** A question is asked in one room, and another room is paused. */
async function begin(asked: WebhookProcess): Promise<void> {
	const { stage } = asked;
	const pause = {
		id: randomUUID(),
		roomId: PAUSED_ROOM.room_id,
		askedAt: Date.now(),
		until: Date.now() + 60_000,
	};
	const question = stage.question('q');
	const notes: Array<[NoteContent, string]> = [
		[{ note: 'ask', question, text: '¿Qué?', ifBusy: 'wait' }, 'registered'],
		[{ note: 'sent', question, openedAt: Date.now() }, 'confirmed'],
		[{ note: 'pause', pause }, 'registered'],
	];
	for (const [note, said] of notes) expect(await asked.deliver(stage.note(note))).toEqual(status(said));
}

/** The answer reaches the run that asked, and nothing starts in the room that is paused. */
async function expectNothingLost(serving: WebhookProcess): Promise<void> {
	const { stage } = serving;
	expect(await serving.deliver(stage.message('hola', PAUSED_ROOM))).toEqual(status('paused'));
	expect(await serving.deliver(stage.message('Ana'))).toEqual(status('answered'));
	expect(stage.runs.resumed).toMatchObject([{ questionId: 'q' }]);
	expect(stage.receiver.runs).toEqual([]);
}

describe.each(['by hand', 'by a main'])('an integration that was made %s, with its secret typed:', (made) => {
	let before: ReturnType<typeof integration>;
	let asked: WebhookProcess;

	beforeEach(async () => {
		database = {};
		processes = [];
		secret = '';
		if (made === 'by hand') {
			({ sandbox, secret } = await sandboxWithIntegration(URL_HERE));
		} else {
			sandbox = await startSandbox();
		}
		credential = new OneCredential(credentialFor(sandbox, { signingSecret: secret }));
		await new Main().register();
		secret = integration()?.signingSecret ?? '';
		credential.data.signingSecret = secret;
		await new Main().register();
		before = structuredClone(integration());
		({ roomId } = openRoom(sandbox));
		asked = await WebhookProcess.start();
	});
	afterEach(async () => {
		for (const { stage } of processes) await stage.close();
		jest.restoreAllMocks();
		await sandbox.close();
	});

	/** Registers while Jelou refuses, then again. */
	async function registerAgain(extra: { times?: number }): Promise<void> {
		sandbox.setFaults({ respond: { status: 401, ...extra } });
		const main = new Main();
		await expect(main.register()).rejects.toThrow();
		sandbox.setFaults({});
		await main.register();
	}

	/** A trigger that created the integration would delete it and need another secret, so it is not published again here. */
	const published: [string, () => Promise<unknown>] = [
		'one main takes it back, and another registers it',
		async () => {
			await new Main().deregister();
			await new Main().register();
		},
	];
	const events: Array<[string, () => Promise<unknown>]> = [
		['another main becomes the leader', () => new Main().register()],
		[
			'another main becomes the leader, and stores the address, which was not stored',
			async () => {
				credential.data.registration = '';
				await new Main().register();
				expect(credential.registration.addresses).toMatchObject([{ url: URL_HERE }]);
			},
		],
		...(made === 'by hand' ? [published] : []),
		['two mains start at once', () => Promise.all([new Main().register(), new Main().register()])],
		[
			'the leader changes while Jelou refuses everything, so n8n takes it back and registers it again',
			() => registerAgain({}),
		],
		[
			'the leader changes while Jelou refuses one request, so n8n takes it back and registers it again',
			() => registerAgain({ times: 1 }),
		],
	];

	describe.each(events)('%s', (_event, happen) => {
		test.each(['the same webhook process', 'another one that takes over'])(
			'a question stays open, a pause goes on, and the production URL stays, with %s',
			async (who) => {
				await begin(asked);
				sandbox.setFaults({ latencyMs: 30 });
				await happen();
				sandbox.setFaults({});
				expect(integration()).toEqual(before);
				const serving = who === 'the same webhook process' ? asked : await WebhookProcess.start();
				await expectNothingLost(serving);
			},
		);
	});

	test.each(['the same webhook process', 'another one that takes over'])(
		'what a main read before the question was asked, and saves afterwards, erases nothing, with %s',
		async (who) => {
			const main = new Main();
			await begin(asked);
			await main.register();
			expect(integration()).toEqual(before);
			const serving = who === 'the same webhook process' ? asked : await WebhookProcess.start();
			await expectNothingLost(serving);
		},
	);
});
