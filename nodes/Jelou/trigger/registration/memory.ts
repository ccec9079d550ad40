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

/** How long an integration that appears at a trigger's URL may be the one whose creation was not answered. */
const UNANSWERED_MS = 5 * 60_000;

const creationKey = ({ id }: LoadedCredential, url: string) => `${id} ${url}`;

/** What this process remembers of a project's integration. */
export class Memory {
	/** By the URLs of the project's triggers. */
	readonly statuses = new BoundedMap<string, TriggerStatus>(500);
	/** Absent where no test listens. */
	session: TestSession | undefined;
	/** Ends when all has been given back that is being given back at this moment; absent where nothing is. */
	ending: Promise<void> | undefined;
	/** When a creation was last tried that was not answered, as `uptime` tells it: n8n activates again by itself, and Jelou may be slow. */
	readonly #unanswered = new BoundedMap<string, number>(500);

	markUnanswered(credential: LoadedCredential, url: string): void {
		this.#unanswered.set(creationKey(credential, url), uptime());
	}

	wasUnanswered(credential: LoadedCredential, url: string): boolean {
		const at = this.#unanswered.get(creationKey(credential, url));
		return at !== undefined && uptime() - at < UNANSWERED_MS;
	}

	/** The integration is gone, or was created just now: nothing is borrowed of it, and no answer about it is missing. */
	forgetIntegration(credential: LoadedCredential, url: string): void {
		this.session = undefined;
		this.#unanswered.delete(creationKey(credential, url));
	}

	/** Notes that a test listens at this URL. What the first test found is what goes back in the end. */
	beginTest(testUrl: string, restoreUrl: string | undefined): void {
		const listening = new Set(this.session?.listening).add(testUrl);
		this.session = { restoreUrl, ...this.session, listening };
	}

	/** Changes what goes back in the end: production was published or unpublished during a test. */
	setRestoreUrl(restoreUrl: string | undefined): void {
		if (this.session) this.session = { ...this.session, restoreUrl };
	}

	/** Notes that a test has ended. With the last one the session ends. */
	endTest(testUrl: string): void {
		const listening = new Set(this.session?.listening);
		listening.delete(testUrl);
		this.session = this.session && listening.size > 0 ? { ...this.session, listening } : undefined;
	}

	/**
	 * Gives back, one trigger after the other, so that a trigger that is published meanwhile waits, and finds what has
	 * become of the integration.
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

/** What is remembered of the credential's integration. */
export function memoryOf(credential: LoadedCredential): Memory {
	const key = integrationKey(credential);
	const memory = memories.get(key) ?? new Memory();
	memories.set(key, memory);
	return memory;
}
