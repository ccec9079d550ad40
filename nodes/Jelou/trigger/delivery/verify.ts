import type { IWebhookFunctions } from 'n8n-workflow';

import { BoundedMap } from '../../shared/boundedMap';
import { uptime } from '../../shared/clock';
import { CREDENTIAL_NAME, loadCredential } from '../../shared/credential';
import { isPrivateHost } from '../../shared/publicUrl';
import { integrationKey } from '../../shared/registration';
import { SIGNATURE_HEADER, isSignature, otherForms, verify } from '../../shared/signature';
import { warn } from '../event/log';

/** How long a secret is used before it is read again, in milliseconds. */
const FRESH_MS = 60_000;
/** The least time between two rereads because a signature did not match, in milliseconds. */
const REREAD_MS = 1_000;
const MAX_ENTRIES = 500;

interface Integration {
	/** Identifies it: its gateway and project. */
	project: string;
	/** The one secret that is accepted and signed with; empty when none is known. */
	secret: string;
	/** Whether media may come from the private network: only if the gateway itself is in it. */
	allowPrivateMedia: boolean;
}

interface Entry extends Integration {
	/** The secret that Jelou gave this n8n, if another is typed in the credential: recognized, but not accepted. */
	replaced: string;
	/** When it was last read, and last reread because a signature did not match, by `uptime`. */
	readAt: number;
	rereadAt: number;
}

/** A genuine delivery, with the integration that it belongs to. */
export interface Genuine extends Integration {
	ok: true;
	/** The signed bytes: nothing else of the delivery may be used. */
	body: Buffer;
	/** Identifies the trigger. */
	triggerKey: string;
}

type Verification = Genuine | { ok: false; reason: string; detail?: string };

/**
 * The secret of each trigger, in memory. Reading a credential in a delivery makes n8n build an expression isolate each
 * time, some 20 ms of processor time: most of the cost of a delivery.
 */
const known = new BoundedMap<string, Entry>(MAX_ENTRIES);
const reading = new Map<string, Promise<Entry>>();

function triggerKeyOf(context: IWebhookFunctions): string {
	const node = context.getNode();
	return JSON.stringify([node.credentials?.[CREDENTIAL_NAME]?.id, context.getWorkflow().id, node.id]);
}

async function read(context: IWebhookFunctions, key: string, rereadAt: number): Promise<Entry> {
	const credential = await loadCredential(context);
	const { registration, signingSecret: secret } = credential;
	const { signingSecret: given = '' } = registration;
	const entry = {
		project: integrationKey(credential),
		secret,
		replaced: given === secret ? '' : given,
		allowPrivateMedia: isPrivateHost(new URL(credential.baseUrls.gateway)),
		readAt: uptime(),
		rereadAt,
	};
	known.set(key, entry);
	return entry;
}

/** Reads it again; deliveries that arrive meanwhile wait for the same read. */
async function readOnce(context: IWebhookFunctions, key: string, rereadAt = -Infinity): Promise<Entry> {
	const pending = reading.get(key);
	if (pending) return await pending;
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

const ACCEPTED_REWRITTEN = 'accepted a delivery: its signature matches its rewritten JSON, not its bytes';

function refusal(reason: string, detail?: string): Verification {
	return { ok: false, reason, detail };
}

function refusalFor({ secret }: Entry, isOfReplaced: boolean): Verification {
	if (secret === '')
		return refusal(
			'no signing secret is known. Publish the workflow again, or enter Signing Secret in the Jelou credential',
		);
	return isOfReplaced
		? refusal(
				'it is signed with the secret that Jelou gave this n8n, not with Signing Secret in the Jelou credential. If Jelou sent it, correct that',
			)
		: refusal('its signature is wrong. If Jelou sent it, correct Signing Secret in the Jelou credential');
}

async function check(context: IWebhookFunctions): Promise<Verification> {
	const header = context.getHeaderData()[SIGNATURE_HEADER];
	if (header === undefined) return refusal('it has no signature');
	if (!isSignature(header)) return refusal('its signature is malformed');
	const body = await rawBodyOf(context);
	if (body === undefined) return refusal('it has no body to verify');

	const key = triggerKeyOf(context);
	const now = uptime();
	let entry = known.get(key);
	if (entry === undefined || now - entry.readAt >= FRESH_MS)
		entry = await readOnce(context, key, entry?.rereadAt);
	let others: Buffer[] | undefined;
	const signedWith = (secret: string) => {
		const isSigned = (form: Buffer) => verify(form, header, [secret]);
		return isSigned(body) ? body : (others ??= otherForms(body)).find(isSigned);
	};
	let signed = signedWith(entry.secret);
	if (signed === undefined && now - entry.rereadAt >= REREAD_MS) {
		entry = await readOnce(context, key, now);
		signed = signedWith(entry.secret);
	}
	if (signed === undefined) return refusalFor(entry, signedWith(entry.replaced) !== undefined);
	if (signed !== body) warn(context, ACCEPTED_REWRITTEN);
	const { allowPrivateMedia, project, secret } = entry;
	return { ok: true, body: signed, triggerKey: key, project, secret, allowPrivateMedia };
}

/**
 * Whether a delivery is genuine. If its signature does not match, the secret is read again, at most once a second: a
 * changed secret works from the next delivery on, and a flood of forgeries costs next to nothing.
 *
 * Never rejects: an error that escapes would make n8n start the workflow with an empty item.
 *
 * @see Jelou's page "Webhook signature"
 */
export async function verifyDelivery(context: IWebhookFunctions): Promise<Verification> {
	try {
		return await check(context);
	} catch (error) {
		return refusal('it could not be verified', error instanceof Error ? error.message : '');
	}
}
