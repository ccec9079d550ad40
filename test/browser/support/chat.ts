import type { Locator, Page } from 'playwright-core';

/** The sandbox's chat page. */
export class Chat {
	constructor(readonly page: Page) {}

	/** Chooses a project by its shown name, and one of its customers. */
	async choose(project: string, customer?: string): Promise<void> {
		await this.page.locator('#pick-project-choice').selectOption({ label: project });
		if (customer !== undefined)
			await this.page.locator('#pick-user-choice').selectOption({ label: customer });
	}

	/** Writes as the user, by typing. */
	async write(text: string): Promise<void> {
		await this.page.locator('#text').pressSequentially(text);
		await this.page.keyboard.press('Enter');
	}

	/** Sends the page's recording as the user. */
	async sendVoiceNote(): Promise<void> {
		await this.page.locator('#attach-open').click();
		await this.page.locator('[data-sample=audio]').click();
	}

	async closeConversation(): Promise<void> {
		await this.page.locator('#conversation-close').click();
		await this.page.locator('#conversation-state').getByText('Closed').waitFor();
	}

	/** A message from the workflow. */
	reply(text: string): Locator {
		return this.page.locator('.bubble.agent').getByText(text, { exact: true });
	}

	/** The last message, when it is the workflow's and has this text. */
	lastReply(text: string): Locator {
		const last = this.page.locator('#messages .line').last();
		return last.and(this.page.locator('.agent')).getByText(text, { exact: true });
	}

	/** Writes as the user, and waits until the last message is this reply. */
	async hears(text: string, reply: string): Promise<void> {
		const written = this.page.locator('.line.user');
		const count = await written.count();
		await this.write(text);
		await written.nth(count).waitFor();
		await this.lastReply(reply).waitFor();
	}

	/** Waits until the page says this below the customer's last message. */
	async toldOfLast(words: string): Promise<void> {
		await this.page.locator('.line.user').last().locator('.meta').getByText(words).waitFor();
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
