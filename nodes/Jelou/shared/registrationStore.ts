import type { IDataObject } from 'n8n-workflow';

import type { JelouCredential } from './credential';
import { isObject } from './json';

const STATIC_KEY = 'jelou';

/** What the trigger saves about an integration, in the workflow's static data. */
export interface Registration {
	/** Present when this workflow's trigger created the integration. */
	signingSecret?: string;
	/** The URL that this trigger registered last. */
	webhookUrl?: string;
	/** When Jelou created the integration that the secret belongs to; versions before 1.1 did not save it. */
	createdAt?: string;
	/** True when the trigger created the integration, and so may delete it. */
	isOwner?: boolean;
	/** The URL that was there before and has to be put back. */
	previousUrl?: string;
}

/** Names an integration: one per project and gateway. */
export function integrationKey({
	baseUrls,
	projectId,
}: Pick<JelouCredential, 'baseUrls' | 'projectId'>): string {
	return `${baseUrls.gateway} ${projectId}`;
}

export function optionalText(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Reads what the trigger saved about the credential's integration; empty when it saved nothing. */
export function readRegistration(staticData: IDataObject, credential: JelouCredential): Registration {
	return readAll(staticData[STATIC_KEY], credential);
}

function readAll(all: unknown, credential: JelouCredential): Registration {
	const saved = isObject(all) ? all[integrationKey(credential)] : undefined;
	if (!isObject(saved)) return {};
	return {
		signingSecret: optionalText(saved.signingSecret),
		webhookUrl: optionalText(saved.webhookUrl),
		createdAt: optionalText(saved.createdAt),
		isOwner: saved.isOwner === true,
		previousUrl: optionalText(saved.previousUrl),
	};
}

/** Saves or (with `undefined`) clears a registration. Only the webhook methods write: a delivery never does. */
export function writeRegistration(
	staticData: IDataObject,
	credential: JelouCredential,
	registration: Registration | undefined,
): void {
	const key = integrationKey(credential);
	const saved = Object.entries(isObject(staticData[STATIC_KEY]) ? staticData[STATIC_KEY] : {});
	const others = saved.filter(([name]) => name !== key);
	const written: IDataObject = Object.fromEntries(
		registration ? [...others, [key, { ...registration }]] : others,
	);
	// n8n writes static data that was touched, whole, over what another process may just have saved there.
	const read = (all: unknown) => JSON.stringify(readAll(all, credential));
	if (read(written) === read(staticData[STATIC_KEY])) return;
	// Assigned as a whole, so that n8n notices the change whatever the depth.
	staticData[STATIC_KEY] = written;
}
