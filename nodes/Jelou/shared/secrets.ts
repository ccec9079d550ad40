import type { IDataObject } from 'n8n-workflow';

import type { JelouCredential, LoadedCredential } from './credential';
import { isObject } from './types';

/**
 * Who knows the signing secret. Jelou shows it once, to whoever creates the integration, and needs it in both
 * directions. What is typed in the credential wins; what the trigger was given when it created the integration is kept
 * in the workflow's static data (global scope), where the nodes of the same workflow find it.
 */

const STATIC_KEY = 'jelou';

/** What the trigger keeps about an integration, in the workflow's static data. */
export interface Registration {
	/** Present when this workflow's trigger created the integration. */
	signingSecret?: string;
	/** The URL that this trigger registered last. */
	webhookUrl?: string;
	/** True when the trigger created the integration, and so may delete it. */
	isOwner?: boolean;
	/** The URL that stood there before and has to be put back. */
	previousUrl?: string;
}

/** Names an integration: one per project and gateway. */
export function integrationKey({ hosts, projectId }: Pick<JelouCredential, 'hosts' | 'projectId'>): string {
	return `${hosts.gateway} ${projectId}`;
}

function optionalText(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Reads what the trigger kept about the credential's integration; empty when it kept nothing. */
export function readRegistration(staticData: IDataObject, credential: JelouCredential): Registration {
	const all = staticData[STATIC_KEY];
	const kept = isObject(all) ? all[integrationKey(credential)] : undefined;
	if (!isObject(kept)) return {};
	return {
		signingSecret: optionalText(kept.signingSecret),
		webhookUrl: optionalText(kept.webhookUrl),
		isOwner: kept.isOwner === true,
		previousUrl: optionalText(kept.previousUrl),
	};
}

/** Keeps or (with `undefined`) forgets a registration. Only the webhook methods write: a delivery never does. */
export function writeRegistration(
	staticData: IDataObject,
	credential: JelouCredential,
	registration: Registration | undefined,
): void {
	const key = integrationKey(credential);
	const kept = Object.entries(isObject(staticData[STATIC_KEY]) ? staticData[STATIC_KEY] : {});
	const others = kept.filter(([name]) => name !== key);
	// n8n writes static data that was touched, whole, over what another process may just have kept there.
	if (registration === undefined && others.length === kept.length) return;
	// Assigned as a whole, so that n8n notices the change whatever the depth.
	staticData[STATIC_KEY] = Object.fromEntries(
		registration ? [...others, [key, { ...registration }]] : others,
	);
}

const MAX_REMEMBERED = 500;
const remembered = new Map<string, string>();

function memoryKey(credential: LoadedCredential): string {
	// The credential's ID is part of it: a secret learned through one credential must never serve another.
	return `${credential.id} ${integrationKey(credential)}`;
}

/**
 * Remembers a secret in this process. Test listening gets no static data of the active workflow, so this is where it
 * finds the secret that the active workflow's trigger was given.
 */
export function rememberSecret(credential: LoadedCredential, secret: string): void {
	const key = memoryKey(credential);
	remembered.delete(key);
	remembered.set(key, secret);
	const oldest = remembered.keys().next();
	if (remembered.size > MAX_REMEMBERED && !oldest.done) remembered.delete(oldest.value);
}

/** Forgets a secret whose integration is gone. */
export function forgetSecret(credential: LoadedCredential): void {
	remembered.delete(memoryKey(credential));
}

/** The secret that some trigger of this process was given for the credential's integration, if any. */
export function rememberedSecret(credential: LoadedCredential): string | undefined {
	return remembered.get(memoryKey(credential));
}

/** Every secret that a delivery may be signed with, the credential's first. Empty when none is known. */
export function acceptedSecrets(credential: LoadedCredential, registration: Registration): string[] {
	const known = [credential.signingSecret, registration.signingSecret, rememberedSecret(credential)];
	return [...new Set(known.filter((secret): secret is string => secret !== undefined && secret !== ''))];
}

/** The secret to send with, or `undefined`. Never from memory, which another process would not have. */
export function sendingSecret(credential: LoadedCredential, registration: Registration): string | undefined {
	return optionalText(credential.signingSecret) ?? registration.signingSecret;
}
