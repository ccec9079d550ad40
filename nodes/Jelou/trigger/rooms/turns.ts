/** The last work of each room that has not ended. */
const turns = new Map<string, Promise<unknown>>();

/** Whether something is being done for a room. */
export function isTaken(room: string): boolean {
	return turns.has(room);
}

/** Does one thing after the other for a room, in the order in which they were asked for. */
export async function inTurn<Result>(room: string, work: () => Promise<Result>): Promise<Result> {
	const before = turns.get(room) ?? Promise.resolve();
	const mine = before.then(work, work);
	turns.set(room, mine);
	try {
		return await mine;
	} finally {
		if (turns.get(room) === mine) turns.delete(room);
	}
}
