import { Agent } from 'undici';
import { CLOSED, reasonOf } from '../delivery/outcome';
import { post } from '../delivery/post';
import type { DeskStore } from './store';

/**
 * Posts the events of the inbox to its webhook, each separately and at once, as Chatwoot does: in a single attempt, whose
 * failure is shown with the message.
 *
 * @see https://www.chatwoot.com/hc/user-guide/articles/1677839703-how-to-create-an-api-channel-inbox
 */
export class DeskWebhook {
	private readonly agent: Agent;
	private readonly closing = new AbortController();

	constructor(
		private readonly store: DeskStore,
		private readonly timeoutMs: number,
		private readonly isRepeating: () => boolean,
	) {
		this.agent = new Agent({ connect: { timeout: timeoutMs }, headersTimeout: 0, bodyTimeout: 0 });
	}

	/** Never throws. Returns why the event was not accepted; nothing if it was. */
	async send(event: object): Promise<string | undefined> {
		const url = this.store.webhookUrl;
		if (url === '') return 'the inbox has no webhook URL';
		const failure = await this.attempt(url, event);
		if (this.isRepeating()) await this.attempt(url, event);
		return failure;
	}

	async close(): Promise<void> {
		this.closing.abort();
		await this.agent.destroy();
	}

	private async attempt(url: string, event: object): Promise<string | undefined> {
		const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
		const { signal } = this.closing;
		const body = JSON.stringify(event);
		try {
			const { status } = await post(this.agent, {
				url,
				body,
				headers,
				timeoutMs: this.timeoutMs,
				closing: signal,
			});
			return status >= 200 && status < 300 ? undefined : `the webhook answered ${String(status)}`;
		} catch (error) {
			return signal.aborted ? CLOSED.error : reasonOf(error, url, this.timeoutMs).error;
		}
	}
}
