import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import {
	MAX_NOTE_AGE_MS,
	NOTE_STATUS,
	readNote,
	type NoteStatus,
	type RoomNote,
} from '../../shared/roomNote';
import { warn } from '../event/log';
import { isStoredAsPaused, registerOf, storeRooms, storedText, type RoomRegister } from './register';

function originOf(address: string | undefined): string | undefined {
	return address !== undefined && URL.canParse(address) ? new URL(address).origin : undefined;
}

/**
 * Why a note is refused: it is for the n8n that sent it, and for a moment. One that was recorded, or comes from elsewhere,
 * counts for nothing.
 */
function faultOf(context: IWebhookFunctions, note: RoomNote): string | undefined {
	if (note.instanceId !== context.getInstanceId()) return 'it comes from another n8n';
	if (Math.abs(Date.now() - note.sentAt) > MAX_NOTE_AGE_MS) return 'its time is more than a minute off';
	const own = originOf(context.getNodeWebhookUrl('default'));
	if (note.note !== 'ask' || (own !== undefined && originOf(note.question.resumeUrl) === own))
		return undefined;
	return 'its run waits at another address than this trigger';
}

function refuse(
	context: IWebhookFunctions,
	reason: string,
	status: NoteStatus = NOTE_STATUS.refused,
): NoteStatus {
	warn(context, `refused a note of a Jelou node: ${reason}`);
	return status;
}

/** Does what a note says. */
function take(context: IWebhookFunctions, register: RoomRegister, note: RoomNote): NoteStatus {
	const staticData = context.getWorkflowStaticData('global');
	const nodeId = context.getNode().id;
	const { pauses, questions } = register;
	const store = (status: NoteStatus) => {
		storeRooms(register, staticData, nodeId);
		return status;
	};
	if (note.note === 'withdraw') {
		questions.close(note.roomId, note.questionId);
		return store('withdrawn');
	}
	if (note.note === 'resume') {
		const wasStored = isStoredAsPaused(staticData, nodeId, note.roomId);
		register.endPause(note.roomId);
		return wasStored ? store('registered') : 'confirmed';
	}
	const [entries, { id }] = note.note === 'ask' ? [questions, note.question] : [pauses, note.pause];
	// A customer can be quicker than the node that asks whether its question is known.
	if (entries.isClosed(id)) return 'confirmed';
	if (storedText(staticData, nodeId).includes(JSON.stringify(id))) return 'confirmed';
	if (note.note === 'ask') {
		return questions.add({ ...note.question, attempts: 0 })
			? store('registered')
			: refuse(context, '5,000 questions are open already', 'full');
	}
	if (!pauses.add(note.pause)) return refuse(context, '5,000 conversations are paused already', 'full');
	// A person has the conversation now: what the customer writes is for that person.
	questions.close(note.pause.roomId);
	return store('registered');
}

/**
 * Handles a note of a Jelou node: of a question or a pause that begins or ends. The note was verified like any delivery.
 * It starts no workflow. One that comes again, recorded or repeated on its way, changes nothing.
 *
 * @returns what to answer
 */
export function handleNote(context: IWebhookFunctions, triggerKey: string, payload: IDataObject): NoteStatus {
	const note = readNote(payload);
	if (note === undefined) return refuse(context, 'it lacks a part');
	const fault = faultOf(context, note);
	if (fault !== undefined) return refuse(context, fault);
	const register = registerOf(triggerKey, context.getWorkflowStaticData('global'), context.getNode().id);
	const status = register.notes.get(note.noteId) ?? take(context, register, note);
	register.notes.set(note.noteId, status);
	return status;
}
