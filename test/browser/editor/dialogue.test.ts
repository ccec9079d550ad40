import { statSync } from 'node:fs';

import { OWN } from '../../../scripts/start/projects';
import { webhookAnswers } from '../../server/support/stage';
import { Chat } from '../support/chat';
import type { Editor } from '../support/editor';
import { startNewcomer, type Newcomer } from '../support/newcomer';
import { savesRules } from '../support/rules';
import { PICTURES_OF, photograph, photographEachStep, screenshotOf } from '../support/screenshots';

/** A dialogue built by clicking, and talked through. Each test continues where the previous one stopped. */
const started = Date.now();
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 808 };
const LUIS = { id: '593990000002', name: 'Luis Peña' };
const ASK = 'Send a message and wait for the reply';
const SECOND = 'Hi Ana! What is your order number?';
const THANKS = 'Thank you, Ana! We will look for order 1042.';
const REASON = 'I found your order: Mochila Andes. What do you need? 1. Track it 2. Change it 3. Return it';

let newcomer: Newcomer;
let editor: Editor;
let chat: Chat;
/** The ID of the dialogue. */
let workflow = '';

beforeAll(async () => {
	newcomer = await startNewcomer();
	({ chat, editor } = newcomer);
});
afterAll(async () => newcomer?.close());
photographEachStep('dialogue', () => editor?.page);

/** Fills in a text; n8n turns one with an expression into an expression by itself. */
async function fill(field: string, text: string, n = 0): Promise<void> {
	await editor.node.field(field).nth(n).locator('textarea, input').first().fill(text);
}

describe('the first flow of the README', () => {
	test('is built from an empty workflow: a trigger, two questions, a Switch, and a reply with the answers', async () => {
		await editor.newWorkflow();
		await editor.page.keyboard.press('n');
		await editor.searchNodes('jelou');
		await editor.entry('Jelou').click();
		await editor.entry('On message received').click();
		await editor.node.hasCredential(OWN.credential);
		await editor.node.addOption('Combine Messages');
		await fill('combineMessages', '3');
		await editor.addNode('Jelou', ASK);
		await editor.node.choose('responseType', 'Several Questions');
		await fill('name', 'name');
		await fill('question', 'What is your name?');
		await editor.node.window.getByRole('button', { name: 'Add Question' }).click();
		await fill('name', 'order', 1);
		await fill('question', 'Hi {name}! What is your order number?', 1);
		await editor.node.choose(editor.node.field('answerType').nth(1), 'Number');
		await fill('invalidMessage', 'Please send only the number.', 1);
		await editor.addNode('Switch');
		const { left, right } = editor.node.rule(0);
		await savesRules(newcomer, 'Switch', [['', '']]);
		await right.locator('input').fill('answered');
		await savesRules(newcomer, 'Switch', [['', 'answered']]);
		await editor.node.drag('.outcome', left);
		await savesRules(newcomer, 'Switch', [['={{ $json.outcome }}', 'answered']]);
		await editor.addNode('Jelou', 'Send a message');
		await fill(
			'text',
			'Thank you, {{ $json.answers.name }}! We will look for order {{ $json.answers.order }}.',
		);
		await editor.closeNode();
		await editor.fitView();
		await photograph(editor.page, 'workflow', { x: 42, y: 0, width: 1238, height: 620 });
	});

	test('answers as soon as it is published', async () => {
		await editor.publish();
		await chat.choose(OWN.name);
		await chat.sendsTo('/webhook/');
		await webhookAnswers(newcomer.stage, OWN.id);
		await chat.hears('Hi', 'What is your name?');
		await chat.toldOfLast('Started the workflow');
		await chat.hears('Ana', SECOND);
		await chat.hears("I don't know", 'Please send only the number.');
		await chat.toldOfLast('Did not fit the question: asked again');
		await chat.hears('1042', THANKS);
		await chat.toldOfLast('Answered the waiting question');
		workflow = editor.workflowId();
	});
});

describe('the guided order', () => {
	test('is added to it: a look-up, a choice, a last message, a pause for a person', async () => {
		await editor.addNode('HTTP Request');
		const order = `{{ $('${ASK}').item.json.answers.order }}`;
		await fill('url', `${newcomer.stage.sandbox.url}/sandbox/orders/${order}`);
		await editor.addNode('Jelou', ASK);
		await fill('message', 'I found your order: {{ $json.product }}. What do you need?');
		await editor.node.choose('responseType', 'Choice');
		const choices = editor.node.field('text').locator('input');
		await editor.node.window.getByRole('button', { name: 'Add Choice' }).first().click();
		for (const [n, text] of ['Track it', 'Change it', 'Return it'].entries()) await choices.nth(n).fill(text);
		await editor.addNode('Jelou', 'Send a message');
		await fill('text', 'Noted: {{ $json.answer }}. A person will write to you.');
		await editor.addNode('Jelou', 'Hand over to a person (pause the bot)');
		await editor.closeNode();
		await editor.publishAgain();
		await webhookAnswers(newcomer.stage, OWN.id);
	});

	test.each([
		['a desktop', DESKTOP, 'Ana Torres'],
		['a phone', PHONE, LUIS.name],
	])('is talked through on %s', async (_device, size, customer) => {
		chat = new Chat(await editor.window(newcomer.stage.sandbox.url, size));
		await chat.choose(OWN.name, customer);
		await chat.hears('Hi', 'What is your name?');
		await chat.hears('Ana', SECOND);
		await chat.hears('1042', REASON);
		await chat.reply(THANKS).last().waitFor();
		await chat.page.getByRole('button', { name: 'Return it' }).click();
		await chat.lastReply('Noted: Return it. A person will write to you.').waitFor();
		await chat.toldOfLast('Answered the waiting question');
	});
});

describe('a pause', () => {
	test('is shown below what the customer writes, and starts no run in n8n', async () => {
		const runs = (await newcomer.stage.client.executions(workflow)).length;
		await chat.write('Hello?');
		await chat.toldOfLast('Paused: a person has this conversation');
		await chat.page.locator('#pause').getByText('Paused until').waitFor();
		await chat.page.locator('#text').blur();
		await photograph(chat.page, 'chat-phone');
		expect(await newcomer.stage.client.executions(workflow)).toHaveLength(runs);
	});

	test('ends when a person resumes it from the editor', async () => {
		await editor.page.bringToFront();
		await editor.newWorkflow();
		await editor.page.keyboard.press('n');
		await editor.searchNodes('manually');
		await editor.entry('Trigger manually').click();
		await editor.addNode('Jelou', 'Resume the automation of a conversation');
		const room = OWN.rooms?.find(({ userId }) => userId === LUIS.id)?.id ?? '';
		await editor.node.rewrite('roomId', room);
		await editor.node.preview('roomId').getByText(room).waitFor();
		await editor.node.execute();
		await editor.node.output.getByText(room).first().waitFor();
		await chat.hears('Hello again', 'What is your name?');
		await chat.toldOfLast('Started the workflow');
	});
});

describe('the example "Guided order"', () => {
	test('is tidy in the editor', async () => {
		const all = await newcomer.stage.client.workflows();
		const example = all.find(({ name }) => name === 'Guided order');
		await editor.page.setViewportSize({ width: 1600, height: 900 });
		await editor.openWorkflow(String(example?.id));
		await editor.fitView();
		await photograph(editor.page, 'guided-order', { x: 100, y: 190, width: 1440, height: 545 });
	});

	test('is talked through on the chat page, in light and in dark', async () => {
		const size = { width: 1280, height: 708 };
		chat = new Chat(await editor.window(newcomer.stage.sandbox.url, size));
		await chat.choose('Guided order', 'Ana Torres');
		await chat.hears('Hola', '¡Hola! Soy el asistente de Tienda Aurora. 👋 ¿Cómo te llamas?');
		await chat.hears('Ana', 'Mucho gusto, Ana. ¿Cuál es tu número de pedido? Por ejemplo: 1042');
		await chat.hears('no lo sé', 'Necesito solo el número de tu pedido, por ejemplo 1042.');
		await chat.hears(
			'es el 1042',
			'Encontré tu pedido 1042: Mochila Andes. ¿Qué necesitas? 1. Saber dónde está 2. Cambiarlo 3. Devolverlo',
		);
		await chat.hears(
			'1',
			'¡Listo, Ana! Pedido 1042 (Mochila Andes): en camino. Anotamos: Saber dónde está. ¡Gracias por escribirnos! 💜',
		);
		await chat.toldOfLast('Answered the waiting question');
		await chat.page.locator('#text').blur();
		await photograph(chat.page, 'chat');
		await chat.page.emulateMedia({ colorScheme: 'dark' });
		await photograph(chat.page, 'chat-dark');
	});
});

test.each(PICTURES_OF['editor/dialogue'])("the README's picture %s is of this run", (name) => {
	expect(statSync(screenshotOf(name)).mtimeMs).toBeGreaterThan(started);
});
