import { isOf, type Address, type Registration, type TriggerName } from '../../shared/registration';
import type { Integration } from '../../shared/types';
import { hasSameOrigin, isTestUrlOf, toProductionUrl, type WebhookEndpoints } from '../../shared/webhookUrls';
import type { TestSession, TriggerStatus } from './memory';

/** Everything that registering and unregistering are decided from. */
export interface WebhookState {
	/** What Jelou has for the project. */
	integration: Integration | undefined;
	/** What the credential stores about it. */
	registration: Registration;
	/** What the tests that are listening have borrowed. */
	session: TestSession | undefined;
	/** The secret that the user entered in the credential. */
	typedSecret: string | undefined;
	/** This trigger's URL in the present context: production and test listening have different ones. */
	url: string;
	trigger: TriggerName;
	/** What this process knows of the project's triggers, by their URLs. */
	statuses: ReadonlyMap<string, TriggerStatus>;
	/** Where this n8n serves webhooks, as far as it is known. */
	endpoints?: WebhookEndpoints;
	isTest: boolean;
	/** Whether the user lets somebody else's webhook be replaced; absent when unregistering. */
	replaceExisting?: boolean;
	/**
	 * How a creation failed that this trigger has just tried: Jelou rejected it, or its response, with the secret, was
	 * lost.
	 */
	creation: 'rejected' | 'unanswered' | undefined;
}

export type RefusalReason =
	| 'wrongSecret'
	| 'unknownSecret'
	| 'unknownSecretOfOwnUrl'
	| 'takenInThisWorkflow'
	| 'takenByAnotherWorkflow'
	| 'takenByAnotherSystem'
	| 'notStored'
	| 'unreachable';

export interface Refusal {
	reason: RefusalReason;
	currentUrl: string;
	/** The trigger that has the webhook, where it is known. */
	holder?: TriggerName;
}

export type RegisterLine = 'doubtfulSecret';

export type RegisterDecision =
	| { action: 'create' }
	/** Deletes an integration whose secret is lost, and creates another. */
	| { action: 'recreate' }
	| {
			action: 'pointTo';
			save?: Registration;
			/** Where the webhook pointed before the test, to restore it. */
			restoreUrl?: string;
			line?: RegisterLine;
	  }
	/** Jelou posts here already. */
	| { action: 'leave'; save?: Registration; line?: RegisterLine }
	| ({ action: 'refuse' } & Refusal);

export type UnregisterLine = 'stays' | 'staysAfterTest' | 'notFound' | 'anotherIntegration' | 'anotherSecret';

export type UnregisterDecision = { save?: Registration; line?: UnregisterLine } &
	/** Restores the webhook's earlier URL, or that of another test that is listening. */
	(
		| { action: 'restore'; url: string }
		| { action: 'delete' | 'leave' }
		/** Production ends while a test has borrowed the webhook: the end of the test does what production would do now. */
		| { action: 'leaveToTest'; restoreUrl: string | undefined }
	);

/**
 * How far apart two of Jelou's dates for one creation may be, in milliseconds: its application's, and its database's.
 */
const SAME_MOMENT_MS = 10_000;

/** How far apart two of Jelou's dates are, in milliseconds; NaN unless both are known. */
function timeBetween(one = '', other = ''): number {
	return one !== '' && one === other ? 0 : Math.abs(Date.parse(one) - Date.parse(other));
}

/** The integration that Jelou has, and what is known about it. */
interface Found extends WebhookState {
	currentUrl: string;
	createdAt: string | undefined;
	/** Without what was stored about an integration that is not this one. */
	registration: Registration;
	/** Whether what is stored is about another integration; also false when that is not known. */
	isAnother: boolean;
	/**
	 * Whether it was created by a request whose response was lost, and its secret with it. Counts only at this trigger's
	 * URL.
	 */
	isUnanswered: boolean;
	/** Whether the typed secret differs from the one that Jelou gave this n8n for this integration. */
	isTypedWrong: boolean;
	/** The same, if it is not certain that it was for this integration: the dates differ, or are not known. */
	isTypedDoubtful: boolean;
}

function find(state: WebhookState, { createdAt, webhookUrl: currentUrl }: Integration): Found {
	const { creation, typedSecret } = state;
	const apart = timeBetween(state.registration.createdAt, createdAt);
	const isSame = apart <= SAME_MOMENT_MS;
	const isAnother = apart > SAME_MOMENT_MS;
	const registration = isAnother
		? { addresses: state.registration.addresses.slice(0, 1) }
		: state.registration;
	const given = registration.signingSecret;
	const differs = typedSecret !== undefined && given !== undefined && typedSecret !== given;
	return {
		...state,
		currentUrl,
		createdAt,
		registration,
		isAnother,
		isUnanswered: creation === 'unanswered' && !isSame,
		isTypedWrong: differs && apart === 0,
		isTypedDoubtful: differs && apart !== 0,
	};
}

/** The session, if one of its tests listens at this URL. */
function sessionAt(session: TestSession | undefined, url: string): TestSession | undefined {
	return session?.listening.has(url) ? session : undefined;
}

/** The addresses after the first that matches: what has to be restored after it, in order. */
function following(addresses: Address[], matches: (address: Address) => boolean): Address[] {
	const at = addresses.findIndex(matches);
	return at < 0 ? [] : addresses.slice(at + 1);
}

/**
 * Decides how this trigger's URL gets to Jelou. Somebody else's URL is replaced only for a test, or if the user allows
 * it.
 */
export function decideRegister(state: WebhookState): RegisterDecision {
	if (state.integration === undefined) return { action: 'create' };
	const found = find(state, state.integration);
	const { creation, currentUrl, isTest, replaceExisting, typedSecret, url } = found;
	const refuse = (reason: RefusalReason): RegisterDecision => ({ action: 'refuse', reason, currentUrl });
	const isHere = currentUrl === url;
	// There was no integration before, and nobody else has this URL: this one is ours, and its secret is lost.
	if (isHere && found.isUnanswered) return { action: 'recreate' };
	if (found.isTypedWrong) return refuse('wrongSecret');
	// Another process of this n8n was quicker and was given the secret. Storing here could erase it.
	if (isHere && creation === 'rejected') return { action: 'leave' };
	if (typedSecret === undefined && found.registration.signingSecret === undefined) {
		// A test deletes and recreates nothing: another credential may know the secret.
		if (!isHere || isTest) return refuse('unknownSecret');
		return replaceExisting ? { action: 'recreate' } : refuse('unknownSecretOfOwnUrl');
	}
	return isTest ? borrow(found) : decideProduction(found);
}

/**
 * The URL that has the webhook, tests aside; `undefined` when a test created the integration, which then ends with it.
 */
function ownerOf({ currentUrl, endpoints, registration, session, url }: Found): string | undefined {
	const running = sessionAt(session, currentUrl);
	if (running) return running.restoreUrl;
	// A crash in the middle of a test leaves its URL there.
	const [first] = registration.addresses;
	return first && isTestUrlOf(url, currentUrl, endpoints) ? first.url : currentUrl;
}

/** Decides what a test has to restore: never a test URL, which a crash may have left there, but its production URL. */
function borrow(found: Found): RegisterDecision {
	const { endpoints, registration, url } = found;
	const owner = ownerOf(found);
	const restoreUrl = owner === undefined ? undefined : toProductionUrl(owner, url, endpoints);
	const isKnown = restoreUrl === undefined || registration.addresses[0]?.url === restoreUrl;
	// Another process may be the one that ends the test.
	const save = isKnown ? undefined : { ...registration, addresses: [{ url: restoreUrl }] };
	return { action: 'pointTo', save, restoreUrl };
}

function decideProduction(found: Found): RegisterDecision {
	const { currentUrl, endpoints, isTypedDoubtful, registration, statuses, trigger, url } = found;
	const { addresses } = registration;
	const owner = ownerOf(found);
	const self = { ...addresses.find((address) => isOf(address, trigger)), url, trigger };
	const born = { createdAt: registration.createdAt ?? found.createdAt };
	// The integration would end with the test, so nobody's URL is replaced; from now on it belongs to this workflow.
	if (owner === undefined) {
		const save = { ...registration, ...born, isOwner: true, addresses: [self] };
		return { action: 'pointTo', save };
	}
	const holder = addresses.find((address) => address.url === owner);
	const isOfTest = registration.isOwner === true && isTestUrlOf(url, owner, endpoints);
	const productionUrl = toProductionUrl(owner, url, endpoints);
	const isOurs =
		[owner, productionUrl].includes(url) ||
		(holder !== undefined && (isOf(holder, trigger) || isOfTest)) ||
		statuses.get(owner) === 'released';
	const other = holder?.trigger;
	const isInThisWorkflow = other?.workflowId === trigger.workflowId;
	// Two triggers of one workflow would replace each other whenever it is published.
	const mayReplace = found.replaceExisting && !(isInThisWorkflow && statuses.get(owner) === 'published');
	if (!isOurs && !mayReplace) {
		const isHere = other !== undefined || hasSameOrigin(owner, url);
		const elsewhere = isHere ? 'takenByAnotherWorkflow' : 'takenByAnotherSystem';
		const reason = isInThisWorkflow ? 'takenInThisWorkflow' : elsewhere;
		return { action: 'refuse', reason, currentUrl: owner, holder: other };
	}
	const replaced = isOurs ? [] : [holder ?? { url: productionUrl }];
	const earlier = following(addresses, (each) => each === holder || (isOurs && isOf(each, trigger)));
	const others = [...replaced, ...earlier].filter(
		(each) => ![url, ''].includes(each.url) && !isOf(each, trigger),
	);
	const isDated = registration.isOwner === true && !isTypedDoubtful;
	const save = { ...registration, ...(isDated ? born : {}), addresses: [self, ...others] };
	const line = isTypedDoubtful ? 'doubtfulSecret' : undefined;
	return { action: currentUrl === url ? 'leave' : 'pointTo', save, line };
}

/**
 * Decides how this trigger's URL is taken back from Jelou. An integration that points elsewhere is not touched: n8n
 * also asks for this after a registration that failed.
 */
export function decideUnregister(state: WebhookState): UnregisterDecision {
	// A single 404 can be wrong: only the next creation shows that the integration and its secret are gone.
	if (state.integration === undefined) {
		const isKept = !state.isTest && state.registration.signingSecret !== undefined;
		return { action: 'leave', line: isKept ? 'notFound' : undefined };
	}
	const found = find(state, state.integration);
	return found.isTest ? decideEndOfTest(found) : decideEndOfProduction(found);
}

function decideEndOfProduction(found: Found): UnregisterDecision {
	const { currentUrl, registration, session, trigger, url } = found;
	const { addresses, isOwner } = registration;
	const own = addresses.find((address) => isOf(address, trigger));
	const earlier = following(addresses, (address) => address === own);
	const isOurs = (address: string | undefined) =>
		address !== undefined && (address === url || address === own?.url);
	const [back] = earlier;
	const ended = { ...registration, addresses: earlier };

	if (isOurs(sessionAt(session, currentUrl)?.restoreUrl)) {
		if (back === undefined && isOwner !== true) return { action: 'leave', line: 'staysAfterTest' };
		return { action: 'leaveToTest', restoreUrl: back?.url, save: ended };
	}
	if (!isOurs(currentUrl)) {
		// Another trigger may have the webhook; this one must not be restored when that one ends.
		const others = addresses.filter((address) => address !== own);
		return { action: 'leave', save: { ...registration, addresses: others } };
	}
	if (back !== undefined) return { action: 'restore', url: back.url, save: ended };
	if (found.isUnanswered) return { action: 'delete' };
	if (found.isAnother) return { action: 'leave', line: 'anotherIntegration', save: ended };
	if (isOwner !== true) return { action: 'leave', line: 'stays' };
	const isTypedAnother = found.isTypedWrong || found.isTypedDoubtful;
	return isTypedAnother ? { action: 'leave', line: 'anotherSecret' } : { action: 'delete' };
}

function decideEndOfTest(found: Found): UnregisterDecision {
	const { currentUrl, registration, session, url } = found;
	const own = sessionAt(session, url);
	if (currentUrl !== url) {
		const restoreUrl = own?.restoreUrl;
		// n8n 1.x forgets all tests when one ends, so nobody would restore what the others borrowed.
		return restoreUrl !== undefined && sessionAt(session, currentUrl)
			? { action: 'restore', url: restoreUrl }
			: { action: 'leave' };
	}
	const [first] = registration.addresses;
	const isCreatedByTest = first?.url === url && registration.isOwner === true;
	// If another process began the test, what it borrowed is known from the credential.
	const restoreUrl = own ? own.restoreUrl : first?.url === url ? undefined : first?.url;
	if (restoreUrl !== undefined) return { action: 'restore', url: restoreUrl };
	if (found.isUnanswered) return { action: 'delete' };
	if (found.isAnother) return { action: 'leave', line: 'anotherIntegration' };
	const next = [...(own?.listening ?? [])].find((other) => other !== url);
	if (next !== undefined) {
		return { action: 'restore', url: next, save: { ...registration, addresses: [{ url: next }] } };
	}
	return own || isCreatedByTest ? { action: 'delete' } : { action: 'leave', line: 'stays' };
}
