import { BoundedMap } from '../../shared/boundedMap';
import { uptime } from '../../shared/clock';
import type { LoadedCredential } from '../../shared/credential';
import { integrationKey } from '../../shared/registration';

/**
 * What n8n last did with a trigger: published it, failed to, or unpublished it a moment ago, so that its webhook is given
 * back unless it is published again.
 */
export type TriggerStatus = 'published' | 'failed' | 'released';

/**
 * What the tests that listen in the editor have borrowed. A project has one webhook, so a test takes it from production
 * for a while. Several tests can listen at once, even in different workflows, and production can be published or
 * unpublished meanwhile; so what has to be restored is kept here for the whole process, and not by each test.
 */
export interface TestSession {
	/** The URL to restore at the end; `undefined` when there was no integration before, so it is deleted. */
	restoreUrl: string | undefined;
	/** The URLs of the tests that are listening, in the order in which they began. */
	listening: ReadonlySet<string>;
}

/**
 * How long after a creation without a response an integration at the trigger's URL may come from it, in milliseconds.
 */
const UNANSWERED_MS = 5 * 60_000;

const creationKey = ({ id }: LoadedCredential, url: string) => `${id} ${url}`;

/** What this process remembers about a project's integration. */
export class Memory {
	/** By the URLs of the project's triggers. */
	readonly statuses = new BoundedMap<string, TriggerStatus>(500);
	/** Absent where no test listens. */
	session: TestSession | undefined;
	/** Settles when everything that is being given back now has been; absent when nothing is. */
	ending: Promise<void> | undefined;
	/**
	 * When a creation was last tried that had no response, by `uptime`: n8n retries an activation by itself, and Jelou
	 * may be slow.
	 */
	readonly #unanswered = new BoundedMap<string, number>(500);

	markUnanswered(credential: LoadedCredential, url: string): void {
		this.#unanswered.set(creationKey(credential, url), uptime());
	}

	wasUnanswered(credential: LoadedCredential, url: string): boolean {
		const at = this.#unanswered.get(creationKey(credential, url));
		return at !== undefined && uptime() - at < UNANSWERED_MS;
	}

	/**
	 * For an integration that is gone, or was created just now: nothing is borrowed from it, and no response about it is
	 * missing.
	 */
	forgetIntegration(credential: LoadedCredential, url: string): void {
		this.session = undefined;
		this.#unanswered.delete(creationKey(credential, url));
	}

	/** Records that a test listens at this URL. What the first test found is what is restored in the end. */
	beginTest(testUrl: string, restoreUrl: string | undefined): void {
		const listening = new Set(this.session?.listening).add(testUrl);
		this.session = { restoreUrl, ...this.session, listening };
	}

	/** Changes what is restored in the end: production was published or unpublished during a test. */
	setRestoreUrl(restoreUrl: string | undefined): void {
		if (this.session) this.session = { ...this.session, restoreUrl };
	}

	/** Records that a test has ended. The session ends with the last one. */
	endTest(testUrl: string): void {
		const listening = new Set(this.session?.listening);
		listening.delete(testUrl);
		this.session = this.session && listening.size > 0 ? { ...this.session, listening } : undefined;
	}

	/**
	 * Gives webhooks back one at a time. A trigger that is published meanwhile waits for that, and finds what has become
	 * of the integration.
	 */
	async whileGivingBack(work: () => Promise<void>): Promise<void> {
		const ending = Promise.resolve(this.ending)
			.catch(() => undefined)
			.then(work);
		this.ending = ending;
		await ending.finally(() => {
			if (this.ending === ending) this.ending = undefined;
		});
	}
}

const memories = new BoundedMap<string, Memory>(2_000);

/** What is remembered about the credential's integration. */
export function memoryOf(credential: LoadedCredential): Memory {
	const key = integrationKey(credential);
	const memory = memories.get(key) ?? new Memory();
	memories.set(key, memory);
	return memory;
}
