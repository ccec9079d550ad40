import { sleep } from 'n8n-workflow';

import { uptime } from '../../shared/clock';
import { postNote } from '../../shared/postNote';
import type { NoteContent } from '../../shared/triggerNote';
import { warn } from '../event/log';
import { releaseIfOver } from './resumeRun';
import { BEFORE_END_MS, type RoomStore } from './roomStore';
import type { RoomView } from './view';

/** How long after a write it is made sure that it is still there: a run that erases it may take as long to its end. */
const KEEP_AFTER_MS = 3_000;
/** The least time between two of these notes. */
const KEEP_EVERY_MS = 10_000;
/** Time for asking the next question, with n8n and Jelou in between. */
const ASK_TIMEOUT_MS = 30_000;
const WATCH_EVERY_MS = 500;
const WATCH_AFTER_FAILURE_MS = 5_000;

/** Gives the trigger itself a note. Never throws. @returns the status of the response, if there was one */
async function postToSelf(
	{ address, context, secret }: RoomView,
	content: NoteContent,
	timeout?: number,
): Promise<number | undefined> {
	let code: number | undefined;
	try {
		({ code } = await postNote(context, address, secret, content, timeout));
		// 404: n8n serves the trigger no longer, because it was unpublished.
		if (code === 200 || code === 404) return code;
	} catch {
		// The error may hold the address, with more than its host.
	}
	warn(
		context,
		'could not reach itself at its own address',
		`${code === undefined ? 'no response' : `status ${String(code)}`}; check WEBHOOK_URL`,
	);
	return code;
}

/** Has what is known stored now, with a fresh copy of the static data: that of a delivery which has waited is an old one. */
export async function keepNow(view: RoomView): Promise<void> {
	const { store } = view;
	const { saves } = store;
	store.keptAt = uptime();
	await postToSelf(view, { note: 'keep' });
	store.isUnkept = store.saves === saves && store.needsSaving;
}

/**
 * Has what is known stored in a while, at most once in ten seconds: a run that has just asked is about to wait, and n8n
 * then saves the static data that a Code node has written in it, over what was stored since it began.
 */
export function keepSoon(view: RoomView): void {
	const { store } = view;
	store.touchedAt = uptime();
	if (store.isKeeping) return;
	store.isKeeping = true;
	void keepLater(view).finally(() => (store.isKeeping = false));
}

async function keepLater(view: RoomView): Promise<void> {
	const { store } = view;
	const left = () => Math.max(store.touchedAt + KEEP_AFTER_MS, store.keptAt + KEEP_EVERY_MS) - uptime();
	while (left() > 0) await sleep(left());
	if (!store.isEmpty || store.needsSaving) await keepNow(view);
}

/** How often it is looked which dialogue is to be ended next. */
const LOOK_EVERY_MS = 1_000;

/** Of each store whose dialogues are timed the newest view: each holds much memory, and only one is needed. */
const timed = new WeakMap<RoomStore, RoomView>();

/** Ends the dialogues with answers when their time is up: n8n would go on with the node's input alone. */
export function watchTime(view: RoomView): void {
	const { store } = view;
	const isTimed = timed.has(store);
	if (!isTimed && store.firstToEnd === undefined) return;
	timed.set(store, view);
	if (!isTimed) void endInTime(store).finally(() => timed.delete(store));
}

async function endInTime(store: RoomStore): Promise<void> {
	for (let first = store.firstToEnd; first !== undefined; first = store.firstToEnd) {
		const left = first.until - BEFORE_END_MS - Date.now();
		if (left > 0) {
			await sleep(Math.min(left, LOOK_EVERY_MS));
			continue;
		}
		const view = timed.get(store);
		const code = view && (await postToSelf(view, { note: 'timeUp', roomId: first.roomId }));
		// Publishing it goes on with this.
		if (code === 404) return;
		if (store.firstToEnd === first) await sleep(LOOK_EVERY_MS);
	}
}

/** Asks the questions of a room that wait their turn, each as soon as the room is free. */
export function watchQueue(view: RoomView, roomId: string): void {
	const { store } = view;
	if (store.watched.has(roomId)) return;
	store.watched.add(roomId);
	void watch(view, roomId).finally(() => store.watched.delete(roomId));
}

async function watch(view: RoomView, roomId: string): Promise<void> {
	const { store } = view;
	while (store.hasQueue(roomId)) {
		if (store.nextIn(roomId) === undefined) await releaseIfOver(view, roomId);
		const isFree = store.nextIn(roomId) !== undefined;
		if (isFree) {
			const code = await postToSelf(view, { note: 'askNext', roomId }, ASK_TIMEOUT_MS);
			// Publishing it wakes its queues.
			if (code === 404) return;
		}
		// What could not be asked now is tried again until its time is up.
		const hasFailed = isFree && store.nextIn(roomId) !== undefined;
		await sleep(hasFailed ? WATCH_AFTER_FAILURE_MS : WATCH_EVERY_MS);
	}
}
