import { randomUUID } from 'node:crypto';

import { ObservableObject, type IDataObject, type INodeParameters } from 'n8n-workflow';

import {
	writeNote,
	type IfBusy,
	type NoteContent,
	type Question,
	type Step,
} from '../../../nodes/Jelou/shared/triggerNote';
import { sign } from '../../../nodes/Jelou/shared/signature';
import type { Sandbox } from '../../../sandbox';
import { stepWith } from '../../support/step';
import { Engine } from './engine';
import { startReceiver, type Receiver } from './receiver';
import { BOT, PROJECT, USER, credentialFor } from './setup';
import { WaitingRuns } from './waitingRuns';

export interface Reply {
	status: number;
	body: unknown;
}

/** The trigger's response with this status. */
export const status = (text: string, code = 200): Reply => ({ status: code, body: { status: text } });
export const STARTED = status('accepted');
export const ANSWERED = status('answered');

/** n8n's static data, which records whether it was written. */
export const observed = (data: IDataObject = {}): IDataObject =>
	ObservableObject.create(data, undefined, { ignoreEmptyOnFirstChild: true });

/** A separate trigger, with a customer's room and the runs that wait for the customer's answers. */
export class RoomStage {
	private constructor(
		readonly engine: Engine,
		readonly receiver: Receiver,
		readonly runs: WaitingRuns,
		private readonly secret: string,
		readonly roomId: string,
	) {}

	static async open(
		{ roomId, sandbox, secret }: { sandbox: Sandbox; secret: string; roomId: string },
		options: INodeParameters = {},
		events = ['*'],
		/** Those of an n8n that has ended. */
		given?: WaitingRuns,
	): Promise<RoomStage> {
		const runs = given ?? (await WaitingRuns.start());
		const engine = new Engine({
			credential: credentialFor(sandbox, { signingSecret: secret }),
			staticData: observed(),
			webhookBaseUrl: runs.origin,
			// The process remembers by credential and workflow, so each test has a separate trigger.
			credentialId: randomUUID(),
			workflowId: randomUUID(),
		});
		const receiver = await startReceiver(engine, { events, options });
		runs.triggers = receiver.url;
		return new RoomStage(engine, receiver, runs, secret, roomId);
	}

	async close(): Promise<void> {
		await this.receiver.close();
		await this.runs.close();
	}

	/** What n8n has stored of the rooms. */
	get stored(): IDataObject {
		return (this.engine.staticData.global as IDataObject).jelouRooms as IDataObject;
	}

	/** From now on, deliveries get this copy of what is stored. Returns n8n's static data. */
	restore(jelouRooms: IDataObject): IDataObject {
		const staticData = observed({ global: { jelouRooms } });
		Object.assign(this.engine, { staticData });
		return staticData;
	}

	async deliver(payload: object, signature?: string | null, signal?: AbortSignal): Promise<Reply> {
		const body = JSON.stringify(payload);
		const given = signature === undefined ? sign(Buffer.from(body), this.secret) : signature;
		const response = await fetch(`${this.receiver.url}/webhook/webhook-1/webhook`, {
			method: 'POST',
			headers: {
				'Content-Type': 'application/json',
				...(given === null ? {} : { 'X-Jelou-Signature': given }),
			},
			body,
			signal,
		});
		return { status: response.status, body: await response.json() };
	}

	message(text: string, extra: IDataObject = {}): IDataObject {
		return {
			field: 'messages',
			object: 'message_event',
			event_type: 'message',
			room_id: this.roomId,
			contact: { id: USER },
			bot: { id: BOT },
			value: { id: randomUUID(), type: 'text', content: { body: text } },
			...extra,
		};
	}

	async says(text: string, extra: IDataObject = {}): Promise<Reply> {
		return await this.deliver(this.message(text, extra));
	}

	/** The end of the conversation. */
	async closes(): Promise<Reply> {
		return await this.deliver({
			event: 'conversation.close',
			room_id: this.roomId,
			contact: { id: USER },
		});
	}

	question(id: string, step: Partial<Step> = {}, extra: Partial<Question> = {}): Question {
		return {
			id,
			roomId: this.roomId,
			userId: USER,
			botId: BOT,
			projectId: PROJECT,
			runId: id,
			title: 'What is it?',
			resumePath: this.runs.resumePath(id),
			askedAt: Date.now(),
			until: Date.now() + 60_000,
			steps: [stepWith({ invalidMessage: 'Otra vez', maxAttempts: 2, ...step })],
			...extra,
		};
	}

	note(content: NoteContent): IDataObject {
		const address = `${this.runs.origin}/webhook/webhook-1/webhook`;
		return writeNote({ ...content, address, sentAt: Date.now() });
	}

	/** Tells the trigger of a question that is about to be sent. */
	async tell(question: Question, ifBusy: IfBusy = 'wait'): Promise<Reply> {
		return await this.deliver(this.note({ note: 'ask', question, text: '¿Qué?', ifBusy }));
	}

	/** Asks a question as a node does, in place of one that is open. */
	async ask(...given: Parameters<RoomStage['question']>): Promise<IDataObject> {
		const question = this.question(...given);
		const note = this.note({ note: 'ask', question, text: '¿Qué?', ifBusy: 'replace' });
		expect(await this.deliver(note)).toEqual({ status: 200, body: { status: 'registered' } });
		await this.deliver(this.note({ note: 'sent', question, openedAt: Date.now() }));
		return note;
	}

	/** What the waiting runs continued with. */
	answers(): IDataObject[] {
		return this.runs.resumed.map(({ answer, questionId }) => ({ questionId, ...answer.outcome }));
	}
}
