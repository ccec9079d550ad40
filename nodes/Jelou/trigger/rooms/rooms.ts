import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { toProductionUrl } from '../../shared/webhookUrls';
import type { Deadline } from '../event/deadline';
import { whereOf, type JelouEvent } from '../event/events';
import { warn } from '../event/log';
import type { EventGroup } from './combine';
import { takeNote } from './notes';
import { keepSoon, watchQueue, watchTime } from './ownNotes';
import { answerQuestion } from './questions';
import { roomStoreOf } from './roomStore';
import type { RoomView } from './view';

/** What a delivery does with the rooms of its project. */
export type OpenRooms = ReturnType<typeof openRooms>;

/**
 * Opens the rooms of a delivery.
 *
 * @param project identifies the project, with its gateway
 */
export function openRooms(
	context: IWebhookFunctions,
	{
		deadline,
		project,
		secret,
		triggerKey,
	}: { deadline: Deadline; project: string; secret: string; triggerKey: string },
) {
	const staticData = context.getWorkflowStaticData('global');
	const store = roomStoreOf(context.getWorkflow().id ?? '', project);
	let address: string | undefined;
	const view: RoomView = {
		context,
		secret,
		store,
		triggerKey,
		// n8n evaluates an expression for it, and most deliveries do not need it.
		get address() {
			if (address === undefined) {
				const own = context.getNodeWebhookUrl('default') ?? '';
				address = toProductionUrl(own, own);
			}
			return address;
		},
	};
	if (!store.load(staticData)) {
		warn(context, 'cannot read what is stored of its rooms');
	}
	for (const roomId of store.queues()) watchQueue(view, roomId);
	watchTime(view);

	return {
		/** Takes a note from a Jelou node. */
		note: async (payload: IDataObject) => await takeNote(view, payload, deadline),

		/**
		 * Gives the answer to the run that asked; `undefined` when none waits for it.
		 *
		 * @param exitWords the trigger's own, which end any question of the project
		 */
		answer: async (group: EventGroup, exitWords: readonly string[]) =>
			await answerQuestion(view, group, exitWords),

		/** Whether a person has the event's conversation. The end of the conversation ends the pause, too. */
		isPaused(event: JelouEvent): boolean {
			const { roomId } = whereOf(event);
			if (roomId === undefined || !store.isPaused(roomId)) return false;
			if (event.event !== 'conversation.close') return true;
			store.endPause(roomId);
			return false;
		},

		/** Stores what has changed. */
		save(): void {
			// A test has its own copy, which n8n throws away.
			if (!store.needsSaving || context.getMode() === 'manual') return;
			// An old copy is better than none.
			if (!deadline.hasWaited || store.isUnkept) store.save(staticData);
			keepSoon(view);
		},
	};
}
