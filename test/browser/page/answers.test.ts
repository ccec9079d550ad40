import type { Locator } from 'playwright-core';

import { clientOf } from '../../../sandbox';
import { call, PROJECT } from '../../sandbox/support';
import { DESKTOP, firstRoom, MEDIA, PHONE, useStage, violations } from '../support/page';
import { controls, cutControls, walk } from '../support/walk';

const stage = useStage();

const { clientId, clientSecret } = clientOf(PROJECT);
const headers = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` };

/** What the workflow sends over the platform API. */
async function say(message: object): Promise<void> {
	const body = { userId: 'USER_ID', text: '¿Qué quieres hacer con tu pedido?', ...message };
	const { sandbox } = stage();
	const { status } = await call(sandbox.platformUrl, '/v1/bots/BOT_ID/messages', { body, headers });
	expect(status).toBe(200);
}

const BUTTONS = {
	type: 'quick_reply',
	title: 'Pedido 1042',
	quick_replies: [{ title: 'Cambiarlo', payload: 'change' }, { title: 'Devolverlo' }, { title: 'Nada' }],
};
const LIST = {
	type: 'text',
	buttonText: { type: 'text', text: 'Ver tallas' },
	options: [
		{ title: 'Pequeña', description: 'Hasta 165 cm de estatura, con un corte recto y mangas cortas' },
		{ title: 'Mediana', payload: 'M' },
	],
};

/** A template with media and buttons, as its sending writes it to the room of the first customer. */
function sendTemplate(): void {
	stage().sandbox.store.addMessage(
		firstRoom(stage()),
		'agent',
		{ type: 'text', content: { body: 'Hola Ana, ¿te reservamos una?' } },
		'template-1',
		{
			template: { name: 'offer', language: 'ES' },
			header: { type: 'image', url: `${MEDIA}/lamp.jpg` },
			buttons: [{ title: 'Sí' }, { title: 'No' }],
		},
	);
}

/** What customers have written, oldest first. */
function written(): unknown[] {
	const messages = [...stage().sandbox.store.messages.values()].flat();
	return messages
		.filter(({ from }) => from === 'user')
		.map(({ content }) => 'body' in content && content.body);
}

const button = (name: string) => stage().page.locator('#messages').getByRole('button', { name });
const isFocused = async (element: Locator) =>
	await element.evaluate((each) => each === document.activeElement);

test('a button sends its payload as the customer, or else its title, and moves the focus to the text field', async () => {
	const { page } = stage();
	await say(BUTTONS);
	const group = page.getByRole('group', { name: 'Buttons' });
	expect(await group.getByRole('button').allInnerTexts()).toEqual(['Cambiarlo', 'Devolverlo', 'Nada']);
	expect(await page.locator('.bubble .above').innerText()).toBe('Pedido 1042');
	await button('Cambiarlo').click();
	await page.locator('.bubble.user').getByText('change').waitFor();
	expect(await isFocused(page.locator('#text'))).toBe(true);
	await say(BUTTONS);
	await button('Devolverlo').nth(1).focus();
	await page.keyboard.press('Enter');
	await page.locator('.bubble.user').getByText('Devolverlo').waitFor();
	expect(written()).toEqual(['change', 'Devolverlo']);
});

test('only those of the last message can be pressed, and the focus is not lost with them', async () => {
	const { page, sandbox } = stage();
	await say(BUTTONS);
	await button('Nada').focus();
	await sandbox.userWrites(PROJECT.id, { text: 'otra cosa' });
	await page.locator('.bubble.user').waitFor();
	expect(await button('Nada').isDisabled()).toBe(true);
	expect(await isFocused(page.locator('#chat-log'))).toBe(true);
	await say(LIST);
	await say(BUTTONS);
	await button('Nada').nth(1).waitFor();
	expect(await button('Nada').nth(1).isEnabled()).toBe(true);
	// The earlier list can still be read.
	await button('Ver tallas').click();
	expect(await button('Mediana').isDisabled()).toBe(true);
	// A conversation event is not a message.
	await page.getByRole('button', { name: 'Close conversation' }).click();
	await page.locator('.happening.closed').waitFor();
	expect(await button('Nada').nth(1).isEnabled()).toBe(true);
});

test('a list opens and closes, by keyboard too, and an entry sends what it stands for', async () => {
	const { page } = stage();
	await say(LIST);
	const opener = button('Ver tallas');
	const entries = page.getByRole('group', { name: 'Entries of the list Ver tallas' });
	expect([await opener.getAttribute('aria-expanded'), await entries.isVisible()]).toEqual(['false', false]);
	await opener.focus();
	await page.keyboard.press('Enter');
	expect([await opener.getAttribute('aria-expanded'), await entries.isVisible()]).toEqual(['true', true]);
	expect(await entries.getByRole('button').allInnerTexts()).toEqual([
		expect.stringMatching(/^Pequeña\s+Hasta 165 cm/),
		'Mediana',
	]);
	await page.keyboard.press('Tab');
	expect(await isFocused(button('Pequeña'))).toBe(true);
	await page.keyboard.press('Escape');
	expect([await entries.isVisible(), await isFocused(opener)]).toEqual([false, true]);
	await opener.click();
	await button('Mediana').click();
	await page.locator('.bubble.user').getByText('M', { exact: true }).waitFor();
	expect(await entries.isVisible()).toBe(false);
	expect(written()).toEqual(['M']);
});

test('a template shows its media, its text, its buttons and its name; a request for the location says so', async () => {
	const { page } = stage();
	await say({ type: 'location_request', text: '¿Dónde estás?' });
	sendTemplate();
	const bubbles = page.locator('.bubble.agent');
	await bubbles.nth(1).waitFor();
	expect(await bubbles.first().innerText()).toMatch(/¿Dónde estás\?\s+Asks for the location/);
	expect(await bubbles.nth(1).innerText()).toMatch(/Hola Ana, ¿te reservamos una\?\s+Template offer \(ES\)$/);
	expect(await bubbles.nth(1).locator('img').getAttribute('alt')).toBe('Image lamp.jpg');
	await button('Sí').click();
	await page.locator('.bubble.user').getByText('Sí', { exact: true }).waitFor();
});

test('numbered lines are offered, but not beside buttons', async () => {
	const { page } = stage();
	const choices = page.getByRole('group', { name: 'Quick replies: only on this page' });
	await say({ type: 'text', text: '1. Uno\n2. Dos' });
	await choices.waitFor();
	await say({ ...BUTTONS, text: '1. Uno\n2. Dos' });
	await button('Nada').waitFor();
	expect(await choices.isVisible()).toBe(false);
});

test('the log says what was sent and to whom, and the page what to enter in the credential', async () => {
	const { page, sandbox } = stage();
	await say(BUTTONS);
	const entry = page.locator('#log > li').first();
	await entry.getByText('Send buttons or list').waitFor({ state: 'attached' });
	expect(await entry.locator('.said').innerText()).toBe('To USER_NAME: “¿Qué quieres hacer con tu pedido?”');
	expect(await entry.locator('.told').innerText()).toMatch(/^Client ID and secret · /);
	await page.locator('#integration summary').click();
	expect(await page.locator('#platform-details dd').allInnerTexts()).toEqual([
		...[clientId, 'Copy', clientSecret, 'Copy'],
		...[sandbox.platformUrl, 'Copy'],
	]);
});

test('a fault can be turned on for the platform API alone', async () => {
	const { page, sandbox } = stage();
	await page.locator('#faults summary').click();
	await page.getByLabel('Jelou’s answer').selectOption('503');
	await page.getByLabel('Affected requests').selectOption('platform');
	await page.getByRole('button', { name: 'Turn on' }).click();
	await page.locator('#faults-state').getByText('On: answers 503, the platform API only').waitFor();
	const { status } = await call(sandbox.platformUrl, '/v2/databases', { headers });
	expect(status).toBe(503);
});

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
	test.each([
		['desktop', DESKTOP],
		['phone', PHONE],
		['narrow phone', { width: 320, height: 640 }],
	])('on a %s nothing breaks a rule of WCAG, is cut or cannot be reached', async (_name, size) => {
		const { page } = stage();
		await page.emulateMedia({ colorScheme });
		await page.setViewportSize(size);
		await say({ ...LIST, text: 'x'.repeat(200) });
		await say({ type: 'location_request' });
		sendTemplate();
		await say(BUTTONS);
		await say(LIST);
		await button('Ver tallas').nth(1).click();
		expect(await violations(page)).toEqual([]);
		expect(await cutControls(page)).toEqual([]);
		const { clientWidth, scrollWidth } = await page
			.locator('#chat-log')
			.evaluate(({ clientWidth, scrollWidth }) => ({ clientWidth, scrollWidth }));
		expect(scrollWidth).toBe(clientWidth);
		const stops = await walk(page);
		expect(stops.filter(({ isInView, isMarked }) => !isMarked || !isInView)).toEqual([]);
		const shown = await controls(page);
		const pressable = shown.filter((name) => !/^(Cambiarlo|Devolverlo|Nada|Sí|No)$/.test(name));
		expect(stops.map(({ name }) => name)).toEqual(pressable);
	});
});
