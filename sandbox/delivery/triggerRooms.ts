import { z } from 'zod';

import { writeNote, type NoteContent } from '../../nodes/Jelou/shared/triggerNote';
import type { Store } from '../store';
import type { Project, RoomStanding } from '../types';
import type { WebhookSender } from './webhookSender';

/**
 * How long after the last activity to ask the trigger, in milliseconds: soon, and again when the workflow has had time for
 * what Jelou does not see, such as a pause.
 */
const AFTER_MS = [150, 1_500, 6_000];

/** The path of a Jelou Trigger, published or tested: anything else would mistake a note for an event. */
const TRIGGER = /\/[^/]+\/[^/]+\/webhook$/;

/** How much of a question is shown, in characters. */
const SHOWN = 160;

const TIME = z.string().datetime({ offset: true });
const LISTED = z.object({
	rooms: z.array(
		z.object({
			room_id: z.string(),
			paused: z.boolean(),
			pausedUntil: TIME.nullish(),
			question: z.string().nullish(),
			answersUntil: TIME.nullish(),
			attempts: z.number().nullish(),
		}),
	),
});

function shorten(text: string): string {
	const [line = ''] = text.trim().split('\n', 1);
	return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}

/**
 * What the Jelou Trigger of a project knows about its rooms: pauses and open questions. Jelou does not know them, so this
 * asks the trigger with the note that Jelou nodes use, and only while somebody is watching.
 */
export class TriggerRooms {
	private readonly timers = new Map<string, NodeJS.Timeout>();
	/** How much has happened in a project, and how much of it the trigger's last response can reflect. */
	private readonly happened = new Map<string, number>();
	private readonly learned = new Map<string, number>();
	/** The address that was asked last, by project. */
	private readonly asked = new Map<string, string>();
	private watchers = 0;

	constructor(
		private readonly store: Store,
		private readonly webhookSender: WebhookSender,
	) {
		store.feed.watch((change) => {
			if (change.type === 'message') this.soon(store.rooms.get(change.message.roomId)?.projectId);
			else if (change.type === 'log' && !change.entry.isSetUp) this.soon(change.entry.projectId ?? '');
			else if (change.type === 'overview') this.askMoved();
		});
	}

	/** Starts watching. @returns a function that stops it */
	watch(): () => void {
		this.watchers += 1;
		if (this.watchers === 1) for (const { id } of this.store.projects.values()) this.soon(id);
		return () => void (this.watchers -= 1);
	}

	/** What is known of a room; nothing while waiting for the trigger's response, which may change it. */
	known(roomId: string): RoomStanding | undefined {
		const projectId = this.store.rooms.get(roomId)?.projectId ?? '';
		const isFresh = this.learned.get(projectId) === this.happened.get(projectId);
		return isFresh ? this.store.standings.get(roomId) : undefined;
	}

	/** @returns whether the trigger accepted it */
	async endPause(roomId: string): Promise<boolean> {
		const project = this.store.projects.get(this.store.rooms.get(roomId)?.projectId ?? '');
		if (!project) return false;
		const answer = await this.tell(project, { note: 'endPause', roomId });
		await this.ask(project);
		return answer !== undefined;
	}

	/** Ends the pauses of all rooms of all projects. What cannot be reached stays as it is. */
	async endAllPauses(): Promise<void> {
		const projects = [...this.store.projects.values()];
		await Promise.all(
			projects.map(async (project) => {
				const listed = LISTED.safeParse(await this.tell(project, { note: 'list' }));
				const paused = (listed.data?.rooms ?? []).filter((room) => room.paused);
				for (const { room_id: roomId } of paused) await this.tell(project, { note: 'endPause', roomId });
			}),
		);
	}

	close(): void {
		for (const timer of this.timers.values()) clearTimeout(timer);
		this.timers.clear();
	}

	/** A trigger that has just been registered. */
	private askMoved(): void {
		for (const { id, integration } of this.store.projects.values()) {
			const url = integration?.webhookUrl ?? '';
			if (this.asked.get(id) === url) continue;
			this.asked.set(id, url);
			this.soon(id);
		}
	}

	private soon(projectId = ''): void {
		const project = this.store.projects.get(projectId);
		if (!project) return;
		this.happened.set(projectId, (this.happened.get(projectId) ?? 0) + 1);
		if (this.watchers > 0) this.askAfter(project, AFTER_MS);
	}

	private askAfter(project: Project, [delay, ...later]: readonly number[]): void {
		clearTimeout(this.timers.get(project.id));
		if (delay === undefined) return;
		const timer = setTimeout(() => {
			this.askAfter(project, later);
			void this.ask(project);
		}, delay);
		this.timers.set(project.id, timer.unref());
	}

	private async ask(project: Project): Promise<void> {
		const happened = this.happened.get(project.id) ?? 0;
		const { data, success } = LISTED.safeParse(await this.tell(project, { note: 'list' }));
		// A trigger that does not respond because n8n is still starting has not forgotten anything.
		if (!success && project.integration) return;
		this.learned.set(project.id, happened);
		const standings = (data?.rooms ?? []).map(
			({ answersUntil, attempts, paused, pausedUntil, question, room_id: roomId }): RoomStanding => ({
				roomId,
				...(paused && pausedUntil && { pausedUntil }),
				...(question && { question: shorten(question), attempts: attempts ?? 0 }),
				...(question && answersUntil && { answersUntil }),
			}),
		);
		this.store.setStandings(project, standings);
	}

	/** @returns the trigger's response; `undefined` when there is no trigger, or it does not accept the note */
	private async tell(project: Project, content: NoteContent): Promise<unknown> {
		const { integration } = project;
		// A test in the editor accepts one event, so the note would end it.
		const address = integration?.webhookUrl.replace('/webhook-test/', '/webhook/') ?? '';
		if (!TRIGGER.test(address)) return undefined;
		const note = writeNote({ ...content, address, sentAt: Date.now() });
		return await this.webhookSender.tell(project, address, JSON.stringify(note));
	}
}
