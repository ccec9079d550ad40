import type { IDataObject } from 'n8n-workflow';

import {
	MAX_NOTE_AGE_MS,
	readNote,
	type NoteStatus,
	type Pause,
	type Question,
	type RoomState,
	type TriggerNote,
	type TriggerReport,
} from '../../shared/triggerNote';
import { isSameAddress } from '../../shared/webhookUrls';
import { deliveriesOf } from '../event/deliveryCounts';
import { Deadline } from '../event/deadline';
import { warn } from '../event/log';
import { oneAtATime } from './oneAtATime';
import { keepNow, keepSoon, watchQueue } from './ownNotes';
import { askNext, endDialogue, endQuestions, roomKeyOf } from './questions';
import { canResume, releaseIfOver } from './resumeRun';
import { roomStates } from './roomStates';
import type { RoomView } from './view';

interface NoteResponse {
	status: NoteStatus;
	rooms?: RoomState[];
	report?: TriggerReport;
}

function refuse({ context }: RoomView, reason: string, status: NoteStatus = 'refused'): NoteStatus {
	warn(context, `refused a Jelou node's note: ${reason}`);
	return status;
}

/** Whether what a node wants remembered is stored, as the status of a response. */
function statusOf({ store }: RoomView, { id }: Question | Pause): NoteStatus {
	return store.isStored(id) ? 'confirmed' : 'registered';
}

async function takeQuestion(
	view: RoomView,
	{ ifBusy, question, text }: TriggerNote & { note: 'ask' },
	deadline: Deadline,
): Promise<NoteStatus> {
	const { address, store } = view;
	const { roomId } = question;
	// A customer can be quicker than the node that repeats its note.
	if (store.hasEnded(question.id)) return 'confirmed';
	if (store.isPaused(roomId)) return 'paused';
	if (!store.find(question)) {
		// Meanwhile another process may store something, when the load balancer moves the address.
		deadline.hasWaited = store.probedAddress !== address;
		if (!(await canResume(view, question))) {
			return refuse(view, 'n8n does not take requests at its own resume address', 'unreachable');
		}
	}
	const reserved = store.reservedFor(roomId);
	if (reserved && reserved.runId !== question.runId) {
		deadline.hasWaited = true;
		await releaseIfOver(view, roomId);
	}
	const known = store.find(question);
	if (known) return known.text === '' ? statusOf(view, question) : 'queued';
	const isBusy = store.isBusyFor(question);
	if (isBusy && ifBusy === 'fail') return 'busy';
	const isQueued = isBusy && ifBusy === 'wait';
	const added = isQueued ? store.add(question, 'queued', text) : store.add(question, 'pending');
	if (added === undefined) return refuse(view, 'too many questions are open', 'full');
	if (deadline.hasWaited) await keepNow(view);
	if (isQueued) watchQueue(view, roomId);
	return isQueued ? 'queued' : 'registered';
}

/** The customer has the question: any older one that it replaces is over. */
function takeSent(view: RoomView, { openedAt, question }: TriggerNote & { note: 'sent' }): NoteStatus {
	const { store } = view;
	if (store.hasEnded(question.id)) return 'confirmed';
	const opened = store.find(question) ?? store.add(question, 'pending');
	if (opened === undefined) return 'full';
	for (const other of store.asked(question.roomId)) if (other !== opened) store.end(other);
	store.open(opened, openedAt);
	keepSoon(view);
	return statusOf(view, question);
}

function takePause(view: RoomView, pause: Pause): NoteStatus {
	const { context, store } = view;
	if (store.knowsPause(pause)) return statusOf(view, pause);
	if (!store.addPause(pause)) return refuse(view, '5,000 conversations are paused already', 'full');
	const questions = store.inRoom(pause.roomId);
	for (const question of questions) store.end(question);
	// A person has the conversation now: what the customer writes is for that person, and no run waits for it.
	void oneAtATime(roomKeyOf(view, pause.roomId), async () => {
		if (await endQuestions(view, questions, { outcome: 'paused' }, new Deadline())) return;
		warn(context, 'could not reach a run whose conversation was paused');
	});
	return 'registered';
}

function takeEndOfPause({ store }: RoomView, roomId: string): NoteStatus {
	const isStored = store.isStoredAsPaused(roomId);
	store.endPause(roomId);
	return isStored ? 'registered' : 'confirmed';
}

async function report(view: RoomView, { noteId, resumePath }: TriggerNote & { note: 'report' }) {
	const { context, store } = view;
	return {
		workflow: context.getWorkflow().name ?? '',
		canResume: await canResume(view, { id: noteId, resumePath }, true),
		...deliveriesOf(context),
		questions: store.lasting().length,
		pauses: store.pausesInForce().length,
	} satisfies TriggerReport;
}

/** Does what a note says. */
async function take(view: RoomView, note: TriggerNote, deadline: Deadline): Promise<NoteStatus> {
	switch (note.note) {
		case 'ask':
			return await takeQuestion(view, note, deadline);
		case 'sent':
			return takeSent(view, note);
		case 'withdraw':
			view.store.end({ id: note.questionId });
			return 'withdrawn';
		case 'pause':
			return takePause(view, note.pause);
		case 'endPause':
			return takeEndOfPause(view, note.roomId);
		case 'list':
		case 'report':
		case 'keep':
			return 'confirmed';
		case 'askNext':
			await askNext(view, note.roomId, deadline);
			return 'confirmed';
		case 'timeUp':
			await endDialogue(view, note.roomId, deadline);
			return 'confirmed';
	}
}

/**
 * Handles a note from a Jelou node, or from the trigger itself. It was verified like any delivery, and starts no
 * workflow. One that comes again, replayed or repeated on its way, changes nothing.
 *
 * @returns the response: the status, and what the note asked for
 */
export async function takeNote(
	view: RoomView,
	payload: IDataObject,
	deadline: Deadline,
): Promise<NoteResponse> {
	const note = readNote(payload);
	if (note === undefined) return { status: refuse(view, 'it lacks a part') };
	const status = await takeOnce(view, note, deadline);
	if (status !== 'confirmed') return { status };
	if (note.note === 'list') return { status, rooms: roomStates(view.store) };
	if (note.note !== 'report') return { status };
	deadline.hasWaited = true;
	return { status, report: await report(view, note) };
}

async function takeOnce(view: RoomView, note: TriggerNote, deadline: Deadline): Promise<NoteStatus> {
	// A note is for one trigger, and for a moment: one that was recorded, or is for another trigger, is refused.
	if (!isSameAddress(note.address, view.address)) return refuse(view, 'it is for another address');
	if (Math.abs(Date.now() - note.sentAt) > MAX_NOTE_AGE_MS) {
		return refuse(view, 'its time is more than a minute off');
	}
	const { notes } = view.store;
	const status = notes.get(note.noteId) ?? (await take(view, note, deadline));
	notes.set(note.noteId, status);
	return status;
}
