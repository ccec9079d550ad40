import { sleep } from 'n8n-workflow';

import { uptime } from '../../shared/clock';
import { postNote } from '../../shared/postNote';
import type { NoteContent } from '../../shared/triggerNote';
import { warn } from '../event/log';
import { endAnswered, releaseIfOver } from './resumeRun';
import { BEFORE_END_MS, type RoomStore } from './roomStore';
import type { RoomView } from './view';

/**
 * How long after a change it is stored once more, in milliseconds: a run that overwrites it may take this long to end.
 */
const KEEP_AFTER_MS = 3_000;
/** The least time between two of these notes. */
const KEEP_EVERY_MS = 10_000;
/** Time for asking the next question, through n8n and Jelou. */
const ASK_TIMEOUT_MS = 30_000;
const WATCH_EVERY_MS = 500;
const WATCH_AFTER_FAILURE_MS = 5_000;
/** How many times: every five minutes, since it costs n8n about as much as a delivery. */
const CHECK_EVERY = 600;

/**
 * Gives the trigger itself a note. Never throws.
 *
 * @returns the HTTP status, if there was a response
 */
async function postToSelf(
	{ address, context, secret }: RoomView,
	content: NoteContent,
	timeout?: number,
): Promise<number | undefined> {
	let code: number | undefined;
	try {
		({ code } = await postNote(context, address, secret, content, timeout));
		// 404: n8n no longer serves the trigger, because it was unpublished.
		if (code === 200 || code === 404) return code;
	} catch {
		// The error may contain more of the address than its host.
	}
	warn(
		context,
		'could not reach itself at its own address',
		`${code === undefined ? 'no response' : `status ${String(code)}`}; check WEBHOOK_URL`,
	);
	return code;
}

/**
 * Has what is known stored now, with a fresh copy of the static data: the copy of a delivery that has waited is
 * outdated.
 */
export async function keepNow(view: RoomView): Promise<void> {
	const { store } = view;
	const { saves } = store;
	store.keptAt = uptime();
	await postToSelf(view, { note: 'keep' });
	store.isUnkept = store.saves === saves && store.needsSaving;
}

/**
 * Has what is known stored in a while, at most once every ten seconds: when a run that has just asked begins to wait,
 * n8n saves the static data that a Code node wrote during it, over what was stored since the run began.
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

/** How often to check which dialogue has to be ended next, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

/** The newest view of each store whose dialogues are timed: a view holds a lot of memory, and only one is needed. */
const timed = new WeakMap<RoomStore, RoomView>();

/** Ends the dialogues that have answers when their time is up: n8n by itself would go on with only the node's input. */
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
		// This starts again when the trigger is published.
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
	for (let n = 0; store.hasQueue(roomId); n++) {
		if (n % CHECK_EVERY === 0) await endAnswered(view, roomId);
		if (!store.nextIn(roomId)) await releaseIfOver(view, roomId);
		let wait = WATCH_EVERY_MS;
		if (store.nextIn(roomId)) {
			const code = await postToSelf(view, { note: 'askNext', roomId }, ASK_TIMEOUT_MS);
			// This starts again when the trigger is published.
			if (code === 404) return;
			// What could not be asked now is tried again until its time is up.
			if (store.nextIn(roomId)) wait = WATCH_AFTER_FAILURE_MS;
		}
		await sleep(wait);
	}
}
