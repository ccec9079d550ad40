import type { RequestRecord } from './types';

/** How many of a list of requests went at once. */
export interface Traffic {
	requests: number;
	/** How many got a 200. */
	accepted: number;
	/** How many accepted messages had the ID of an earlier one. */
	duplicates: number;
	/** The most that were under way at the same time. */
	mostUnderWay: number;
	/** How many messages arrived while another one to the same room was under way. */
	roomOverlaps: number;
}

interface MessageBody {
	room_id: string;
	value: { id: string };
}

function isMessage(body: unknown): body is MessageBody {
	if (typeof body !== 'object' || body === null || !('room_id' in body) || !('value' in body)) return false;
	return typeof body.value === 'object' && body.value !== null && 'id' in body.value;
}

/** The message that a request sent, or `undefined` for any other request. */
function messageOf({ rawBody }: RequestRecord): MessageBody | undefined {
	try {
		const body: unknown = JSON.parse(rawBody.toString('utf8'));
		return isMessage(body) ? body : undefined;
	} catch {
		return undefined;
	}
}

/** Measures what was under way together, from the order in which requests arrived and got their responses. */
export function trafficOf(requests: readonly RequestRecord[]): Traffic {
	const accepted = requests.filter(({ status }) => status === 200);
	const ids = accepted.flatMap((request) => messageOf(request)?.value.id ?? []);
	const moments = requests.flatMap((request) => {
		const room = messageOf(request)?.room_id;
		const arrival = { place: request.arrived, room, isArrival: true };
		return request.answered === null
			? [arrival]
			: [arrival, { place: request.answered, room, isArrival: false }];
	});
	const inRoom = new Map<string, number>();
	let underWay = 0;
	let mostUnderWay = 0;
	let roomOverlaps = 0;
	for (const { room, isArrival } of moments.sort((a, b) => a.place - b.place)) {
		underWay += isArrival ? 1 : -1;
		mostUnderWay = Math.max(mostUnderWay, underWay);
		if (room === undefined) continue;
		const others = inRoom.get(room) ?? 0;
		if (isArrival && others > 0) roomOverlaps++;
		inRoom.set(room, others + (isArrival ? 1 : -1));
	}
	return {
		requests: requests.length,
		accepted: accepted.length,
		duplicates: ids.length - new Set(ids).size,
		mostUnderWay,
		roomOverlaps,
	};
}
