import type { RequestRecord } from './types';

/** What a list of requests says about how many went at once. */
export interface Traffic {
	requests: number;
	/** The most that were under way at the same time. */
	mostUnderWay: number;
	/** How many messages arrived while another one to the same room was under way. */
	roomOverlaps: number;
}

function roomOf({ rawBody }: RequestRecord): string | undefined {
	try {
		const body: unknown = JSON.parse(rawBody.toString('utf8'));
		const isMessage = typeof body === 'object' && body !== null && 'room_id' in body;
		return isMessage && typeof body.room_id === 'string' ? body.room_id : undefined;
	} catch {
		return undefined;
	}
}

/** Measures what was under way together, from the order in which requests arrived and were answered. */
export function trafficOf(requests: readonly RequestRecord[]): Traffic {
	const moments = requests.flatMap((request) => [
		{ place: request.arrived, request, isArrival: true },
		...(request.answered === null ? [] : [{ place: request.answered, request, isArrival: false }]),
	]);
	const inRoom = new Map<string, number>();
	let underWay = 0;
	let mostUnderWay = 0;
	let roomOverlaps = 0;
	for (const { request, isArrival } of moments.sort((a, b) => a.place - b.place)) {
		underWay += isArrival ? 1 : -1;
		mostUnderWay = Math.max(mostUnderWay, underWay);
		const room = roomOf(request);
		if (room === undefined) continue;
		const others = inRoom.get(room) ?? 0;
		if (isArrival && others > 0) roomOverlaps++;
		inRoom.set(room, others + (isArrival ? 1 : -1));
	}
	return { requests: requests.length, mostUnderWay, roomOverlaps };
}
