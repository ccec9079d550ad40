import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { toApiError } from '../http/errors';
import { parseJson } from '../http/json';
import type { Desk } from './desk';
import { DeskError, missing, notFound } from './errors';
import { readForm, type Form } from './multipart';
import { ACCOUNT, contactBody, conversationBody, INBOX, messageBody } from './payloads';
import type { Contact } from './store';
import { DESK_STATUSES } from './types';

/** The only token that the desk knows. */
export const DESK_TOKEN = 'demo-desk-token';
/** Chatwoot's limit for a message. */
const MAX_BYTES = 40_000_000;
/** Messages in one response. */
const PAGE = 20;

declare module 'fastify' {
	interface FastifyRequest {
		form: Form;
	}
}

async function readBody(request: FastifyRequest): Promise<void> {
	const type = request.headers['content-type'] ?? '';
	request.form = { fields: {}, files: [] };
	if (request.rawBody.length === 0) return;
	if (/^multipart\/form-data/i.test(type)) request.form = await readForm(request.rawBody, type);
	else {
		const body = parseJson(request.rawBody);
		if (typeof body !== 'object' || body === null) throw new DeskError(400, 'The body is not a JSON object');
		request.form.fields = { ...body };
	}
}

function textOf(fields: Form['fields'], name: string): string {
	const value = fields[name] ?? '';
	if (typeof value === 'string') return value;
	if (typeof value === 'number') return String(value);
	throw new DeskError(422, `${name} must be text`, [name]);
}

function required(fields: Form['fields'], name: string): string {
	const value = textOf(fields, name);
	if (value === '') throw missing(name);
	return value;
}

function attributesOf(value: unknown = {}): Record<string, unknown> {
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
	throw new DeskError(422, 'custom_attributes is not an object', ['custom_attributes']);
}

function requireInbox(fields: Form['fields']): void {
	if (Number(required(fields, 'inbox_id')) !== INBOX.id) throw notFound();
}

const CONDITIONS = z
	.array(
		z.object({
			attribute_key: z.enum(['identifier', 'name']),
			filter_operator: z.literal('equal_to'),
			values: z.array(z.string()),
		}),
	)
	.nonempty();

/** What a filter matches: contacts whose identifier or name is one of its values, ignoring case, as in Chatwoot. */
function filterOf(payload: unknown): (contact: Contact) => boolean {
	const { data } = CONDITIONS.safeParse(payload);
	if (!data) throw new DeskError(422, 'Invalid attribute key, operator or values');
	const tests = data.map(({ attribute_key, values }) => {
		const wanted = values.map((value) => value.toLowerCase());
		return (contact: Contact) => wanted.includes(contact[attribute_key].toLowerCase());
	});
	return (contact) => tests.every((test) => test(contact));
}

interface WithId {
	Params: { id: string };
}

/**
 * Chatwoot's application API, as far as a channel of type API needs it, below `/chatwoot/api/v1/accounts/1`.
 *
 * @see https://developers.chatwoot.com/api-reference/introduction
 */
export function deskRoutes(app: FastifyInstance, desk: Desk): void {
	const { store } = desk;

	app.decorateRequest('form');
	app.addHook('onSend', (request, reply, _payload, done) => {
		const status = request.info.dropResponse === null ? reply.statusCode : null;
		desk.addRequest({ method: request.method, url: request.url, status });
		done();
	});
	app.addHook('preValidation', async (request) => {
		const { params } = request;
		if (typeof params !== 'object' || params === null || !('accountId' in params)) return;
		if (request.headers.api_access_token !== DESK_TOKEN) throw new DeskError(401, 'Invalid Access Token');
		if (params.accountId !== String(ACCOUNT.id)) throw notFound();
		await readBody(request);
	});
	app.setErrorHandler((error, _request, reply: FastifyReply) => {
		if (error instanceof DeskError) return reply.code(error.status).send(error.body);
		const { message, status } = toApiError(error);
		return reply.code(status).send({ error: message });
	});
	app.setNotFoundHandler((_request, reply) => reply.code(404).send(notFound().body));

	const account = '/api/v1/accounts/:accountId';

	const contactOf = (id: string): Contact => {
		const contact = store.contacts.get(Number(id));
		if (!contact) throw notFound();
		return contact;
	};
	const listOf = (contacts: Contact[]) => ({
		meta: { count: contacts.length, current_page: '1' },
		payload: contacts.map(contactBody),
	});

	/** @see https://developers.chatwoot.com/api-reference/contacts/create-contact */
	app.post(`${account}/contacts`, ({ form: { fields } }) => {
		requireInbox(fields);
		const sourceId = textOf(fields, 'source_id');
		const [name, identifier] = [textOf(fields, 'name'), textOf(fields, 'identifier')];
		const contact = store.addContact(name, identifier, sourceId === '' ? undefined : sourceId);
		return {
			payload: {
				contact: contactBody(contact),
				contact_inbox: { inbox: INBOX, source_id: contact.sourceId },
			},
		};
	});

	/** @see https://developers.chatwoot.com/api-reference/contacts/search-contacts */
	app.get<{ Querystring: { q?: string } }>(`${account}/contacts/search`, ({ query }) => {
		const wanted = (query.q ?? '').toLowerCase();
		if (wanted === '') throw new DeskError(422, 'Specify search string with parameter q');
		const has = ({ identifier, name }: Contact) =>
			[identifier, name].some((each) => each.toLowerCase().includes(wanted));
		return listOf([...store.contacts.values()].filter(has));
	});

	/** @see https://developers.chatwoot.com/api-reference/contacts/contact-filter */
	app.post(`${account}/contacts/filter`, ({ form: { fields } }) =>
		listOf([...store.contacts.values()].filter(filterOf(fields.payload))),
	);

	/** @see https://developers.chatwoot.com/api-reference/contacts/contact-conversations */
	app.get<WithId>(`${account}/contacts/:id/conversations`, ({ params }) => ({
		payload: store
			.conversationsOf(contactOf(params.id).id)
			.map((each) => conversationBody(store, each))
			.reverse(),
	}));

	/** @see https://developers.chatwoot.com/api-reference/conversations/create-new-conversation */
	app.post(`${account}/conversations`, ({ form: { fields } }) => {
		requireInbox(fields);
		const sourceId = required(fields, 'source_id');
		const contact = [...store.contacts.values()].find((each) => each.sourceId === sourceId);
		if (!contact) throw notFound();
		const contactId = textOf(fields, 'contact_id');
		if (contactId !== '' && contactOf(contactId) !== contact) {
			throw new DeskError(422, 'source_id should be unique');
		}
		return conversationBody(store, desk.open(contact, attributesOf(fields.custom_attributes)));
	});

	/** @see https://developers.chatwoot.com/api-reference/conversations/conversation-details */
	app.get<WithId>(`${account}/conversations/:id`, ({ params }) =>
		conversationBody(store, desk.conversation(Number(params.id))),
	);

	/** @see https://developers.chatwoot.com/api-reference/conversations/update-custom-attributes */
	app.post<WithId>(`${account}/conversations/:id/custom_attributes`, ({ form: { fields }, params }) => {
		const conversation = desk.conversation(Number(params.id));
		if (fields.custom_attributes === undefined) throw missing('custom_attributes');
		store.addAttributes(conversation, attributesOf(fields.custom_attributes));
		return { custom_attributes: conversation.customAttributes };
	});

	/** @see https://developers.chatwoot.com/api-reference/conversations/toggle-status */
	app.post<WithId>(`${account}/conversations/:id/toggle_status`, ({ form: { fields }, params }) => {
		const conversation = desk.conversation(Number(params.id));
		const given = required(fields, 'status');
		const status = DESK_STATUSES.find((each) => each === given);
		if (status === undefined) throw new DeskError(422, `'${given}' is not a valid status`, ['status']);
		desk.setStatus(conversation, status);
		return { meta: {}, payload: { success: true, conversation_id: conversation.id, current_status: status } };
	});

	/** @see https://developers.chatwoot.com/api-reference/messages/get-messages */
	app.get<WithId & { Querystring: { before?: string } }>(
		`${account}/conversations/:id/messages`,
		({ params, query }) => {
			const conversation = desk.conversation(Number(params.id));
			const before = Number(query.before ?? Infinity);
			const messages = conversation.messages.filter(({ id }) => id < before).slice(-PAGE);
			const { contact_inbox, meta } = conversationBody(store, conversation);
			return {
				meta: { contact: meta.sender, contact_inbox, additional_attributes: {} },
				payload: messages.map((each) => messageBody(store, conversation, each)),
			};
		},
	);

	/** @see https://developers.chatwoot.com/api-reference/messages/create-new-message */
	app.post<WithId>(
		`${account}/conversations/:id/messages`,
		{ bodyLimit: MAX_BYTES },
		({ form: { fields, files }, params }) => {
			const conversation = desk.conversation(Number(params.id));
			const content = textOf(fields, 'content');
			if (content === '' && files.length === 0) throw missing('content');
			const type = textOf(fields, 'message_type');
			if (!['', 'incoming', 'outgoing'].includes(type)) {
				throw new DeskError(422, `'${type}' is not a valid message_type`, ['message_type']);
			}
			const message = desk.write(conversation, {
				from: type === 'incoming' ? 'customer' : 'bot',
				content,
				files,
				private: fields.private === true || fields.private === 'true',
			});
			return messageBody(store, conversation, message);
		},
	);

	app.get<{ Params: { key: string } }>('/rails/active_storage/blobs/:key/:name', ({ params }, reply) => {
		const file = store.files.get(params.key);
		if (!file) throw notFound();
		return reply
			.headers({ 'X-Content-Type-Options': 'nosniff', 'Content-Security-Policy': 'sandbox' })
			.type(file.mimeType)
			.send(file.bytes);
	});
}
