import type { Registration } from '../../shared/registrationStore';
import type { Integration } from '../../shared/types';
import { hasSameOrigin, isTestUrlOf, toProductionUrl, type WebhookEndpoints } from '../../shared/webhookUrls';
import type { TestSession } from './testSessions';

/** Everything that registering and unregistering are decided from. */
export interface WebhookState {
	/** What Jelou has for the project. */
	integration: Integration | undefined;
	/** What this trigger saved. While test listening it is empty: n8n gives a test a static data of its own. */
	registration: Registration;
	/** What the tests that listen now have borrowed. */
	session: TestSession | undefined;
	/** The secret in the credential. */
	typedSecret: string | undefined;
	/** The secret that some trigger of this process was given. */
	memory: { secret: string; createdAt?: string } | undefined;
	/** This trigger's URL in the present context: production and test listening have different ones. */
	url: string;
	/** Where this n8n serves webhooks, as far as it is known. */
	endpoints?: WebhookEndpoints;
	isTest: boolean;
	replaceExisting: boolean;
	workflowId: string;
	/** A creation that this trigger has just tried without being given the secret: Jelou rejected it, or its answer was lost. */
	creation: 'rejected' | 'unanswered' | undefined;
}

export type RefusalReason =
	| 'wrongSecret'
	| 'unknownSecret'
	| 'unknownSecretOfOwnUrl'
	| 'takenByAnotherWorkflow'
	| 'takenByAnotherSystem'
	| 'unreachable';

export type RegisterNote = 'secretInMemoryOnly' | 'doubtfulSecret';

export type RegisterDecision =
	| { action: 'create' }
	/** Deletes an integration whose secret nobody can know any more, and creates another. */
	| { action: 'recreate' }
	| {
			action: 'pointTo';
			save: Registration;
			/** Where a test found the webhook, to put it back. */
			restoreUrl?: string;
			note?: RegisterNote;
	  }
	/** Jelou posts here already. */
	| { action: 'leave'; save?: Registration; note?: RegisterNote }
	| { action: 'refuse'; reason: RefusalReason; currentUrl: string };

export type UnregisterNote = 'stays' | 'staysAfterTest' | 'notFound' | 'anotherIntegration' | 'anotherSecret';

export type UnregisterDecision = { save?: Registration; note?: UnregisterNote } & (
	| { action: 'restore'; url: string }
	/** Gives the webhook to another test that listens. */
	| { action: 'handOver'; url: string }
	| { action: 'delete' | 'leave' }
	/** Production ends while a test has its URL: what production would do now, the test's end does. */
	| { action: 'leaveToTest'; restoreUrl: string | undefined }
);

/** Whether two dates of Jelou are the same moment, of which one may be written without milliseconds; `undefined` unless both tell. */
function isSameMoment(one: string | undefined, other: string | undefined): boolean | undefined {
	if (one === undefined || other === undefined) return undefined;
	const [first, second] = [Date.parse(one), Date.parse(other)];
	if (one === other || first === second) return true;
	if (Number.isNaN(first) || Number.isNaN(second)) return undefined;
	if (first % 1_000 !== 0 && second % 1_000 !== 0) return false;
	return Math.floor(first / 1_000) === Math.floor(second / 1_000);
}

interface Knowledge {
	/** The registration without what was saved of an integration that is not this one. */
	registration: Registration;
	/** Whether what is saved is of this integration; `undefined` when nothing tells. */
	isSame: boolean | undefined;
	/** The secret that Jelou gave this n8n, as far as it may be the one of this integration. */
	given: string | undefined;
	isSecretKnown: boolean;
	/** Whether the secret is neither typed nor saved, so that a restart loses it. */
	isInMemoryOnly: boolean;
	/** Whether the typed secret is another than the one that Jelou gave this n8n for this integration. */
	isTypedWrong: boolean;
	/** The same where nothing tells whether it was for this integration. */
	isTypedDoubtful: boolean;
}

function knowledgeOf(state: WebhookState, { createdAt }: Integration): Knowledge {
	const { memory, registration, typedSecret } = state;
	const isSame = isSameMoment(registration.createdAt, createdAt);
	const current = isSame === false ? { webhookUrl: registration.webhookUrl } : registration;
	const isMemorySame = isSameMoment(memory?.createdAt, createdAt);
	const saved = current.signingSecret;
	const given = saved ?? (isMemorySame === false ? undefined : memory?.secret);
	const isCertain = saved === undefined ? isMemorySame === true : isSame === true;
	const differs = typedSecret !== undefined && given !== undefined && typedSecret !== given;
	return {
		registration: current,
		isSame,
		given,
		isSecretKnown: typedSecret !== undefined || given !== undefined,
		isInMemoryOnly: typedSecret === undefined && saved === undefined && given !== undefined,
		isTypedWrong: differs && isCertain,
		isTypedDoubtful: differs && !isCertain && saved !== undefined,
	};
}

/** The session, if a test of it listens at this URL. */
function sessionAt(session: TestSession | undefined, url: string): TestSession | undefined {
	return session?.listening.has(url) ? session : undefined;
}

/** Decides how this trigger's URL gets to Jelou. A URL of somebody else is replaced only for a test, or when the user said so. */
export function decideRegister(state: WebhookState): RegisterDecision {
	const { creation, integration, isTest, replaceExisting, url } = state;
	if (integration === undefined) return { action: 'create' };
	const currentUrl = integration.webhookUrl;
	const refuse = (reason: RefusalReason): RegisterDecision => ({ action: 'refuse', reason, currentUrl });
	const knowledge = knowledgeOf(state, integration);
	const isHere = currentUrl === url;
	// There was none before, and nobody else has this URL: it is ours, and its secret is lost.
	if (isHere && creation === 'unanswered' && knowledge.isSame !== true) return { action: 'recreate' };
	if (knowledge.isTypedWrong) return refuse('wrongSecret');
	// Another process of this n8n was quicker and was given the secret. Saving here could erase it there.
	if (isHere && creation === 'rejected') return { action: 'leave' };
	if (!knowledge.isSecretKnown) {
		// A test replaces nothing: production may have the secret in its static data.
		if (!isHere || isTest) return refuse('unknownSecret');
		return replaceExisting ? { action: 'recreate' } : refuse('unknownSecretOfOwnUrl');
	}
	return isTest ? borrow(state, currentUrl) : decideProduction(state, integration, knowledge);
}

/** What a test has to put back: never a test URL, which a crash may have left there, but its production URL. */
function borrow({ endpoints = {}, session, url }: WebhookState, currentUrl: string): RegisterDecision {
	const running = sessionAt(session, currentUrl);
	const restoreUrl = running ? running.restoreUrl : toProductionUrl(currentUrl, url, endpoints);
	const save = { webhookUrl: url, previousUrl: restoreUrl, isOwner: restoreUrl === undefined };
	return { action: 'pointTo', save, restoreUrl };
}

function decideProduction(
	state: WebhookState,
	{ createdAt, webhookUrl: currentUrl }: Integration,
	{ given, isInMemoryOnly, isTypedDoubtful, registration }: Knowledge,
): RegisterDecision {
	const { endpoints = {}, replaceExisting, session, typedSecret, url, workflowId } = state;
	const running = sessionAt(session, currentUrl);
	// It ends with the test, so nobody's is replaced, and it belongs to this workflow from now on.
	if (running && running.restoreUrl === undefined) {
		const wasGivenHere = running.createdIn === workflowId;
		if (!wasGivenHere && typedSecret === undefined) return { action: 'recreate' };
		const signingSecret = registration.signingSecret ?? (wasGivenHere ? given : undefined);
		return {
			action: 'pointTo',
			save: { ...registration, signingSecret, createdAt, webhookUrl: url, isOwner: true },
		};
	}
	const owner = running?.restoreUrl ?? currentUrl;
	// A crash in the middle of a test, also of another workflow, leaves its URL at the integration that this one created.
	const isLeftOver =
		registration.isOwner === true && running === undefined && isTestUrlOf(url, owner, endpoints);
	const productionUrl = toProductionUrl(owner, url, endpoints);
	const isOurs = [url, registration.webhookUrl].includes(owner) || productionUrl === url || isLeftOver;
	if (!isOurs && !replaceExisting) {
		const reason = hasSameOrigin(owner, url) ? 'takenByAnotherWorkflow' : 'takenByAnotherSystem';
		return { action: 'refuse', reason, currentUrl: owner };
	}
	const save: Registration = {
		...registration,
		...(registration.isOwner === true && !isTypedDoubtful
			? { createdAt: registration.createdAt ?? createdAt }
			: {}),
		webhookUrl: url,
		...(isOurs ? {} : { previousUrl: productionUrl }),
	};
	const note = isInMemoryOnly ? 'secretInMemoryOnly' : isTypedDoubtful ? 'doubtfulSecret' : undefined;
	return { action: currentUrl === url ? 'leave' : 'pointTo', save, note };
}

/**
 * Decides how this trigger's URL is taken back from Jelou. What points elsewhere is not touched: n8n also asks for this
 * after a registration that failed.
 */
export function decideUnregister(state: WebhookState): UnregisterDecision {
	const { creation, integration, isTest, session, url } = state;
	// A single 404 can be wrong: the next creation is what shows that the integration, and its secret, are gone.
	if (integration === undefined) {
		return { action: 'leave', note: state.registration.signingSecret === undefined ? undefined : 'notFound' };
	}
	const { isSame, isTypedDoubtful, isTypedWrong, registration } = knowledgeOf(state, integration);
	const ended: Registration = { ...registration, webhookUrl: undefined, previousUrl: undefined };
	const currentUrl = integration.webhookUrl;
	const isOurs = (address: string | undefined) =>
		address !== undefined && (address === url || address === state.registration.webhookUrl);
	const ownSession = sessionAt(session, url);

	if (!isTest && isOurs(sessionAt(session, currentUrl)?.restoreUrl)) {
		const restoreUrl = registration.previousUrl;
		if (restoreUrl === undefined && registration.isOwner !== true)
			return { action: 'leave', note: 'staysAfterTest' };
		return { action: 'leaveToTest', restoreUrl, save: { ...ended, isOwner: false } };
	}
	if (!isOurs(currentUrl)) {
		const restoreUrl = ownSession?.restoreUrl;
		// n8n 1.x forgets all tests when one ends, so nobody would put back what the others borrowed.
		return restoreUrl !== undefined && sessionAt(session, currentUrl)
			? { action: 'restore', url: restoreUrl, save: ended }
			: { action: 'leave', save: ended };
	}

	const restoreUrl = ownSession ? ownSession.restoreUrl : registration.previousUrl;
	if (restoreUrl !== undefined) return { action: 'restore', url: restoreUrl, save: ended };
	if (creation === 'unanswered' && isSame !== true) return { action: 'delete' };
	if (isSame === false) return { action: 'leave', note: 'anotherIntegration', save: ended };
	if (ownSession) {
		const next = [...ownSession.listening].find((other) => other !== url);
		return next === undefined ? { action: 'delete' } : { action: 'handOver', url: next };
	}
	if (registration.isOwner !== true) return { action: 'leave', note: 'stays' };
	return isTypedWrong || isTypedDoubtful ? { action: 'leave', note: 'anotherSecret' } : { action: 'delete' };
}
