import type { IWebhookFunctions } from 'n8n-workflow';

import { CREDENTIAL_NAME, loadCredential } from '../../shared/credential';
import { acceptedSecrets, cacheSecret } from '../../shared/secrets';
import { SIGNATURE_HEADER, isSignature, verify } from '../../shared/signature';
import { readRegistration } from '../../shared/registrationStore';
import { BoundedMap } from '../../shared/boundedMap';

/** How long secrets are used before they are read again, in milliseconds. */
const FRESH_MS = 60_000;
/** The least time between two readings because a signature did not match. */
const REREAD_MS = 1_000;
const MAX_ENTRIES = 500;

interface Entry {
	secrets: readonly string[];
	environment: string;
	readAt: number;
	/** When they were last read because a signature did not match. */
	rereadAt: number;
}

/** A delivery that is genuine. */
export interface Verified {
	body: Buffer;
	/** The credential's environment. */
	environment: string;
}

/**
 * The secrets of each trigger, in memory. Reading a credential in a delivery makes n8n build an expression isolate each
 * time, some 20 ms of processor time, which is most of what a delivery costs.
 */
const known = new BoundedMap<string, Entry>(MAX_ENTRIES);
const reading = new Map<string, Promise<Entry>>();

function keyOf(context: IWebhookFunctions): string {
	const node = context.getNode();
	return JSON.stringify([node.credentials?.[CREDENTIAL_NAME]?.id, context.getWorkflow().id, node.id]);
}

async function read(context: IWebhookFunctions, key: string, rereadAt: number): Promise<Entry> {
	const credential = await loadCredential(context);
	const registration = readRegistration(context.getWorkflowStaticData('global'), credential);
	// After a restart this is where test listening finds the secret again.
	if (registration.signingSecret) cacheSecret(credential, registration.signingSecret);
	const secrets = acceptedSecrets(credential, registration);
	const entry = { secrets, environment: credential.environment, readAt: Date.now(), rereadAt };
	known.set(key, entry);
	return entry;
}

/** Reads afresh; deliveries that arrive meanwhile wait for the same reading. */
async function readOnce(context: IWebhookFunctions, key: string, rereadAt = 0): Promise<Entry> {
	const underWay = reading.get(key);
	if (underWay) return await underWay;
	const promise = read(context, key, rereadAt).finally(() => reading.delete(key));
	reading.set(key, promise);
	return await promise;
}

/** The bytes as they arrived. n8n reads them itself only for the content types that it parses. */
async function rawBodyOf(context: IWebhookFunctions): Promise<Buffer | undefined> {
	const request = context.getRequestObject();
	if (request.rawBody === undefined) await request.readRawBody();
	return Buffer.isBuffer(request.rawBody) && request.rawBody.length > 0 ? request.rawBody : undefined;
}

/**
 * A genuine delivery, or in words why it is not believed.
 *
 * Where a signature does not match, the secrets are read afresh, at most once a second: a secret that was changed works
 * on the next delivery, and a flood of forgeries costs nothing.
 *
 * @throws whatever n8n throws when the request or the credential cannot be read
 * @see Jelou's page "Webhook signature"
 */
export async function verifyDelivery(context: IWebhookFunctions): Promise<Verified | string> {
	const header = context.getHeaderData()[SIGNATURE_HEADER];
	if (header === undefined) return 'it has no signature';
	if (!isSignature(header)) return 'its signature has another form';
	const body = await rawBodyOf(context);
	if (body === undefined) return 'it has no body that could be verified';

	const key = keyOf(context);
	const now = Date.now();
	let entry = known.get(key);
	if (entry === undefined || now - entry.readAt >= FRESH_MS)
		entry = await readOnce(context, key, entry?.rereadAt);
	if (verify(body, header, entry.secrets)) return { body, environment: entry.environment };
	if (now - entry.rereadAt < REREAD_MS) return refusalFor(entry);
	entry = await readOnce(context, key, now);
	return verify(body, header, entry.secrets) ? { body, environment: entry.environment } : refusalFor(entry);
}

function refusalFor({ secrets }: Entry): string {
	return secrets.length === 0
		? 'no signing secret is known: fill in Signing Secret in the Jelou credential'
		: 'its signature is wrong';
}
