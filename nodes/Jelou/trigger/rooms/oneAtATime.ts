/** The last work of each room that has not ended. */
const working = new Map<string, Promise<unknown>>();

/** Whether something is being done for a room. */
export function isTaken(room: string): boolean {
	return working.has(room);
}

/** Does one thing after the other for a room, in the order in which they were asked for. */
export async function oneAtATime<Result>(room: string, work: () => Promise<Result>): Promise<Result> {
	const mine = Promise.resolve(working.get(room)).then(work, work);
	working.set(room, mine);
	try {
		return await mine;
	} finally {
		if (working.get(room) === mine) working.delete(room);
	}
}
