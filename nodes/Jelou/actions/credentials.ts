import type { IExecuteFunctions } from 'n8n-workflow';

import {
	CREDENTIAL_NAME,
	loadCredential,
	withSigningSecret,
	type LoadedCredential,
} from '../shared/credential';
import { FieldError } from '../shared/errors';
import { readRegistration } from '../shared/registrationStore';
import { cachedSecret, sendingSecret } from '../shared/secrets';
import type { ToolInput } from './toolInput';

const NO_SECRET = {
	message: 'No signing secret is known, so nothing can be sent',
	advice:
		"Enter the signing secret in the Jelou credential. Without it, only the workflow whose Jelou Trigger created the project's integration can send, and in n8n's queue mode not even that one.",
	testAdvice:
		'To run this step as a test, enter the signing secret in the Jelou credential. Without it, only the published workflow can reply.',
};

/** Where a run keeps that it has waited. */
export const WAITED_KEY = 'jelouWaited';

/**
 * n8n gives no static data to a test run, nor to a run that it resumes after a time limit. Both run where triggers are
 * registered, so the secret is known in this process; but for tests that queue mode gives to workers.
 */
function secretOfProcess(context: IExecuteFunctions, credential: LoadedCredential): string | undefined {
	const isWithoutData = context.getMode() === 'manual' || context.getContext('flow')[WAITED_KEY] === true;
	return isWithoutData ? cachedSecret(credential) : undefined;
}

/**
 * The credential with the secret to sign a message with.
 *
 * @throws FieldError when none is known
 */
export function withSecret(context: IExecuteFunctions, credential: LoadedCredential): LoadedCredential {
	if (credential.signingSecret !== '') return credential;
	const registration = readRegistration(context.getWorkflowStaticData('global'), credential);
	const secret = sendingSecret(credential, registration) ?? secretOfProcess(context, credential);
	if (secret !== undefined) return withSigningSecret(credential, secret);
	const isTest = context.getMode() === 'manual';
	throw new FieldError(NO_SECRET.message, isTest ? NO_SECRET.testAdvice : NO_SECRET.advice);
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
