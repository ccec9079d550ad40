import { BoundedMap } from './boundedMap';
import type { LoadedCredential } from './credential';
import { integrationKey, optionalText, type Registration } from './registrationStore';

/**
 * Who knows the signing secret. Jelou shows it once, to whoever creates the integration, and needs it in both
 * directions. What is typed in the credential wins; what the trigger was given when it created the integration is kept
 * in the workflow's static data (global scope), where the nodes of the same workflow find it.
 */

const cache = new BoundedMap<string, string>(500);

function memoryKey(credential: LoadedCredential): string {
	// The credential's ID is part of it: a secret learned through one credential must never serve another.
	return `${credential.id} ${integrationKey(credential)}`;
}

/**
 * Remembers a secret in this process. Test listening gets no static data of the active workflow, so this is where it
 * finds the secret that the active workflow's trigger was given.
 */
export function cacheSecret(credential: LoadedCredential, secret: string): void {
	cache.set(memoryKey(credential), secret);
}

/** Forgets a secret whose integration is gone. */
export function clearCachedSecret(credential: LoadedCredential): void {
	cache.delete(memoryKey(credential));
}

/** The secret that some trigger of this process was given for the credential's integration, if any. */
export function cachedSecret(credential: LoadedCredential): string | undefined {
	return cache.get(memoryKey(credential));
}

/** Every secret that a delivery may be signed with: the typed one alone where one is typed. Empty when none is known. */
export function acceptedSecrets(credential: LoadedCredential, registration: Registration): string[] {
	if (credential.signingSecret !== '') return [credential.signingSecret];
	const known = [registration.signingSecret, cachedSecret(credential)];
	return [...new Set(known.filter((secret): secret is string => secret !== undefined && secret !== ''))];
}

/** The secret to send with, or `undefined`. Never from memory, which another process would not have. */
export function sendingSecret(credential: LoadedCredential, registration: Registration): string | undefined {
	return optionalText(credential.signingSecret) ?? registration.signingSecret;
}
