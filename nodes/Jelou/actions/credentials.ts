import type { IExecuteFunctions } from 'n8n-workflow';

import type { LoadedCredential } from '../shared/credential';
import { FieldError } from '../shared/errors';
import type { ToolInput } from './toolInput';

/**
 * Returns the credential if it can sign a message.
 *
 * @throws FieldError when no signing secret is known
 */
export function withSecret(credential: LoadedCredential): LoadedCredential {
	if (credential.signingSecret !== '') return credential;
	throw new FieldError(
		'No signing secret is known, so nothing can be sent',
		"Choose the credential that the project's Jelou Trigger has, or enter Signing Secret in this one.",
	);
}

/**
 * Whether the credential differs from item to item, because its fields have expressions. n8n does not say so, so it is
 * asked for the credential of an extra item that notices when an expression reads it.
 */
async function dependsOnItem(context: IExecuteFunctions, name: string): Promise<boolean> {
	const items = context.getInputData();
	let isLookedAt = false;
	items.push({
		get json() {
			isLookedAt = true;
			return {};
		},
		get pairedItem() {
			isLookedAt = true;
			return undefined;
		},
	});
	try {
		await context.getCredentials(name, items.length - 1);
	} catch {
		return true;
	} finally {
		items.pop();
	}
	return isLookedAt;
}

/**
 * Reads the credentials of a run's items before anything is sent: one for all of them or, if its fields have
 * expressions, one for each. n8n decrypts a credential on every read.
 *
 * @param name n8n's name for the type of credential
 * @returns a function that gives an item's credential, or throws what is wrong with it
 * @throws NodeOperationError when the shared one cannot be used
 */
export async function loadCredentials<Credential>(
	context: IExecuteFunctions,
	tool: ToolInput,
	name: string,
	load: (context: IExecuteFunctions, itemIndex?: number) => Promise<Credential>,
): Promise<(index: number) => Credential> {
	const { length } = context.getInputData();
	if (length === 1 || !(await dependsOnItem(context, name))) {
		const credential = await tool.whileGiven(async () => await load(context));
		return () => credential;
	}
	const loaded: Array<{ ok: true; credential: Credential } | { ok: false; error: unknown }> = [];
	for (let index = 0; index < length; index++) {
		try {
			loaded.push({ ok: true, credential: await load(context, index) });
		} catch (error) {
			loaded.push({ ok: false, error });
		}
	}
	return (index) => {
		const found = loaded[index];
		if (found?.ok === true) return found.credential;
		throw found?.error instanceof Error ? found.error : new Error('There is no such item.');
	};
}
