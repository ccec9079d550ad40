import type { IWebhookFunctions } from 'n8n-workflow';

import { whereOf, type JelouEvent } from '../event/events';
import { registerOf, storeRooms } from './register';

/** Whether a person has the event's conversation. The end of the conversation ends the pause, too. */
export function isPaused(context: IWebhookFunctions, triggerKey: string, event: JelouEvent): boolean {
	const staticData = context.getWorkflowStaticData('global');
	const nodeId = context.getNode().id;
	const register = registerOf(triggerKey, staticData, nodeId);
	const { roomId } = whereOf(event);
	if (roomId === undefined || !register.isPaused(roomId)) return false;
	if (event.event !== 'conversation.close') return true;
	register.endPause(roomId);
	storeRooms(register, staticData, nodeId);
	return false;
}
