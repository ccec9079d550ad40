import type { Locator, Page } from 'playwright-core';

import { PROJECT } from '../../sandbox/support';
import {
	DESKTOP,
	firstRoom,
	handOver,
	PHONE,
	rowsOfHead,
	showChat,
	showDesk,
	useStage,
} from '../support/page';
import { controls, cutControls, walk } from '../support/walk';

const stage = useStage();

const pane = () => stage().page.getByRole('region', { name: 'Support desk' });
const entries = () => stage().page.locator('#desk-messages .entry');
const listed = (status: 'open' | 'resolved') => stage().page.locator(`#desk-${status} button`);

/** The last messages at the desk, as the desk stores them. */
function written(id: number): Array<[string, boolean]> {
	return stage()
		.sandbox.desk.conversation(id)
		.messages.map(({ content, private: isPrivate }) => [content, isPrivate]);
}

async function isFocused(locator: Locator): Promise<boolean> {
	return await locator.evaluate((element) => element === document.activeElement);
}

/** How far what is below the last line seen goes on, in pixels. */
async function below(page: Page, log: string): Promise<number> {
	return await page.locator(log).evaluate(({ clientHeight, scrollHeight, scrollTop }) => {
		return scrollHeight - scrollTop - clientHeight;
	});
}

test('a project without a desk shows none, until a conversation is handed over', async () => {
	const { page } = stage();
	expect(await pane().isVisible()).toBe(false);
	await handOver(stage());
	await pane().waitFor();
	expect(await page.locator('#desk-name').innerText()).toBe('USER_NAME');
	await page.request.post(`${stage().sandbox.url}/sandbox/reset`);
	await pane().waitFor({ state: 'hidden' });
});

test('words say who wrote what, and never that the customer got a private note', async () => {
	const { sandbox } = stage();
	const conversation = await handOver(stage());
	const opened = sandbox.desk.conversation(conversation.id);
	for (const message of opened.messages) {
		// The desk tells its webhook of notes, too.
		if (message.from === 'agent') sandbox.desk.store.setDelivery(opened, message, { state: 'delivered' });
	}
	await entries().getByText('Given to the workflow').waitFor();
	const told = await entries().evaluateAll((all) =>
		all.map((entry) => [
			entry.querySelector('.by')?.textContent,
			entry.querySelector('.meta span')?.textContent ?? '',
		]),
	);
	expect(told).toEqual([
		['Private note by the bot', 'The customer does not see this'],
		['USER_NAME', ''],
		['Bot', ''],
		['USER_NAME', ''],
		['USER_NAME', ''],
		['USER_NAME', ''],
		['Agent', 'Given to the workflow'],
		['Private note by the agent', 'The customer does not see this'],
	]);
});

test('media is shown, heard and offered', async () => {
	const { page } = stage();
	await handOver(stage());
	const image = pane().getByRole('img', { name: 'Image lampara.jpg' });
	await image.waitFor();
	await page.waitForFunction(() => [...document.images].every(({ naturalWidth }) => naturalWidth > 0));
	await page.waitForFunction(() => (document.querySelector('audio')?.duration ?? 0) > 1);
	expect(
		await pane()
			.getByRole('link', { name: /factura-1042\.pdf/ })
			.count(),
	).toBe(1);
	await page.locator('#desk-attach-open').click();
	await pane().getByRole('button', { name: 'PDF' }).click();
	await entries().nth(8).waitFor();
	expect(
		await pane()
			.getByRole('link', { name: /factura-1042\.pdf/ })
			.count(),
	).toBe(2);
	expect(await isFocused(page.locator('#desk-attach-open'))).toBe(true);
});

describe('by keyboard', () => {
	test('a reply goes out with Enter, a note only to agents, and the focus stays', async () => {
		const { page } = stage();
		const { id } = await handOver(stage());
		await page.locator('#desk-text').focus();
		await page.keyboard.type('Buenas');
		await page.keyboard.press('Shift+Enter');
		await page.keyboard.type('tardes');
		await page.keyboard.press('Enter');
		await entries().nth(8).waitFor();
		await page.locator('#desk-reply').focus();
		await page.keyboard.press('ArrowRight');
		await pane().getByRole('textbox', { name: 'Private note' }).focus();
		await page.keyboard.type('Ojo');
		await page.keyboard.press('Enter');
		await entries().nth(9).waitFor();
		expect(written(id).slice(-2)).toEqual([
			['Buenas\ntardes', false],
			['Ojo', true],
		]);
		expect(await isFocused(page.locator('#desk-text'))).toBe(true);
		// The next message is a note as well, and says so.
		expect(await pane().getByRole('button', { name: 'Add private note' }).count()).toBe(1);
	});

	test('Escape closes the samples, and the focus returns', async () => {
		const { page } = stage();
		await handOver(stage());
		await page.locator('#desk-attach-open').focus();
		await page.keyboard.press('Enter');
		await page.keyboard.press('Escape');
		expect(await page.locator('#desk-attach').isVisible()).toBe(false);
		expect(await isFocused(page.locator('#desk-attach-open'))).toBe(true);
	});

	test.each([
		['desktop', DESKTOP],
		['phone', PHONE],
	])('Tab comes to every control, each visibly, on a %s', async (_name, size) => {
		const { page } = stage();
		await page.setViewportSize(size);
		await handOver(stage());
		await handOver(stage(), 'of nobody');
		await showDesk(page);
		await page.locator('#desk-attach-open').click();
		// The audio player has controls of its own.
		const stops = (await walk(page)).filter(({ name }) => !name.startsWith('Audio nota'));
		// Of radio buttons, the chosen one is the stop.
		expect(stops.map(({ name }) => name)).toEqual(
			(await controls(page)).filter((name) => name !== 'desk-note'),
		);
		expect(stops.filter(({ isMarked, isInView }) => !isMarked || !isInView)).toEqual([]);
	});
});

test('a draft note stays a note after another conversation was viewed', async () => {
	const { page } = stage();
	const { id } = await handOver(stage());
	await handOver(stage(), 'of nobody');
	const [nobody, ana] = [listed('open').first(), listed('open').nth(1)];
	await ana.click();
	await page.locator('#desk-note').check();
	await page.locator('#desk-text').fill('No decir nada del descuento');
	await nobody.click();
	expect(await page.locator('#desk-text').inputValue()).toBe('');
	expect(await page.locator('#desk-reply').isChecked()).toBe(true);
	await ana.click();
	expect(await page.locator('#desk-text').inputValue()).toBe('No decir nada del descuento');
	await page.locator('#desk-text').press('Enter');
	await entries().nth(8).waitFor();
	expect(written(id).at(-1)).toEqual(['No decir nada del descuento', true]);
});

test('resolving and reopening moves a conversation, and leaves the focus', async () => {
	const { page, sandbox } = stage();
	const { id } = await handOver(stage());
	const button = page.locator('#desk-status');
	await button.focus();
	await page.keyboard.press('Enter');
	await listed('resolved').first().waitFor();
	expect(await listed('open').count()).toBe(0);
	expect(sandbox.desk.conversation(id).status).toBe('resolved');
	expect(await button.innerText()).toBe('Reopen');
	expect(await isFocused(button)).toBe(true);
	await page.keyboard.press('Enter');
	await listed('open').first().waitFor();
	expect(sandbox.desk.conversation(id).status).toBe('open');
});

test('a conversation brings up its customer, and a customer the conversation', async () => {
	const { page, sandbox } = stage();
	const project = sandbox.store.projects.get(PROJECT.id);
	const [bot, , user] = [project?.bots[0], ...(project?.users ?? [])];
	if (!project || !bot || !user) throw new Error('The project has no second user');
	await handOver(stage());
	await handOver(stage(), sandbox.store.roomOf(project, bot, user).id);
	await page.getByText('You are USER_NAME').waitFor();
	const current = page.locator('#desk [aria-current]');
	const other = listed('open').filter({ hasNot: page.locator(':scope[aria-current]') });
	await other.and(page.locator('button:not([aria-current])')).click();
	await page.getByText('You are Íñigo').waitFor();
	expect(await isFocused(current)).toBe(true);
	await page.locator('#pick-user-choice').selectOption('USER_ID');
	await page.getByText('You are USER_NAME').waitFor();
	const shown = await current.evaluate((element) => element.parentElement?.dataset.key);
	expect(shown).toContain('"USER_NAME"');
});

test.each([
	['desktop', DESKTOP],
	['phone', PHONE],
])(
	'of 200 messages on each side the last is seen, and only the chats scroll, on a %s',
	async (name, size) => {
		const { page, sandbox } = stage();
		await page.setViewportSize(size);
		const opened = sandbox.desk.conversation((await handOver(stage())).id);
		for (let number = 1; number <= 100; number++) {
			await sandbox.userWrites(PROJECT.id, { text: `Pregunta ${String(number)}` });
			sandbox.store.addMessage(firstRoom(stage()), 'agent', {
				type: 'text',
				content: { body: `Respuesta ${String(number)}` },
			});
			sandbox.desk.write(opened, { from: 'customer', content: `Pregunta ${String(number)}` });
			sandbox.desk.write(opened, { from: 'agent', content: `Respuesta ${String(number)}` });
		}
		for (const [show, log] of [
			[showChat, '#chat-log'],
			[showDesk, '#desk-log'],
		] as const) {
			await show(page);
			await page.locator(log).getByText('Respuesta 100', { exact: true }).waitFor();
			await page.waitForFunction((selector) => {
				const { clientHeight = 0, scrollHeight = 0, scrollTop = 0 } = document.querySelector(selector) ?? {};
				return scrollHeight > clientHeight && scrollHeight - scrollTop - clientHeight < 2;
			}, log);
			expect(
				await page.evaluate(() => {
					const { scrollHeight, clientHeight, scrollWidth, clientWidth } = document.documentElement;
					return [scrollHeight - clientHeight, scrollWidth - clientWidth];
				}),
			).toEqual([0, 0]);
		}
		expect(await entries().count()).toBe(200);

		// A person reading further up stays there; one at the end follows.
		await page.locator('#desk-log').hover();
		await page.mouse.wheel(0, -2000);
		await page.waitForFunction(() => {
			const { clientHeight = 0, scrollHeight = 0, scrollTop = 0 } = document.querySelector('#desk-log') ?? {};
			return scrollHeight - scrollTop - clientHeight > 1000;
		});
		sandbox.desk.write(opened, { from: 'customer', content: 'Una más' });
		await page.locator('#desk-log').getByText('Una más').waitFor({ state: 'attached' });
		expect(await below(page, '#desk-log')).toBeGreaterThan(500);
		if (name === 'desktop') expect(await below(page, '#chat-log')).toBeLessThan(2);
	},
);

test('new messages are read out; those that were there before are not', async () => {
	const { page, sandbox } = stage();
	const { id } = await handOver(stage());
	const log = page.getByRole('log', { name: 'Conversation at the desk' });
	await page.locator('#desk-log[aria-live=polite]').waitFor();
	await handOver(stage(), 'of nobody');
	const watch = await page.evaluateHandle(() => {
		const heard: string[] = [];
		new MutationObserver((changes) => {
			for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
				const live = node.parentElement?.closest('[aria-live]')?.getAttribute('aria-live');
				if (node instanceof Element && node.matches('.entry')) heard.push(String(live));
			}
		}).observe(document.body, { childList: true, subtree: true });
		return heard;
	});
	sandbox.desk.write(sandbox.desk.conversation(id), { from: 'customer', content: 'Una más' });
	await log.getByText('Una más').waitFor();
	expect(await watch.evaluate((heard) => heard.splice(0))).toEqual(['polite']);
	await listed('open').nth(1).click();
	await log.getByText('Una más').waitFor({ state: 'detached' });
	expect(new Set(await watch.evaluate((heard) => heard.splice(0)))).toEqual(new Set(['off']));
});

test('every control has a name, and there is one heading for the desk and one for each part', async () => {
	const { page } = stage();
	await handOver(stage());
	await handOver(stage(), 'of nobody');
	await page.locator('#desk-attach-open').click();
	const lines = (await pane().ariaSnapshot()).split('\n').map((line) => line.trim());
	const roles = /^- '?(button|form|group|img|link|list|log|radio|textbox)\b/;
	const nameless = lines.filter((line) => roles.test(line) && !/^- '?\w+ "[^"]+/.test(line));
	// The list of messages is named by the log around it.
	expect(nameless).toEqual(['- list:']);
	for (const part of [
		'- heading "Support desk" [level=2]',
		'- heading "Open" [level=3]',
		'- radio "Reply" [checked]',
		'- radio "Private note"',
		'- group "Who sees it":',
		'- textbox "Reply to the customer"',
		'- button "Send reply"',
		'- button "Resolve"',
	]) {
		expect(lines.filter((line) => line.startsWith(part))).toHaveLength(1);
	}
});

describe('on a phone', () => {
	test('customer, agent and log are one switch apart, and what is new on the other side is counted', async () => {
		const { page, sandbox } = stage();
		await page.setViewportSize(PHONE);
		const { id } = await handOver(stage());
		const agent = page.getByRole('button', { name: /^Agent/ });
		await page.getByRole('button', { name: /^Agent \(1 new/ }).waitFor();
		await agent.click();
		expect(await agent.getAttribute('aria-pressed')).toBe('true');
		await page.getByRole('button', { name: 'Agent', exact: true }).waitFor();
		expect(await page.locator('#chat-log').isVisible()).toBe(false);
		await page.getByRole('button', { name: 'Customer', exact: true }).click();
		expect(await page.locator('#desk-log').isVisible()).toBe(false);
		sandbox.desk.write(sandbox.desk.conversation(id), { from: 'customer', content: 'Una más' });
		await page.getByRole('button', { name: /^Agent \(1 new/ }).waitFor();
	});

	test('it is wide enough for all of them, in two rows', async () => {
		const { page } = stage();
		await page.setViewportSize(PHONE);
		await handOver(stage());
		await showDesk(page);
		expect(await rowsOfHead(page)).toBe(2);
		expect(await cutControls(page)).toEqual([]);
	});

	test('turned on its side, or on a tablet, customer and agent stand beside each other', async () => {
		const { page } = stage();
		await page.setViewportSize(PHONE);
		await handOver(stage());
		await showDesk(page);
		await page.setViewportSize({ width: 1024, height: 768 });
		await page.locator('#chat-log').waitFor();
		expect(await page.locator('#desk-log').isVisible()).toBe(true);
		// The page learns its width a moment after the browser draws it.
		await page.getByRole('button', { name: 'Customer and agent', pressed: true }).waitFor();
		await page.locator('#view-side').click();
		expect(await page.locator('#desk-log').isVisible()).toBe(false);
	});
});
