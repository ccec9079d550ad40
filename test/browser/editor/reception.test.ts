import type { Locator } from 'playwright-core';

import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { OWN } from '../../../scripts/start/projects';
import { webhookAnswers } from '../../server/support/stage';
import { Chat } from '../support/chat';
import type { Editor } from '../support/editor';
import { countEffort, type Effort } from '../support/effort';
import { startNewcomer, type Newcomer } from '../support/newcomer';
import { drag } from '../support/nodeDetails';
import { savesRules, type Rule } from '../support/rules';
import { photographEachStep } from '../support/screenshots';

/** A dentist's reception, built as a newcomer would, and tried out. Each test continues where the previous one stopped. */
const MAX_CLICKS = 60;
const ASK = 'Send a message and wait for the reply';
const SEND = 'Send a message';
const PAUSE = 'Hand over to a person (pause the bot)';
const GREETING = '¡Hola! Soy la recepción de la Clínica Sonrisa. ¿Qué necesitas?';
const CHOICES = ['Nueva cita', 'Cambiar mi cita', 'Hablar con una persona'];
const HANDED_OVER = 'Te escribe una persona en un momento.';
const GREETED = `${GREETING} 1. Nueva cita 2. Cambiar mi cita 3. Hablar con una persona`;
const NAME = '¿Cómo te llamas?';
const whenFor = (name: string) => `Mucho gusto, ${name}. ¿Qué día y a qué hora quieres venir?`;
const confirmFor = (name: string, when: string) => `${name}: ${when}. ¿Confirmo tu cita? 1. Sí 2. No`;

let newcomer: Newcomer;
let editor: Editor;
let effort: Effort;
let ana: Chat;
let luis: Chat;

beforeAll(async () => {
	newcomer = await startNewcomer();
	({ editor } = newcomer);
	effort = await countEffort(editor.page);
	await editor.page.goto(`${newcomer.stage.n8n.url}/home/workflows`);
});
afterAll(async () => newcomer?.close());
photographEachStep('reception', () => editor?.page);

async function press(...keys: string[]): Promise<void> {
	for (const key of keys) await editor.page.keyboard.press(key);
}

/** Clicks into a field and pastes into it. */
async function fill(field: Locator, text: string): Promise<void> {
	await field.click();
	await editor.page.keyboard.insertText(text);
}

/** Does again what n8n has lost, without counting it. */
async function fillAgain(field: Locator, text: string): Promise<void> {
	const before = { ...effort };
	await field.click();
	await press('ControlOrMeta+a');
	await editor.page.keyboard.insertText(text);
	Object.assign(effort, before);
}

/** The entry of the node panel that n8n has marked, which Enter takes. */
const marked = (name: string) => editor.entry(name).and(editor.page.locator('[class*="_active_"]'));

/** Searches for a node in the open panel, and takes the first. */
async function take(name: string): Promise<void> {
	await editor.panel.getByTestId('node-creator-search-bar').and(editor.page.locator(':focus')).waitFor();
	await editor.page.keyboard.insertText(name.toLowerCase());
	await marked(name).waitFor();
	await press('Enter');
}

/** How long n8n may take to mark another entry; after that, a person presses the key again. */
const MARK_MS = 5_000;
/** More than there are entries. */
const MAX_KEYS = 30;

/** Takes one of Jelou's actions, by going down the list. */
async function takeAction(action: string): Promise<void> {
	await editor.entry(action).waitFor();
	const names = await editor.entries();
	const target = names.indexOf(action);
	for (let tries = 0; tries < MAX_KEYS; tries++) {
		const at = (await Promise.all(names.map(async (name) => marked(name).isVisible()))).indexOf(true);
		if (at === target) break;
		if (at !== -1) await press(at < target ? 'ArrowDown' : 'ArrowUp');
		// n8n loses a key that is pressed while it draws the panel: the marked entry then stays the same.
		await marked(names[at] ?? action)
			.waitFor({ state: at === -1 ? 'visible' : 'hidden', timeout: MARK_MS })
			.catch(() => undefined);
	}
	await marked(action).waitFor();
	await press('Enter');
	await editor.node.window.getByTestId('node-parameters').waitFor();
}

/** With the whole workflow in view, searches for the node to add after the last one. */
async function next(name: string): Promise<void> {
	await press('1', 'n');
	await take(name);
}

/** Adds the rules of a Switch, and fills in each: a field of the input, dragged, or an expression; and what it equals. */
async function rules(name: string, ...all: Rule[]): Promise<void> {
	await editor.node.window.getByTestId('node-parameters').waitFor();
	for (const n of all.keys()) {
		if (n > 0) await editor.node.window.getByRole('button', { name: 'Add Routing Rule' }).click();
		await editor.node.rule(n).left.waitFor();
	}
	const typed = all.map((): Rule => ['', '']);
	await savesRules(newcomer, name, typed);
	for (const [n, [left, right]] of all.entries()) {
		const values = editor.node.rule(n);
		const expression = left.startsWith('.') ? `{{ $json${left} }}` : left;
		await fill(values.right, right);
		typed[n] = ['', right];
		await savesRules(newcomer, name, typed, async () => fillAgain(values.right, right));
		if (left.startsWith('.')) await editor.node.drag(left, values.left);
		else await fill(values.left, left);
		typed[n] = [`=${expression}`, right];
		await savesRules(newcomer, name, typed, async () => fillAgain(values.left, expression));
	}
	await editor.closeNode();
}

describe('is built with the mouse, in a new workflow:', () => {
	test('a trigger that combines messages and knows the words for a person', async () => {
		await editor.page.getByTestId('add-resource-workflow').click();
		await editor.page.getByTestId('canvas-add-button').waitFor();
		await press('n');
		await take('Jelou');
		await editor.entry('On message received').click();
		await editor.node.hasCredential(OWN.credential);
		await editor.node.addOption('Combine Messages');
		await editor.node.field('combineMessages').click();
		await press('ControlOrMeta+a');
		await editor.page.keyboard.insertText('3');
		await editor.node.addOption('Exit Words');
		await fill(editor.node.field('exitWords'), 'persona, asesor');
		await editor.closeNode();
	});

	test('what the customer needs', async () => {
		await next('Jelou');
		await takeAction(ASK);
		await fill(editor.node.field('message'), GREETING);
		await editor.node.choose('responseType', 'Choice');
		for (const [n, choice] of CHOICES.entries()) {
			if (n > 1) await editor.node.window.getByRole('button', { name: 'Add Choice' }).click();
			await fill(editor.node.field('text').nth(n), choice);
		}
		await editor.closeNode();
		await next('Switch');
		await rules('Switch', ['.answer', 'Nueva cita'], ['.outcome', 'exit'], ['.outcome', 'answered']);
	});

	test('the appointment, in several questions', async () => {
		await next('Jelou');
		await takeAction(ASK);
		await editor.node.choose('responseType', 'Several Questions');
		const questions = {
			nombre: NAME,
			cuando: whenFor('{nombre}'),
			confirma: '{nombre}: {cuando}. ¿Confirmo tu cita?',
		};
		for (const [n, [name, question]] of Object.entries(questions).entries()) {
			if (n > 0) await editor.node.window.getByRole('button', { name: 'Add Question' }).click();
			await fill(editor.node.field('name').nth(n), name);
			await fill(editor.node.field('question').nth(n), question);
		}
		await editor.node.choose(editor.node.field('answerType').nth(2), 'Approval');
		await editor.closeNode();
		await next('Switch');
		await rules(
			'Switch1',
			['{{ $json.answers.confirma }}', 'Sí'],
			['.outcome', 'exit'],
			['.outcome', 'answered'],
		);
	});

	test('the confirmation, and the way to a person', async () => {
		await next('Jelou');
		await takeAction(SEND);
		const text = '¡Listo, {{ $json.answers.nombre }}! Te esperamos {{ $json.answers.cuando }}.';
		await fill(editor.node.field('text'), text);
		await editor.closeNode();
		await press('1');
		await editor.plusAfter('Switch1', 1).click();
		await take('Jelou');
		await takeAction(SEND);
		await fill(editor.node.field('text'), HANDED_OVER);
		await editor.closeNode();
		await next('Jelou');
		await editor.entry(PAUSE).click();
		await editor.node.window.getByTestId('node-parameters').waitFor();
		await press('Escape');
		await editor.node.window.waitFor({ state: 'hidden' });
		await press('1');
		const person = editor.inputOf('Send a message1');
		await drag(editor.plusAfter('Switch1', 2), person);
		await drag(editor.plusAfter('Switch', 1), person);
		await drag(editor.plusAfter('Switch', 2), person);
	});

	test(`in at most ${String(MAX_CLICKS)} clicks, until it is published`, async () => {
		await editor.publish();
		await webhookAnswers(newcomer.stage, OWN.id);
		process.stdout.write(`The reception: ${String(effort.clicks)} clicks, ${String(effort.keys)} keys.\n`);
		expect(effort.clicks).toBeLessThanOrEqual(MAX_CLICKS);
	});
});

describe('is talked through:', () => {
	const open = async (customer: string) => {
		const chat = new Chat(await editor.window(newcomer.stage.sandbox.url));
		await chat.choose(OWN.name, customer);
		return chat;
	};
	const runs = async () => await newcomer.stage.client.executions(editor.workflowId());
	/** Whether all runs are over, so that everything has been sent. */
	const allAreOver = async () => (await runs()).every(({ status }) => status === 'success');

	test('two short messages are one, and a choice in other words is understood', async () => {
		ana = await open('Ana Torres');
		await ana.write('buenas');
		await ana.hears('quiero una cita', GREETED);
		await ana.hears('cita nueva', NAME);
	});

	test('a customer who asks for a person at the date is handed over, and the bot is silent', async () => {
		await ana.hears('Ana', whenFor('Ana'));
		await ana.hears('quiero hablar con una persona', HANDED_OVER);
		await ana.toldOfLast('Left the question');
		await waitUntil('the hand-over', allAreOver);
		const count = (await runs()).length;
		await ana.write('¿Hola?');
		await ana.toldOfLast('Paused: a person has this conversation');
		expect(await runs()).toHaveLength(count);
	});

	test('a voice note is no name, and yes in more words confirms', async () => {
		luis = await open('Luis Peña');
		await luis.hears('hola', GREETED);
		await luis.hears('la primera porfa', NAME);
		await luis.sendVoiceNote();
		await luis.lastReply('Por favor, responde con un texto.').waitFor();
		await luis.hears('Luis', whenFor('Luis'));
		await luis.hears('el jueves a las 10', confirmFor('Luis', 'el jueves a las 10'));
		await luis.hears('sí claro', '¡Listo, Luis! Te esperamos el jueves a las 10.');
	});

	test('nothing is written into a chat that was closed in the middle', async () => {
		await luis.hears('hola de nuevo', GREETED);
		await luis.hears('una cita nueva por favor', NAME);
		const written = luis.page.locator('.bubble.agent');
		const count = await written.count();
		await luis.closeConversation();
		await waitUntil('the run to end', allAreOver);
		expect(await written.count()).toBe(count);
	});

	test('a conversation that was closed ends the pause, and the second choice goes to a person', async () => {
		await ana.closeConversation();
		await ana.hears('hola otra vez', GREETED);
		await ana.hears('la 2 porfa', HANDED_OVER);
		await waitUntil('the hand-over', allAreOver);
		await ana.write('gracias');
		await ana.toldOfLast('Paused: a person has this conversation');
	});

	test('the pause is shown in the chat, and can be ended there', async () => {
		await ana.page.locator('#pause').getByText('Paused until').waitFor();
		await ana.page.getByRole('button', { name: 'End pause' }).click();
		await ana.page.locator('#pause').waitFor({ state: 'hidden' });
		await ana.hears('hola de nuevo', GREETED);
		await ana.page.locator('#question').getByText('Waiting for an answer').waitFor();
	});

	test('a customer who does not confirm is handed over, too', async () => {
		await luis.hears('quiero una nueva cita', GREETED);
		await luis.hears('opción 1', NAME);
		await luis.hears('Luis', whenFor('Luis'));
		await luis.hears('el viernes', confirmFor('Luis', 'el viernes'));
		await luis.hears('no gracias', HANDED_OVER);
	});
});
