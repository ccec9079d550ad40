import {
	NodeOperationError,
	type ICredentialDataDecryptedObject,
	type ICredentialsDecrypted,
	type INode,
} from 'n8n-workflow';

import { baseUrlsFor } from './endpoints';
import { environmentNamed, type BaseUrls } from './environments';
import { InvalidUrlError } from './errors';

export const CREDENTIAL_NAME = 'jelouApi';

/** The `jelouApi` credential, checked with its base URLs. */
export interface JelouCredential {
	projectId: string;
	apiKey: string;
	/** Empty when the user left it out: see "Who holds the signing secret" in the README. */
	signingSecret: string;
	environment: string;
	/** Whether webhooks and media may be on plain HTTP and private addresses: the environment's choice. */
	allowsPlainHttp: boolean;
	baseUrls: BaseUrls;
}

function text(value: unknown): string {
	return typeof value === 'string' ? value.trim() : '';
}

/**
 * Reads a decrypted credential without believing its shape. Spaces around a pasted value are dropped.
 *
 * @throws InvalidUrlError when a custom URL is not a URL
 */
export function readCredential(data: ICredentialDataDecryptedObject): JelouCredential {
	const environment = text(data.environment) || 'production';
	return {
		projectId: text(data.projectId),
		apiKey: text(data.apiKey),
		signingSecret: text(data.signingSecret),
		environment,
		allowsPlainHttp: environmentNamed(environment).allowsPlainHttp,
		baseUrls: baseUrlsFor(environment, text(data.gatewayUrl), text(data.chatbotUrl)),
	};
}

/** A credential as one execution uses it: read once, and ready to be handed to n8n's request helper. */
export interface LoadedCredential extends JelouCredential {
	/** n8n's ID of the credential; empty where n8n gives none. */
	id: string;
	decrypted: ICredentialsDecrypted;
}

interface CredentialContext {
	getNode(): INode;
	/** @param itemIndex the item whose fields the credential's expressions read, where a node has items */
	getCredentials(type: string, itemIndex?: number): Promise<ICredentialDataDecryptedObject>;
}

/**
 * Reads the node's credential, which n8n decrypts on every call: call this once per execution, or once for each item
 * where it depends on that.
 *
 * @throws NodeOperationError when the project ID or the API key is empty or a custom URL is not a URL
 */
export async function loadCredential(
	context: CredentialContext,
	itemIndex?: number,
): Promise<LoadedCredential> {
	const data = await context.getCredentials(CREDENTIAL_NAME, itemIndex);
	const node = context.getNode();
	const { id, name } = { id: '', name: '', ...node.credentials?.[CREDENTIAL_NAME] };
	const credential = parse(node, data, itemIndex);
	for (const [field, label] of [['projectId', 'Project ID'] as const, ['apiKey', 'API Key'] as const]) {
		if (credential[field] !== '') continue;
		throw new NodeOperationError(node, `${label} is empty in the Jelou credential`, {
			description: 'Open the credential, fill in the field and save it.',
			itemIndex,
		});
	}
	return { ...credential, id: id ?? '', decrypted: { id: id ?? '', name, type: CREDENTIAL_NAME, data } };
}

function parse(node: INode, data: ICredentialDataDecryptedObject, itemIndex?: number): JelouCredential {
	try {
		return readCredential(data);
	} catch (error) {
		throw new NodeOperationError(
			node,
			error instanceof InvalidUrlError ? error.message : 'The Jelou credential cannot be read',
			{
				description: 'Open the credential, choose Environment again and correct the URLs.',
				itemIndex,
			},
		);
	}
}

/** The same credential, signing with the secret that the workflow's trigger was given. */
export function withSigningSecret(credential: LoadedCredential, signingSecret: string): LoadedCredential {
	const data = { ...credential.decrypted.data, signingSecret };
	return { ...credential, signingSecret, decrypted: { ...credential.decrypted, data } };
}
