import type { Locator, Page } from 'playwright-core';

import { waitUntil } from '../../../scripts/n8n/waitUntil';

/** Drags one thing to another, with the mouse. */
export async function drag(from: Locator, to: Locator): Promise<void> {
	const { mouse } = from.page();
	await from.scrollIntoViewIfNeeded();
	await to.scrollIntoViewIfNeeded();
	await from.hover();
	await mouse.down();
	const target = await to.boundingBox();
	if (target === null) throw new Error(`${String(to)} is not visible.`);
	// In steps, as a hand moves: n8n takes a single jump for a click.
	await mouse.move(target.x + target.width / 2, target.y + target.height / 2, { steps: 15 });
	await mouse.up();
}

/** Longer than n8n waits for more to be typed. */
const TAKEN_OVER_MS = 1_000;

/** Parts of a parameter, which n8n names like parameters. */
const PARTS = ['field', 'hint', 'item'];

/** The window in which a node is set up: input on the left, parameters in the middle, output on the right. */
export class NodeDetails {
	readonly window: Locator;
	readonly input: Locator;
	readonly output: Locator;

	constructor(private readonly page: Page) {
		this.window = page.getByTestId('ndv');
		this.input = page.getByTestId('ndv-input-panel');
		this.output = page.getByTestId('output-panel');
	}

	/** A parameter by its name, for example `text`. */
	field(name: string): Locator {
		return this.window.getByTestId(`parameter-input-${name}`);
	}

	/** Waits until exactly these parameters are shown, in this order. */
	async waitForFields(names: string[]): Promise<void> {
		let shown: string[] = [];
		await waitUntil(`the fields ${names.join(', ')}`, async () => {
			shown = await this.fields();
			return shown.join() === names.join();
		}).catch(() => expect(shown).toEqual(names));
	}

	private async fields(): Promise<string[]> {
		const visible = this.window.locator('[data-test-id^="parameter-input-"]').filter({ visible: true });
		const ids = await visible.evaluateAll((all: Array<{ getAttribute(name: string): string | null }>) =>
			all.map((element) => element.getAttribute('data-test-id') ?? ''),
		);
		return ids.map((id) => id.replace('parameter-input-', '')).filter((name) => !PARTS.includes(name));
	}

	/** Waits until this credential is chosen. */
	async hasCredential(name: string): Promise<void> {
		const chosen = this.window.getByTestId('node-credentials-select').locator('input');
		await waitUntil(`the credential ${name}`, async () => (await chosen.inputValue()) === name);
	}

	/** Chooses an option of a parameter by the name that is shown. */
	async choose(field: string | Locator, option: string): Promise<void> {
		await (typeof field === 'string' ? this.field(field) : field).click();
		// Some options are described below their names.
		const name = this.page.getByText(option, { exact: true });
		await this.page.getByRole('option').filter({ has: name }).click();
	}

	/** Adds an option, which then has a field. */
	async addOption(option: string): Promise<void> {
		await this.window.getByTestId('collection-parameter-add').click();
		const name = this.page.getByText(option, { exact: true });
		await this.page.getByRole('option').filter({ has: name }).click();
	}

	/** The two values that a rule of a Switch compares, by the position of the rule. */
	rule(n: number): { left: Locator; right: Locator } {
		return {
			left: this.window.getByTestId('filter-condition-left').nth(n),
			right: this.window.getByTestId('filter-condition-right').nth(n),
		};
	}

	/** The result of an expression in a parameter, for the current input. */
	preview(name: string): Locator {
		return this.window.getByTestId(`parameter-expression-preview-${name}`);
	}

	/** A field of the input, by its path, for example `.value.content.body`. */
	inputField(path: string): Locator {
		return this.input.locator(`[data-path="${path}"]`);
	}

	/** Drags a field of the input into a parameter. */
	async drag(path: string, field: string | Locator): Promise<void> {
		await drag(this.inputField(path), typeof field === 'string' ? this.field(field) : field);
	}

	/** Replaces the expression in a parameter, and leaves it. */
	async rewrite(field: string, text: string): Promise<void> {
		const editor = this.field(field).locator('.cm-content');
		// n8n moves the cursor when the field gets the focus, even after everything was selected.
		await waitUntil(`${field} to be ${text}`, async () => {
			await editor.fill(text);
			return (await editor.textContent()) === text;
		});
		await this.leaveField();
	}

	/** Moves the focus out of the parameters, which closes what n8n has opened below one. */
	async leaveField(): Promise<void> {
		await this.window.getByTestId('tab-params').click();
	}

	/** Runs the node, once n8n has taken over what was typed. */
	async execute(): Promise<void> {
		// Waits in the page, where a slow machine delays n8n's timers as well.
		await this.page.evaluate(async (ms) => new Promise((resolve) => setTimeout(resolve, ms)), TAKEN_OVER_MS);
		await this.window.getByTestId('node-execute-button').click();
	}

	/** Waits for the error of a run. Returns its message and the advice, as a person reads them. */
	async error(): Promise<{ message: string; advice: string }> {
		const message = await this.output.getByTestId('node-error-message').innerText();
		return { message, advice: await this.output.getByTestId('node-error-description').innerText() };
	}

	/** What the mark beside a parameter says when the mouse is on it. */
	async issueOf(field: string): Promise<string> {
		const mark = this.window
			.getByTestId('parameter-item')
			.filter({ has: this.page.getByTestId(`parameter-input-${field}`) })
			.getByTestId('parameter-issues');
		await mark.scrollIntoViewIfNeeded();
		await mark.locator('svg').hover();
		return await this.page.getByText('Issues:').locator('..').innerText();
	}
}
