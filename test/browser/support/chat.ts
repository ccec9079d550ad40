import type { Locator, Page } from 'playwright-core';

/** The sandbox's chat page. */
export class Chat {
	constructor(readonly page: Page) {}

	/** Writes as the user, by typing. */
	async write(text: string): Promise<void> {
		await this.page.locator('#text').pressSequentially(text);
		await this.page.keyboard.press('Enter');
	}

	/** A message of the workflow's. */
	reply(text: string): Locator {
		return this.page.locator('.bubble.agent').getByText(text, { exact: true });
	}

	/** An entry of the log, by its title. */
	logged(title: string): Locator {
		return this.page.locator('#log li').filter({ has: this.page.getByText(title, { exact: true }) });
	}

	/** Waits until the page says that events go to this address. */
	async sendsTo(part: string): Promise<void> {
		await this.page.locator('#integration-state').getByText(part).waitFor();
	}
}
