import { selectors, type Locator, type Page } from 'playwright-core';

import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { OWNER } from '../../server/support/stage';
import { startBrowser, type Browser } from './chromium';
import { NodeDetails } from './nodeDetails';

/** For a slow, busy machine. */
const TIMEOUT_MS = 180_000;
const VIEWPORT = { width: 1280, height: 900 };

selectors.setTestIdAttribute('data-test-id');

/** In each node, not only on the signs around it. */
const ICONS_ARE_SHOWN = `[...document.querySelectorAll('[data-test-id="canvas-node"]')].every((node) =>
	[...node.querySelectorAll('[class*="icon" i] svg, img')].some((icon) => icon.naturalWidth !== 0))`;

/** Waits until there are such images, and each has loaded from the named file. */
export async function showsIcon(images: Locator, file: string): Promise<void> {
	const loaded = async () =>
		await images.evaluateAll((all: object[]) =>
			all.map((image) =>
				'naturalWidth' in image && Number(image.naturalWidth) > 0 && 'src' in image ? String(image.src) : '',
			),
		);
	await waitUntil(`the icon ${file}`, async () => {
		const files = await loaded();
		return files.length > 0 && files.every((url) => url.endsWith(`/${file}`));
	});
}

/** n8n's editor in a browser, logged in as the owner. */
export class Editor {
	readonly node: NodeDetails;
	/** The panel for finding nodes. */
	readonly panel: Locator;

	private constructor(
		private readonly browser: Browser,
		readonly page: Page,
		private readonly url: string,
	) {
		this.node = new NodeDetails(page);
		this.panel = page.getByTestId('node-creator');
	}

	/** Starts a browser of its own and logs in, as a person does. */
	static async open(url: string): Promise<Editor> {
		const browser = await startBrowser({ viewport: VIEWPORT, locale: 'en-US', timezoneId: 'UTC' });
		try {
			await browser.context.route(
				({ hostname }) => hostname !== '127.0.0.1',
				(route) => route.abort(),
			);
			const page = browser.context.pages()[0] ?? (await browser.context.newPage());
			page.setDefaultTimeout(TIMEOUT_MS);
			await page.goto(`${url}/signin`);
			await page.locator('input[type=email], input[name=emailOrLdapLoginId]').fill(OWNER.email);
			await page.locator('input[type=password]').fill(OWNER.password);
			await page.keyboard.press('Enter');
			await page.waitForURL(/\/(home|workflow)/);
			return new Editor(browser, page, url);
		} catch (error) {
			await browser.close();
			throw error;
		}
	}

	/** A second window of the same person. */
	async window(url: string, viewport = { width: 1280, height: 800 }): Promise<Page> {
		const page = await this.browser.context.newPage();
		page.setDefaultTimeout(TIMEOUT_MS);
		await page.setViewportSize(viewport);
		await page.goto(url);
		return page;
	}

	async newWorkflow(): Promise<void> {
		await this.page.goto(`${this.url}/workflow/new`);
		await this.page.getByTestId('canvas-add-button').waitFor();
	}

	async openWorkflow(id: string): Promise<void> {
		await this.page.goto(`${this.url}/workflow/${id}`);
		await this.page.getByTestId('canvas-node').first().waitFor();
	}

	/** One entry of the node panel. */
	entry(name: string): Locator {
		const label = this.page.getByTestId('node-creator-item-name').getByText(name, { exact: true });
		return this.panel.getByTestId('item-iterator-item').filter({ has: label });
	}

	async searchNodes(words: string): Promise<void> {
		await this.panel.getByTestId('node-creator-search-bar').fill(words);
	}

	/** The names of all entries that are shown. */
	async entries(): Promise<string[]> {
		return await this.panel.getByTestId('node-creator-item-name').allInnerTexts();
	}

	/** Waits until exactly these entries are shown: n8n draws a long list bit by bit. */
	async waitForEntries(names: Array<string | undefined>): Promise<void> {
		let shown: string[] = [];
		await waitUntil(`the entries ${names.join(', ')}`, async () => {
			shown = await this.entries();
			return shown.join() === names.join();
		}).catch(() => expect(shown).toEqual(names));
	}

	/** Expands the actions, which n8n collapses while a workflow has no trigger. */
	async openActions(): Promise<void> {
		await this.panel.getByTestId('node-creator-category-item').filter({ hasText: 'Actions' }).click();
		await this.entry('Send a message').waitFor();
	}

	/** Searches for a node to add at the end of the workflow. */
	async searchNext(words: string): Promise<void> {
		if (await this.node.window.isVisible()) await this.closeNode();
		await this.fitView();
		await this.page.getByTestId('canvas-handle-plus').click();
		await this.searchNodes(words);
	}

	/** Adds a node at the end of the workflow, and opens it. */
	async addNode(name: string, action?: string): Promise<void> {
		await this.searchNext(name);
		await this.entry(name).first().click();
		if (action !== undefined) await this.entry(action).click();
		await this.node.window.getByTestId('node-parameters').waitFor();
	}

	/** Adds a node in the middle of the line between two nodes, and opens it. */
	async addNodeBetween(before: string, after: string, name: string): Promise<void> {
		if (await this.node.window.isVisible()) await this.closeNode();
		const [left, right] = [
			await this.onCanvas(before).boundingBox(),
			await this.onCanvas(after).boundingBox(),
		];
		if (left === null || right === null) throw new Error(`${before} or ${after} is not visible.`);
		// The nodes are squares; the text below them can be any width.
		const y = left.y + 48;
		await this.page.mouse.move((left.x + 96 + right.x) / 2, y, { steps: 5 });
		await this.page.getByTestId('add-connection-button').click();
		await this.searchNodes(name);
		await this.entry(name).first().click();
		await this.node.window.getByTestId('node-parameters').waitFor();
	}

	/** The ID of the saved workflow that is open. */
	workflowId(): string {
		const [, id] = /\/workflow\/(\w+)/.exec(this.page.url()) ?? [];
		if (id === undefined || id === 'new') throw new Error(`${this.page.url()} is no saved workflow.`);
		return id;
	}

	/** Shows the whole workflow, and waits for its icons. */
	async fitView(): Promise<void> {
		await this.page.getByTestId('zoom-to-fit').click();
		await this.page.waitForFunction(ICONS_ARE_SHOWN);
	}

	/** A node on the canvas, by its name. */
	onCanvas(name: string): Locator {
		return this.page.getByTestId('canvas-node').filter({ has: this.page.getByText(name, { exact: true }) });
	}

	/** The plus after an output of a node on the canvas. */
	plusAfter(name: string, output = 0): Locator {
		return this.page
			.locator(
				`[data-test-id="canvas-node-output-handle"][data-node-name="${name}"][data-index="${String(output)}"]`,
			)
			.getByTestId('canvas-handle-plus');
	}

	/** Where a wire to a node ends. */
	inputOf(name: string): Locator {
		return this.page.locator(`[data-test-id="canvas-node-input-handle"][data-node-name="${name}"]`);
	}

	/** Opens a node, and closes the previous one. */
	async openNode(name: string): Promise<void> {
		if (await this.node.window.isVisible()) await this.closeNode();
		await this.onCanvas(name).dblclick();
		await this.node.window.getByTestId('node-parameters').waitFor();
	}

	async closeNode(): Promise<void> {
		await this.node.window.getByTestId('ndv-close-button').click();
		await this.node.window.waitFor({ state: 'hidden' });
	}

	/** Asks n8n to publish the workflow, with its first version's suggested name. */
	async askToPublish(): Promise<void> {
		await this.page.getByTestId('workflow-open-publish-modal-button').click();
		await this.page.getByTestId('workflow-publish-button').click();
	}

	async publish(): Promise<void> {
		await this.askToPublish();
		await this.page.getByTestId('activation-modal').getByRole('button', { name: 'Got it' }).click();
	}

	/** Publishes the changes of a workflow that is published. */
	async publishAgain(): Promise<void> {
		await this.askToPublish();
		await this.page.getByText('Published', { exact: true }).waitFor();
	}

	async close(): Promise<void> {
		await this.browser.close();
	}
}
