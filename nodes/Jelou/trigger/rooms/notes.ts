import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { MAX_NOTE_AGE_MS, NOTE_STATUS, readNote, type RoomNote } from '../../shared/roomNote';
import { registerOf, storeQuestions, storedText } from './register';

function originOf(address: string | undefined): string | undefined {
	return address !== undefined && URL.canParse(address) ? new URL(address).origin : undefined;
}

/** A note is for the n8n that sent it, and for a moment: one that was recorded, or comes from elsewhere, is refused. */
function isOurs(context: IWebhookFunctions, note: RoomNote): boolean {
	if (note.instanceId !== context.getInstanceId()) return false;
	if (Math.abs(Date.now() - note.sentAt) > MAX_NOTE_AGE_MS) return false;
	const own = originOf(context.getNodeWebhookUrl('default'));
	return note.note === 'withdraw' || (own !== undefined && originOf(note.question.resumeUrl) === own);
}

/**
 * Handles a note of a Jelou node: a question that a run has asked, or asks no more. The note was verified like any
 * delivery. It starts no workflow.
 *
 * @returns what to answer
 */
export function handleNote(
	context: IWebhookFunctions,
	triggerKey: string,
	payload: IDataObject,
): { status: keyof typeof NOTE_STATUS } {
	const note = readNote(payload);
	if (note === undefined || !isOurs(context, note)) return { status: 'refused' };
	const staticData = context.getWorkflowStaticData('global');
	const nodeId = context.getNode().id;
	const register = registerOf(triggerKey, staticData, nodeId);
	if (note.note === 'withdraw') {
		register.close(note.roomId, note.questionId);
		storeQuestions(register, staticData, nodeId);
		return { status: 'withdrawn' };
	}
	const { question } = note;
	// A customer can be quicker than the node that asks whether its question is known.
	if (register.isClosed(question.id)) return { status: 'confirmed' };
	if (storedText(staticData, nodeId).includes(JSON.stringify(question.id))) return { status: 'confirmed' };
	if (!register.add(question)) return { status: 'full' };
	storeQuestions(register, staticData, nodeId);
	return { status: 'registered' };
}
