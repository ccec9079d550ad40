// @ts-check

/**
 * @typedef {{ id: string, name: string }} Named
 * @typedef {{ webhookUrl: string, authType: string, createdAt: string, updatedAt: string }} Integration
 * @typedef {{ id: string, apiKey: string, clientId: string, clientSecret: string, name: string, bots: Named[], users: Named[],
 *   integration: Integration | null, hasDesk?: boolean }} Project
 * @typedef {{ id: string, startAt: string }} Conversation
 * @typedef {{ roomId: string, pausedUntil?: string, question?: string, answersUntil?: string, attempts?: number }} Standing
 * @typedef {{ id: string, projectId: string, botId: string, userId: string, conversation: Conversation | null,
 *   standing: Standing | null }} Room
 * @typedef {{ body?: string, url?: string, mime_type?: string, caption?: string, filename?: string }} Content
 * @typedef {{ state: 'sending' | 'delivered' | 'failed', note?: string, answer?: string, isTest?: boolean,
 *   question?: string }} MessageDelivery
 * @typedef {{ roomId: string, at: number, kind: 'started' | 'assigned' | 'closed', by: 'customer' | 'workflow' | 'agent',
 *   assignment?: { type: 'queue' | 'operator' | 'team', target: string } }} RoomEvent
 * @typedef {{ title: string, description?: string, payload?: string }} Choice
 * @typedef {{ title?: string, header?: { type: 'image' | 'video' | 'document', url: string, filename?: string },
 *   buttons?: Choice[], list?: { name: string, entries: Choice[] }, asksForLocation?: boolean,
 *   template?: { name: string, language: string } }} PlatformParts
 * @typedef {{ id: string, roomId: string, from: 'user' | 'agent', type: string, content: Content, at: number,
 *   duplicate: boolean, delivery?: MessageDelivery, platform?: PlatformParts }} Message
 * @typedef {{ id: number, at: number, kind: 'request' | 'delivery', projectId: string | null, title: string,
 *   outcome: string, tone: 'good' | 'info' | 'warning' | 'bad', auth: string | null, status: number | null, ms: number | null,
 *   answer?: string, isTest?: boolean, isSetUp?: boolean, details: Record<string, any> }} LogEntry
 * @typedef {{ latencyMs?: number, respond?: { status: number, retryAfter?: string | number, times?: number },
 *   drop?: boolean, dropAfterProcessing?: boolean, halfResponse?: boolean, dripMs?: number, endlessResponse?: boolean,
 *    deliverTwice?: boolean, replyAtOnce?: string, times?: number, path?: string, method?: string }} Faults
 * @typedef {{ projects: Project[], rooms: Room[], faults: Faults }} Overview
 * @typedef {{ fileType: 'image' | 'audio' | 'video' | 'file', url: string, name: string }} DeskAttachment
 * @typedef {{ id: number, at: number, from: 'customer' | 'bot' | 'agent', private: boolean, content: string,
 *   attachments: DeskAttachment[], delivery?: { state: 'sending' | 'delivered' | 'failed', note?: string } }} DeskMessage
 * @typedef {{ id: number, status: 'open' | 'resolved', contact: { id: number, name: string, identifier: string },
 *   customAttributes: Record<string, unknown>, createdAt: number, messages: DeskMessage[] }} DeskConversation
 * @typedef {{ webhookUrl: string, conversations: DeskConversation[] }} Desk
 * @typedef {Overview & { messages: Message[], roomEvents: RoomEvent[], log: LogEntry[],
 *   desk: Desk }} Snapshot
 */

/** What the sandbox has sent, and what is chosen on the page. The sandbox is always right: nothing is guessed here. */
export const model = {
	/** @type {Overview} */
	overview: { projects: [], rooms: [], faults: {} },
	/** @type {Message[]} of all rooms */
	messages: [],
	/** @type {RoomEvent[]} of all rooms */
	roomEvents: [],
	/** @type {LogEntry[]} of all projects, oldest first */
	log: [],
	/** @type {Desk} of all projects */
	desk: { webhookUrl: '', conversations: [] },
	chosen: { project: '', bot: '', user: '' },
};

/**
 * @template {{ id: string }} T
 * @param {T[]} list
 * @param {string} id
 * @returns {T | undefined} the first if none has this ID
 */
function pick(list, id) {
	return list.find((each) => each.id === id) ?? list[0];
}

/** The chosen project, bot and user, if they still exist, and their room, if any. */
export function scene() {
	const { overview, chosen } = model;
	const project = pick(overview.projects, chosen.project);
	const bot = pick(project?.bots ?? [], chosen.bot);
	const user = pick(project?.users ?? [], chosen.user);
	const room = overview.rooms.find(
		(each) => each.projectId === project?.id && each.botId === bot?.id && each.userId === user?.id,
	);
	return { project, bot, user, room };
}
