import { fillIn } from '../../shared/placeholders';
import type { Pause, RoomState } from '../../shared/triggerNote';
import type { RoomStore } from './roomStore';
import { stepOf } from './storedRooms';

const toIso = (at: number) => new Date(at).toISOString();

/**
 * The rooms that are paused or have a question, each once: if possible with a question that was asked, not one that
 * waits its turn.
 */
export function roomStates(store: RoomStore): RoomState[] {
	const states = new Map<string, RoomState>();
	const placeOf = ({ botId, roomId, userId }: Pause) => ({
		room_id: roomId,
		contact: { id: userId },
		bot: { id: botId },
	});
	for (const pause of store.pausesInForce())
		states.set(pause.roomId, { ...placeOf(pause), paused: true, pausedUntil: toIso(pause.until) });
	const questions = store
		.lasting()
		.sort((a, b) => Number(a.phase === 'queued') - Number(b.phase === 'queued'));
	for (const question of questions) {
		const { answers, askedAt, attempts, roomId, title, until } = question;
		const known = states.get(roomId);
		if (known?.question !== undefined) continue;
		states.set(roomId, {
			paused: false,
			...known,
			...placeOf(question),
			question: fillIn(stepOf(question).text, answers) || title,
			askedAt: toIso(askedAt),
			answersUntil: toIso(until),
			attempts,
		});
	}
	return [...states.values()];
}
