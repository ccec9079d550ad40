import {
	NodeOperationError,
	type FunctionsBase,
	type ICredentialDataDecryptedObject,
	type ICredentialsDecrypted,
} from 'n8n-workflow';

import { BoundedMap } from './boundedMap';
import { baseUrlsFor } from './endpoints';
import { environmentNamed, type BaseUrls } from './environments';
import { FieldError } from './errors';
import {
	NOTHING,
	REGISTRATION_FIELD,
	formatRegistration,
	isNothing,
	readRegistration,
	readSaved,
	type Registration,
} from './registration';

export const CREDENTIAL_NAME = 'jelouApi';

/** The `jelouApi` credential, with its base URLs checked. */
export interface JelouCredential {
	projectId: string;
	apiKey: string;
	/**
	 * The secret that the user entered; mostly `''`. If there is one, only that is accepted: entering another revokes a
	 * leaked one.
	 */
	typedSecret: string;
	/**
	 * Signs messages and verifies events: the typed secret, or else the one that a trigger was given; `''` when none is
	 * known.
	 */
	signingSecret: string;
	/** What is stored about the project's integration. */
	registration: Registration;
	/** Whether something is stored that cannot be read. */
	isUnreadable: boolean;
	/** Whether webhooks and media may be on plain HTTP and private addresses: the environment's choice. */
	allowsPlainHttp: boolean;
	baseUrls: BaseUrls;
}

/** A credential's field, trimmed; `''` if it is not a text. */
export function fieldText(value: unknown): string {
	return typeof value === 'string' ? value.trim() : '';
}

/**
 * Reads a decrypted credential without trusting its shape.
 *
 * @throws FieldError when a custom URL is not a URL
 */
export function readCredential(data: ICredentialDataDecryptedObject): JelouCredential {
	const environment = fieldText(data.environment) || 'production';
	const projectId = fieldText(data.projectId);
	const baseUrls = baseUrlsFor(environment, fieldText(data.gatewayUrl), fieldText(data.chatbotUrl));
	const stored = readRegistration(data[REGISTRATION_FIELD], { baseUrls, projectId });
	const registration = stored ?? NOTHING;
	const typedSecret = fieldText(data.signingSecret);
	return {
		projectId,
		apiKey: fieldText(data.apiKey),
		typedSecret,
		signingSecret: typedSecret || (registration.signingSecret ?? ''),
		registration,
		isUnreadable: stored === undefined,
		allowsPlainHttp: environmentNamed(environment).allowsPlainHttp,
		baseUrls,
	};
}

/** A credential as one execution uses it: read once, and ready to be handed to n8n's request helper. */
export interface LoadedCredential extends JelouCredential {
	/** n8n's ID of the credential; empty where n8n gives none. */
	id: string;
	decrypted: ICredentialsDecrypted;
}

type CredentialContext = Pick<
	FunctionsBase,
	'logger' | 'getCredentials' | 'getNode' | 'getWorkflow' | 'getWorkflowStaticData'
>;

/** The same credential for another project, whose secret it knows only if one is typed. */
export function forProject(credential: LoadedCredential, projectId: string): LoadedCredential {
	if (projectId === credential.projectId) return credential;
	return { ...credential, projectId, registration: NOTHING, signingSecret: credential.typedSecret };
}

/** The same credential with what a version before 1.1 saved in the workflow, if the credential itself holds nothing. */
export function withSaved(context: CredentialContext, credential: LoadedCredential): LoadedCredential {
	if (!isNothing(credential.registration)) return credential;
	const registration = readSaved(context, credential);
	const text = formatRegistration(credential, registration);
	const data = { ...credential.decrypted.data, [REGISTRATION_FIELD]: text };
	return {
		...credential,
		registration,
		signingSecret: credential.typedSecret || (registration.signingSecret ?? ''),
		decrypted: { ...credential.decrypted, data },
	};
}

/** The IDs of the credentials that already have a log line that what they hold cannot be read. */
const reported = new BoundedMap<string, true>(500);

function reportUnreadable(context: CredentialContext, id: string, name: string): void {
	if (reported.has(id)) return;
	reported.set(id, true);
	context.logger.warn(
		`The signing secret that the Jelou credential "${name}" holds cannot be read. Enter it in the credential, or publish the workflow with the Jelou Trigger again.`,
	);
}

/** What is needed to open a type of credential. */
interface CredentialType<Credential> {
	/** n8n's name for it. */
	name: string;
	/** Its name in errors. */
	label: string;
	/** @throws FieldError when a custom URL is not a URL */
	read: (data: ICredentialDataDecryptedObject) => Credential;
	/** The fields that may not be empty, with their labels. */
	required: Array<readonly [keyof Credential, string]>;
}

/**
 * Opens a node's credential, which n8n decrypts on every call.
 *
 * @throws NodeOperationError when a required field is empty or a custom URL is not a URL
 */
export async function openCredential<Credential>(
	context: Pick<CredentialContext, 'getCredentials' | 'getNode'>,
	{ label, name: type, read, required }: CredentialType<Credential>,
	itemIndex?: number,
): Promise<{ credential: Credential; decrypted: ICredentialsDecrypted }> {
	const data = await context.getCredentials(type, itemIndex);
	const node = context.getNode();
	const { id, name } = { id: '', name: '', ...node.credentials?.[type] };
	try {
		const credential = read(data);
		const empty = required.find(([field]) => credential[field] === '');
		if (empty) throw new FieldError(`${empty[1]} is empty in the ${label} credential`, 'Fill it in there.');
		return { credential, decrypted: { id: id ?? '', name, type, data } };
	} catch (error) {
		const description = error instanceof FieldError ? error.advice : '';
		throw new NodeOperationError(node, error instanceof Error ? error : String(error), {
			description,
			itemIndex,
		});
	}
}

const JELOU_API: CredentialType<JelouCredential> = {
	name: CREDENTIAL_NAME,
	label: 'Jelou',
	read: readCredential,
	required: [
		['projectId', 'Project ID'],
		['apiKey', 'API Key'],
	],
};

/**
 * Reads the node's credential. Call this once per execution, or once per item if the credential depends on the item.
 *
 * @param itemIndex the item whose fields the credential's expressions read, if the node has items
 * @throws NodeOperationError when the project ID or the API key is empty or a custom URL is not a URL
 */
export async function loadCredential(
	context: CredentialContext,
	itemIndex?: number,
): Promise<LoadedCredential> {
	const { credential, decrypted } = await openCredential(context, JELOU_API, itemIndex);
	if (credential.isUnreadable) reportUnreadable(context, decrypted.id, decrypted.name);
	const loaded = { ...credential, id: decrypted.id, decrypted };
	return credential.typedSecret === '' ? withSaved(context, loaded) : loaded;
}
