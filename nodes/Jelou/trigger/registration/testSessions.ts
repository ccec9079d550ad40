import { BoundedMap } from '../../shared/boundedMap';
import { integrationKey, type JelouCredential } from '../../shared/credential';

/**
 * What test listening in the editor has borrowed. A project has one webhook URL, so a test takes production's for a
 * while. Several tests can listen at once, also in different workflows, and production can be published or unpublished
 * meanwhile; so what has to be put back is known here, for the whole process, and not by each test for itself.
 */
export interface TestSession {
	/** The URL to put back at the end; `undefined` when there was no integration before, so it is deleted. */
	restoreUrl: string | undefined;
	/** The URLs of the tests that listen now, in the order in which they began. */
	listening: ReadonlySet<string>;
}

const sessions = new BoundedMap<string, TestSession>(500);

/** The session of the credential's integration, if any test listens. */
export function sessionOf(credential: JelouCredential): TestSession | undefined {
	return sessions.get(integrationKey(credential));
}

/** Notes that a test listens at this URL. What the first test found is what goes back in the end. */
export function beginTest(
	credential: JelouCredential,
	testUrl: string,
	restoreUrl: string | undefined,
): void {
	const session = sessionOf(credential) ?? { restoreUrl, listening: new Set<string>() };
	const listening = new Set(session.listening).add(testUrl);
	sessions.set(integrationKey(credential), { ...session, listening });
}

/** Changes what goes back in the end: production was published or unpublished during a test. */
export function setRestoreUrl(credential: JelouCredential, restoreUrl: string | undefined): void {
	const session = sessionOf(credential);
	if (session) sessions.set(integrationKey(credential), { ...session, restoreUrl });
}

/** Notes that a test has ended. With the last one the session ends. */
export function endTest(credential: JelouCredential, testUrl: string): void {
	const session = sessionOf(credential);
	if (!session?.listening.has(testUrl)) return;
	const listening = new Set([...session.listening].filter((url) => url !== testUrl));
	if (listening.size === 0) endSession(credential);
	else sessions.set(integrationKey(credential), { ...session, listening });
}

/** Ends the session of an integration that is gone. */
export function endSession(credential: JelouCredential): void {
	sessions.delete(integrationKey(credential));
}
