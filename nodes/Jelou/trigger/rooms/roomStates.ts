import { fillIn } from '../../shared/placeholders';
import type { RoomState } from '../../shared/triggerNote';
import type { RoomStore } from './roomStore';
import { stepOf } from './storedRooms';

const toIso = (at: number) => new Date(at).toISOString();

/** The rooms that are paused or have a question, each once: with the question that was asked first, not one that waits its turn. */
export function roomStates(store: RoomStore): RoomState[] {
	const states = new Map<string, RoomState>();
	for (const { botId, roomId, until, userId } of store.pausesInForce()) {
		states.set(roomId, {
			room_id: roomId,
			contact: { id: userId },
			bot: { id: botId },
			paused: true,
			pausedUntil: toIso(until),
		});
	}
	const questions = store
		.lasting()
		.sort((a, b) => Number(a.phase === 'queued') - Number(b.phase === 'queued'));
	for (const question of questions) {
		const { answers, askedAt, attempts, botId, roomId, title, until, userId } = question;
		const known = states.get(roomId);
		if (known?.question !== undefined) continue;
		states.set(roomId, {
			paused: false,
			...known,
			room_id: roomId,
			contact: { id: userId },
			bot: { id: botId },
			question: fillIn(stepOf(question).text, answers) || title,
			askedAt: toIso(askedAt),
			answersUntil: toIso(until),
			attempts,
		});
	}
	return [...states.values()];
}
