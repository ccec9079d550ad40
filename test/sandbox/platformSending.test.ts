import { endAll, SOME_TEXT, textWith, type Answer } from './support';
import { ANA, ask, expectRefusal, HSM, listIn, LUIS, MESSAGES, messagesOf, ready } from './support/platform';

afterEach(endAll);

const TEMPLATES = '/v1/bots/demo-bot/templates';

describe('the list of templates', () => {
	const named = (answer: Answer) =>
		[answer.body.data, answer.body.results].flatMap(listIn).map(({ elementName }) => elementName);

	test('in the newer form', async () => {
		const { body } = await ask(await ready(), `${TEMPLATES}?limit=1`);
		expect(body).toEqual({
			data: [
				{
					template: textWith('{{1}}'),
					displayName: 'Pedido enviado',
					elementName: 'order_shipped',
					params: [
						{ label: 'Nombre', param: '1' },
						{ label: 'Número de pedido', param: '2' },
						{ label: 'Día de entrega', param: '3' },
					],
					paramsNumber: 3,
					isVisible: true,
					language: 'ES',
					status: 'APPROVED',
					category: 'UTILITY',
					createdAt: SOME_TEXT,
					updatedAt: SOME_TEXT,
				},
			],
		});
	});

	test('in the older form, which has no status', async () => {
		const { body } = await ask(await ready({ platformShape: 'older' }), `${TEMPLATES}?limit=2&page=2`);
		expect(body).toMatchObject({
			pagination: { limit: 2, total: 11, offset: 2, totalPages: 6 },
			results: [{ elementName: 'follow_up', type: 'HSM', botId: 'demo-bot', paramsNumber: 1 }, {}],
			links: [],
		});
		expect(listIn(body.results).filter((each) => 'status' in each || 'category' in each)).toEqual([]);
	});

	test.each([
		['query=SHIPPED', ['order_shipped', 'order_shipped']],
		['query=recordatorio', ['appointment_reminder', 'payment_reminder']],
		['query=¿cómo te', ['survey']],
		['query=nothing', []],
		['status=PENDING', ['new_policy']],
		['status=DELETED', []],
		['category=MARKETING&status=APPROVED', ['offer', 'welcome_gift']],
		['category=AUTHENTICATION', []],
		['page=4&limit=3', ['new_policy', 'old_offer']],
		['page=9', []],
	])('%s', async (query, names) => {
		expect(named(await ask(await ready(), `${TEMPLATES}?${query}`))).toEqual(names);
	});

	test('ten at a time', async () => {
		const sandbox = await ready();
		expect(named(await ask(sandbox, TEMPLATES))).toHaveLength(10);
		expect(named(await ask(sandbox, `${TEMPLATES}?page=2`))).toHaveLength(1);
	});

	test.each(['status=approved', 'category=OTHER', 'limit=0', 'limit=101', 'page=0', 'page=x'])(
		'%s is refused',
		async (query) => {
			expectRefusal(await ask(await ready(), `${TEMPLATES}?${query}`), query.split('=', 1)[0] ?? '');
		},
	);
});

describe('sending a template', () => {
	const SHIPPED = {
		elementName: 'order_shipped',
		language: 'es',
		destinations: [ANA],
		parameters: ['Ana', '1042', 'lunes'],
	};
	const OFFER = {
		...SHIPPED,
		elementName: 'offer',
		type: 'image',
		mediaUrl: 'https://example.com/a.jpg',
	};

	test('is shown to customers in their rooms, and opens no conversation', async () => {
		const sandbox = await ready();
		const { status, text } = await ask(sandbox, HSM, { ...SHIPPED, destinations: [ANA, LUIS] });
		const sent: unknown = JSON.parse(text);
		expect({ status, sent }).toEqual({
			status: 200,
			sent: [ANA, LUIS].map((destination) => ({ id: SOME_TEXT, destination })),
		});
		const [first] = messagesOf(sandbox);
		expect(first).toMatchObject({
			from: 'agent',
			content: { body: textWith('Hola Ana, tu pedido 1042 ya va en camino y llega el lunes.') },
			platform: { template: { name: 'order_shipped', language: 'ES' } },
		});
		expect([...sandbox.store.rooms.values()].map(({ userId }) => userId)).toEqual([ANA, LUIS]);
		expect(sandbox.store.conversations.size).toBe(0);
	});

	test('in another language, in any case', async () => {
		const sandbox = await ready();
		await ask(sandbox, HSM, { ...SHIPPED, language: 'EN' });
		expect(messagesOf(sandbox)[0]).toMatchObject({ content: { body: textWith('Hello Ana') } });
	});

	test('with media above it, and with buttons that have payloads', async () => {
		const sandbox = await ready();
		expect((await ask(sandbox, HSM, OFFER)).status).toBe(200);
		const survey = { ...SHIPPED, elementName: 'survey', parameters: ['Ana'] };
		await ask(sandbox, HSM, { ...survey, buttonPayloads: [{ payload: 'good' }, {}] });
		expect(messagesOf(sandbox)).toMatchObject([
			{ type: 'text', platform: { header: { type: 'image', url: OFFER.mediaUrl } } },
			{
				platform: {
					buttons: [{ title: 'Muy bien', payload: 'good' }, { title: 'Regular' }, { title: 'Mal' }],
				},
			},
		]);
	});

	test('to a number that no customer here has is accepted, and only the log shows it', async () => {
		const sandbox = await ready();
		const { status, text } = await ask(sandbox, HSM, { ...SHIPPED, destinations: ['593000', ANA] });
		expect({ status, sent: JSON.parse(text) as unknown }).toMatchObject({ status: 200, sent: [{}, {}] });
		expect(messagesOf(sandbox)).toHaveLength(1);
		expect(sandbox.store.log.at(-1)).toMatchObject({ tone: 'warning', outcome: textWith('593000') });
	});

	test.each<[string, object, string]>([
		['an unknown name', { elementName: 'unknown' }, 'elementName'],
		['a language that it does not have', { language: 'pt' }, 'language'],
		['one that is paused', { elementName: 'payment_reminder' }, 'elementName'],
		['one that is pending', { elementName: 'new_policy' }, 'elementName'],
		['one that was rejected', { elementName: 'old_offer' }, 'elementName'],
		['too few parameters', { parameters: ['Ana'] }, 'parameters'],
		['too many parameters', { parameters: ['Ana', '1', '2', '3'] }, 'parameters'],
		['no parameters', { parameters: undefined }, 'parameters'],
		['a parameter that is no text', { parameters: ['Ana', 1042, 'lunes'] }, 'parameters.1'],
		['media for one without', { type: 'image', mediaUrl: OFFER.mediaUrl }, 'type'],
		['no media for one with', { ...OFFER, mediaUrl: undefined }, 'mediaUrl'],
		['another kind of media', { ...OFFER, type: 'video' }, 'type'],
		['no kind of media', { ...OFFER, type: undefined }, 'type'],
		['media without HTTPS', { ...OFFER, mediaUrl: 'http://example.com/a.jpg' }, 'mediaUrl'],
		['a destination with a plus', { destinations: [ANA, `+${ANA}`] }, 'destinations.1'],
		['no destination', { destinations: [] }, 'destinations'],
		['no language', { language: undefined }, 'language'],
	])('%s is refused, and nothing is sent', async (_name, more, field) => {
		const sandbox = await ready();
		expectRefusal(await ask(sandbox, HSM, { ...SHIPPED, ...more }), field);
		expect(messagesOf(sandbox)).toEqual([]);
	});
});

describe('sending buttons, lists and requests for the location', () => {
	const TEXT = { userId: ANA, type: 'text', text: '¿Qué?' };
	const titles = (...all: string[]) => all.map((title) => ({ title }));
	const buttons = (...all: string[]) => ({ ...TEXT, type: 'quick_reply', quick_replies: titles(...all) });
	const list = (...all: string[]) => ({ ...TEXT, options: titles(...all) });
	const eleven = Array.from({ length: 11 }, (_each, index) => String(index));
	const twenty = 'Lámpara Luna en azul';
	const whole = { id: '1', title: twenty, description: 'ñ'.repeat(72), payload: 'blue' };

	test.each<[string, object, object]>([
		['a text', { ...TEXT, text: 'x'.repeat(4096) }, {}],
		['one button', buttons('Sí'), { buttons: [{ title: 'Sí' }] }],
		[
			'three buttons',
			{
				...buttons('1', '2'),
				title: twenty,
				quick_replies: [...titles('Sí', twenty), { title: 'No', payload: 'n' }],
			},
			{ title: twenty, buttons: [{ title: 'Sí' }, { title: twenty }, { title: 'No', payload: 'n' }] },
		],
		['no markdown, though it looks like it', buttons('2 * 3', 'a_b'), { buttons: titles('2 * 3', 'a_b') }],
		['a list', list('Uno'), { list: { name: 'Opciones', entries: [{ title: 'Uno' }] } }],
		[
			'a long list',
			{ ...list(...eleven.slice(1)), title: 'T', buttonText: { type: 'text', text: 'Ver' } },
			{ title: 'T', list: { name: 'Ver', entries: titles(...eleven.slice(1)) } },
		],
		[
			'a list with everything',
			{ ...TEXT, options: [whole] },
			{ list: { entries: [{ title: twenty, description: whole.description, payload: 'blue' }] } },
		],
		['a request for the location', { ...TEXT, type: 'location_request' }, { asksForLocation: true }],
	])('%s', async (_name, body, platform) => {
		const sandbox = await ready();
		const answer = await ask(sandbox, MESSAGES, body);
		const [message] = messagesOf(sandbox);
		expect(answer).toMatchObject({ status: 200, body: { success: true, messageId: message?.id } });
		expect(answer.body.messageId).toMatch(/^msg_/);
		expect(message).toMatchObject({ from: 'agent', type: 'text', platform });
	});

	test.each<[string, object, string[]]>([
		['no text', { ...TEXT, text: undefined }, ['text']],
		['an empty text', { ...TEXT, text: '' }, ['text']],
		['a text that is too long', { ...TEXT, text: 'x'.repeat(4097) }, ['text']],
		['another type', { ...TEXT, type: 'sticker' }, ['type']],
		['no type', { ...TEXT, type: undefined }, ['type']],
		['no user', { ...TEXT, userId: undefined }, ['userId']],
		['no button', buttons(), ['quick_replies']],
		['no buttons at all', { ...TEXT, type: 'quick_reply' }, ['quick_replies']],
		['four buttons', buttons('1', '2', '3', '4'), ['quick_replies']],
		['a button without title', buttons('Sí', ''), ['quick_replies.1.title']],
		['a button of spaces', buttons('Sí', '  '), ['quick_replies.1.title']],
		['a button that is too long', buttons(`${twenty}!`), ['quick_replies.0.title']],
		['buttons that are the same', buttons('Sí', 'No', 'Sí '), ['quick_replies.2.title']],
		['emoji', buttons('Sí 👍', 'No', '🇪🇨'), ['quick_replies.0.title', 'quick_replies.2.title']],
		['markdown', buttons('*Sí*', 'No', '`x`'), ['quick_replies.0.title', 'quick_replies.2.title']],
		['a title above buttons that is too long', { ...buttons('Sí'), title: `${twenty}!` }, ['title']],
		['no entry', list(), ['options']],
		['eleven entries', list(...eleven), ['options']],
		['an entry that is too long', list('x'.repeat(25)), ['options.0.title']],
		['an entry without title', list(''), ['options.0.title']],
		[
			'a long description',
			{ ...TEXT, options: [{ ...whole, description: 'ñ'.repeat(73) }] },
			['options.0.description'],
		],
		['a request for the location without text', { userId: ANA, type: 'location_request' }, ['text']],
	])('%s: refused', async (_name, body, fields) => {
		const sandbox = await ready();
		expectRefusal(await ask(sandbox, MESSAGES, body), ...fields);
		expect(messagesOf(sandbox)).toEqual([]);
	});

	test('a user that the account does not have', async () => {
		const answer = await ask(await ready(), MESSAGES, { ...TEXT, userId: 'nobody' });
		expect(answer).toMatchObject({ status: 404, body: { error: { key: 'USER_NOT_FOUND' } } });
	});

	test('the customer can answer at once, if a fault asks for that', async () => {
		const sandbox = await ready();
		sandbox.setFaults({ replyAtOnce: 'No' });
		await ask(sandbox, MESSAGES, buttons('Sí', 'No'));
		expect(messagesOf(sandbox)).toMatchObject([{ from: 'agent' }, { from: 'user', content: { body: 'No' } }]);
	});
});
