import { PROJECT } from '../../sandbox/support';
import { firstRoom, trigger, useStage } from '../support/page';

const stage = useStage();

const HOUR_MS = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();
const clock = (iso: string) => new Date(iso).toTimeString().slice(0, 5);

const pause = () => stage().page.locator('#pause');
const question = () => stage().page.locator('#question');

/** The first customer's room, with what the trigger knows about it. */
const roomWith = (standing: { pausedUntil?: string; question?: string; attempts?: number }) => ({
	...{ room_id: firstRoom(stage()).id, contact: {}, bot: {}, paused: standing.pausedUntil !== undefined },
	...standing,
});

async function writes(text: string): Promise<void> {
	await stage().sandbox.userWrites(PROJECT.id, { text });
}

test('a pause is shown in the chat with its end, and can be ended there', async () => {
	const { page } = stage();
	const jelouTrigger = await trigger(stage());
	expect(await pause().isVisible()).toBe(false);
	const pausedUntil = inHours(0.02);
	jelouTrigger.rooms = [roomWith({ pausedUntil })];
	await writes('quiero hablar con una persona');
	await pause().waitFor();
	expect(await page.locator('#pause-words').innerText()).toMatch(
		new RegExp(`^Paused until ${clock(pausedUntil)}.*: a person answers$`),
	);
	expect(await page.locator('#announcer').innerText()).toMatch(/^Paused until/);
	const button = page.getByRole('button', { name: 'End pause' });
	await button.focus();
	await page.keyboard.press('Enter');
	await pause().waitFor({ state: 'hidden' });
	expect(jelouTrigger.notes).toContainEqual(
		expect.objectContaining({ note: 'endPause', roomId: firstRoom(stage()).id }),
	);
	expect(await page.locator('#text').evaluate((element) => element === document.activeElement)).toBe(true);
	expect(await page.locator('#announcer').innerText()).toMatch(/^The pause has ended/);
});

test('a pause without a message to the customer is shown a moment later', async () => {
	const jelouTrigger = await trigger(stage());
	await writes('hola');
	await stage().page.locator('.line.user .delivered').waitFor();
	// The workflow pauses only after the page has asked.
	while (jelouTrigger.count('list') === 0)
		await stage().page.evaluate(() => new Promise(requestAnimationFrame));
	jelouTrigger.rooms = [roomWith({ pausedUntil: inHours(30) })];
	await pause()
		.getByText(/^Paused until \d\d:\d\d on \w+ \d+: a person answers$/)
		.waitFor();
});

test('an open question is shown, also under a message that did not answer it', async () => {
	const { page } = stage();
	const jelouTrigger = await trigger(stage());
	jelouTrigger.statuses = ['accepted', 'accepted', 'asked again', 'answered'];
	jelouTrigger.rooms = [roomWith({ question: '¿Para qué fecha?\nPor ejemplo: mañana', attempts: 0 })];
	await writes('hola');
	await question()
		.getByText(/^Waiting for an answer: ¿Para qué fecha\?$/)
		.waitFor();
	jelouTrigger.rooms = [roomWith({ question: '¿Para qué fecha?', attempts: 1 })];
	await writes('azul');
	await question().getByText('asked again once').waitFor();
	jelouTrigger.rooms = [];
	await writes('mañana');
	await question().waitFor({ state: 'hidden' });
	expect(await page.locator('.line.user .meta > span').allInnerTexts()).toEqual([
		'Started the workflow',
		'Did not fit the question: asked again (“¿Para qué fecha?”)',
		'Answered the waiting question',
	]);
});

test('a trigger that does not respond for a while has not forgotten anything', async () => {
	const jelouTrigger = await trigger(stage());
	jelouTrigger.rooms = [roomWith({ pausedUntil: inHours(1) })];
	await writes('hola');
	await pause().waitFor();
	const { integration } = stage().sandbox.store.projects.get(PROJECT.id) ?? {};
	if (!integration) throw new Error('There is no integration');
	const { signingSecret } = integration;
	integration.signingSecret = 'another, so that the trigger refuses';
	await writes('hola?');
	await stage().page.locator('.meta .bad').waitFor();
	await stage().page.getByRole('button', { name: 'End pause' }).click();
	await stage().page.getByRole('alert').getByText('could not be reached').waitFor();
	expect(await pause().isVisible()).toBe(true);
	integration.signingSecret = signingSecret;
	const { problems } = stage().complaints;
	problems.splice(0, problems.length, ...problems.filter((problem) => !/502/.test(problem)));
});

test('clearing the chat ends the pauses, so that the next message is answered', async () => {
	const { page } = stage();
	const jelouTrigger = await trigger(stage());
	jelouTrigger.rooms = [roomWith({ pausedUntil: inHours(1) })];
	await writes('hola');
	await pause().waitFor();
	await page.getByRole('button', { name: 'Clear chat and log' }).click();
	await page.locator('#announcer').getByText('Chat and event log cleared').waitFor({ state: 'attached' });
	expect(jelouTrigger.rooms).toEqual([]);
	await pause().waitFor({ state: 'hidden' });
});
