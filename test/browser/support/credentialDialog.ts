import type { Locator, Page } from 'playwright-core';

const WORDS_ARE_SHOWN = `[...document.querySelectorAll(
	'[data-test-id="credentials-config-container-test-success"] button, [data-test-id="credentials-config-container-test-success"] button *')]
	.every((element) => getComputedStyle(element).opacity === '1')`;

/** The dialog in which a credential is entered. */
export class CredentialDialog {
	readonly dialog: Locator;
	/** Says that the connection works. */
	readonly success: Locator;

	constructor(private readonly page: Page) {
		this.dialog = page.getByTestId('editCredential-modal');
		this.success = this.dialog.getByTestId('credentials-config-container-test-success');
	}

	async fill(field: string, value: string): Promise<void> {
		await this.dialog.getByTestId(`parameter-input-${field}`).locator('input').fill(value);
	}

	async choose(field: string, option: string): Promise<void> {
		await this.dialog.getByTestId(`parameter-input-${field}`).locator('input').click();
		await this.page.getByRole('option', { name: option, exact: true }).click();
	}

	/** Saves, which also tests. n8n closes the dialog of a new credential by itself when the connection works. */
	async save(): Promise<void> {
		await this.dialog.getByTestId('credential-save-button').click();
	}

	/** Saves a credential that already worked, and closes the dialog, which n8n then leaves open. */
	async saveAgain(): Promise<void> {
		await this.save();
		await this.dialog.getByText('Saved', { exact: true }).waitFor();
		await this.close();
	}

	/** Opens the credential of the node that is open, and waits for n8n to have tested it. */
	async edit(): Promise<void> {
		await this.page.getByTestId('credential-edit-button').click();
		await this.success.getByRole('button', { name: 'Retry' }).click({ trial: true });
		// While n8n tests again, the button has no text.
		await this.page.waitForFunction(WORDS_ARE_SHOWN);
	}

	async close(): Promise<void> {
		await this.dialog.locator('.el-dialog__headerbtn').click();
		await this.dialog.waitFor({ state: 'hidden' });
	}
}
