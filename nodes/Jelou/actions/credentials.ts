import type { IExecuteFunctions } from 'n8n-workflow';

import { CREDENTIAL_NAME, loadCredential, type LoadedCredential } from '../shared/credential';
import { FieldError } from '../shared/errors';
import type { ToolInput } from './toolInput';

/**
 * The credential, once it is known that it can sign a message.
 *
 * @throws FieldError when no signing secret is known
 */
export function withSecret(credential: LoadedCredential): LoadedCredential {
	if (credential.signingSecret !== '') return credential;
	throw new FieldError(
		'No signing secret is known, so nothing can be sent',
		"Choose the same credential as in the workflow whose Jelou Trigger created the project's integration, or enter the signing secret in this one.",
	);
}

/**
 * Whether n8n gives another credential for another item, because its fields have expressions. n8n does not say whether
 * they have, so it is asked for the credential of an item that notices when it is looked at.
 */
async function dependsOnItem(context: IExecuteFunctions): Promise<boolean> {
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
		await context.getCredentials(CREDENTIAL_NAME, items.length - 1);
	} catch {
		return true;
	} finally {
		items.pop();
	}
	return isLookedAt;
}

/** The credential of an item, or what is wrong with it. */
export type ItemCredential = { ok: true; credential: LoadedCredential } | { ok: false; error: unknown };

async function loadFor(context: IExecuteFunctions, index: number): Promise<ItemCredential> {
	try {
		return { ok: true, credential: await loadCredential(context, index) };
	} catch (error) {
		return { ok: false, error };
	}
}

/**
 * Reads the credentials of a run's items before anything is sent: one for all, or where its fields have expressions one
 * for each. n8n decrypts a credential whenever it is read.
 *
 * @returns gives that of an item
 * @throws NodeOperationError when the one for all cannot be used
 */
export async function loadCredentials(
	context: IExecuteFunctions,
	tool: ToolInput,
): Promise<(index: number) => ItemCredential> {
	const { length } = context.getInputData();
	if (length === 1 || !(await dependsOnItem(context))) {
		const credential = await tool.whileGiven(async () => await loadCredential(context));
		return () => ({ ok: true, credential });
	}
	const loaded: ItemCredential[] = [];
	for (let index = 0; index < length; index++) loaded.push(await loadFor(context, index));
	return (index) => loaded[index] ?? { ok: false, error: new Error('There is no such item.') };
}
