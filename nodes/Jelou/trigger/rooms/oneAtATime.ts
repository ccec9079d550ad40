/** The last piece of work of each room, until it has ended. */
const working = new Map<string, Promise<unknown>>();

/** Whether something is being done for a room. */
export function isTaken(room: string): boolean {
	return working.has(room);
}

/** Does the work for a room one piece at a time, in the order of the calls. Settles as `work` does. */
export async function oneAtATime<Result>(room: string, work: () => Promise<Result>): Promise<Result> {
	const mine = Promise.resolve(working.get(room)).then(work, work);
	working.set(room, mine);
	try {
		return await mine;
	} finally {
		if (working.get(room) === mine) working.delete(room);
	}
}
