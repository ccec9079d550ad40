import {
	NodeOperationError,
	type FunctionsBase,
	type ICredentialDataDecryptedObject,
	type ICredentialsDecrypted,
} from 'n8n-workflow';

import { fieldText, openCredential } from './credential';
import { environmentNamed, type Targets } from './environments';
import { platformUrlFor } from './endpoints';

export const PLATFORM_CREDENTIAL = 'jelouPlatformApi';

/** The `jelouPlatformApi` credential: a whole account at Jelou, not one project. */
export interface PlatformCredential {
	clientId: string;
	clientSecret: string;
	/** Whether media may be on plain HTTP and private addresses: the environment's choice. */
	allowsPlainHttp: boolean;
	baseUrls: Targets & { platform: string };
}

/** The same as one execution uses it. */
export interface LoadedPlatformCredential extends PlatformCredential {
	decrypted: ICredentialsDecrypted;
}

/**
 * Reads a decrypted credential without trusting its shape.
 *
 * @throws FieldError when a custom URL is not a URL
 */
export function readPlatformCredential(data: ICredentialDataDecryptedObject): PlatformCredential {
	const environment = fieldText(data.environment) || 'production';
	return {
		clientId: fieldText(data.clientId),
		clientSecret: fieldText(data.clientSecret),
		allowsPlainHttp: environmentNamed(environment).allowsPlainHttp,
		baseUrls: { platform: platformUrlFor(environment, fieldText(data.platformUrl)) },
	};
}

/** The value of the `Authorization` header: HTTP Basic. */
export function basicOf({ clientId, clientSecret }: PlatformCredential): string {
	return `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
}

type CredentialContext = Pick<FunctionsBase, 'getCredentials' | 'getNode'>;

/** Whether the node has the credential, which only some operations need. */
export function hasPlatformCredential(context: Pick<CredentialContext, 'getNode'>): boolean {
	return context.getNode().credentials?.[PLATFORM_CREDENTIAL] !== undefined;
}

const PLATFORM_API = {
	name: PLATFORM_CREDENTIAL,
	label: 'Jelou Platform API',
	read: readPlatformCredential,
	required: [['clientId', 'Client ID'] as const, ['clientSecret', 'Client Secret'] as const],
};

/**
 * Reads the node's platform credential.
 *
 * @param itemIndex the item whose fields the credential's expressions read
 * @throws NodeOperationError when there is none, or one of its fields is empty or wrong
 */
export async function loadPlatformCredential(
	context: CredentialContext,
	itemIndex?: number,
): Promise<LoadedPlatformCredential> {
	if (!hasPlatformCredential(context)) {
		throw new NodeOperationError(context.getNode(), 'No Jelou Platform API credential is chosen', {
			description: 'Choose or create one in the node.',
			itemIndex,
		});
	}
	const { credential, decrypted } = await openCredential(context, PLATFORM_API, itemIndex);
	return { ...credential, decrypted };
}
