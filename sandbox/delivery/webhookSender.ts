import { randomUUID } from 'node:crypto';
import { Agent } from 'undici';
import type { JelouEvent } from '../events';
import { readable } from '../http/record';
import { sign, SIGNATURE_HEADER } from '../signature';
import type { Store } from '../store';
import type { Delivery, Integration, Project } from '../types';
import { CLOSED, failureOf, isTest, NO_WEBHOOK, reasonOf, statusIn } from './outcome';
import { post, type WebhookResponse } from './post';

/** Something to post to a webhook that Jelou itself would not send. */
export interface CustomDelivery {
	/** The raw body; none at all when absent. */
	body?: string | Uint8Array;
	/** The signature header. Absent: the right one for these bytes (none without an integration). Null: no header. */
	signature?: string | null;
	/** Headers to add, or to replace `Content-Type: application/json`. */
	headers?: Record<string, string>;
	/** The integration's URL when absent. */
	url?: string;
}

const NOTE_TIMEOUT_MS = 5000;
/** 5,000 rooms. */
const MAX_NOTE_RESPONSE = 8_000_000;

/** Delivers events as Jelou documents it: signed, with a time limit, in a single attempt. */
export class WebhookSender {
	private readonly agent: Agent;
	private readonly closing = new AbortController();

	constructor(
		private readonly store: Store,
		private readonly timeoutMs: number,
		/** Whether each event is delivered twice. */
		private readonly isRepeating: () => boolean = () => false,
	) {
		// Only the signal limits the time; undici's own limits would shorten it.
		this.agent = new Agent({ connect: { timeout: timeoutMs }, headersTimeout: 0, bodyTimeout: 0 });
	}

	/** Never throws: a failed delivery says why. Without an integration nothing is sent, and there is no delivery. */
	async send(project: Project, event: JelouEvent): Promise<Delivery> {
		const { integration } = project;
		const rawBody = Buffer.from(JSON.stringify(event.payload));
		const delivery: Delivery = {
			id: randomUUID(),
			at: Date.now(),
			event: event.name,
			projectId: project.id,
			url: integration?.webhookUrl ?? '',
			rawBody,
			signature: integration ? sign(rawBody, integration.signingSecret) : '',
			status: null,
			ms: 0,
		};
		if (integration) {
			this.store.addDelivery(delivery);
			await this.attempt(delivery, integration);
		} else {
			Object.assign(delivery, NO_WEBHOOK);
		}
		this.report(delivery);
		if (integration && this.isRepeating()) await this.repeat(delivery, integration);
		return delivery;
	}

	private async repeat(delivery: Delivery, integration: Integration): Promise<void> {
		const again: Delivery = { ...delivery, id: randomUUID(), at: Date.now(), status: null, ms: 0 };
		this.store.addDelivery(again);
		await this.attempt(again, integration);
		this.report(again);
	}

	/** Posts whatever a test wants, to see what the receiver does. Throws when there is no response. */
	async sendCustom(
		project: Project,
		{ body, signature, headers = {}, url }: CustomDelivery,
	): Promise<WebhookResponse> {
		const { integration } = project;
		const to = url ?? integration?.webhookUrl;
		if (to === undefined) throw new Error('There is no integration and no URL to deliver to');
		const right = integration ? sign(body ?? '', integration.signingSecret) : null;
		const header = signature === undefined ? right : signature;
		return await this.post(to, body, {
			'Content-Type': 'application/json',
			...(header !== null && { [SIGNATURE_HEADER]: header }),
			...headers,
		});
	}

	/**
	 * Posts a note, which is not one of Jelou's events but signed like one, and is not shown anywhere.
	 *
	 * @returns the JSON of a 200; `undefined` for any other response, or none
	 */
	async tell({ integration }: Project, url: string, body: string): Promise<unknown> {
		if (!integration) return undefined;
		const headers = {
			'Content-Type': 'application/json',
			[SIGNATURE_HEADER]: sign(body, integration.signingSecret),
			...credentialHeader(integration),
		};
		const { signal: closing } = this.closing;
		try {
			const answer = await post(this.agent, {
				...{ url, body, headers, closing },
				timeoutMs: NOTE_TIMEOUT_MS,
				maxBytes: MAX_NOTE_RESPONSE,
			});
			return answer.status === 200 ? (JSON.parse(answer.body) as unknown) : undefined;
		} catch {
			return undefined;
		}
	}

	async close(): Promise<void> {
		this.closing.abort();
		await this.agent.destroy();
	}

	private async attempt(delivery: Delivery, integration: Integration): Promise<void> {
		try {
			const { status, body } = await this.post(delivery.url, delivery.rawBody, {
				'Content-Type': 'application/json',
				[SIGNATURE_HEADER]: delivery.signature,
				...credentialHeader(integration),
			});
			this.store.setDeliveryOutcome(delivery, { status, answer: body });
		} catch (error) {
			const { aborted } = this.closing.signal;
			const outcome = aborted ? CLOSED : reasonOf(error, delivery.url, this.timeoutMs);
			this.store.setDeliveryOutcome(delivery, outcome);
		}
		delivery.ms = Date.now() - delivery.at;
	}

	private async post(
		url: string,
		body: CustomDelivery['body'],
		headers: Record<string, string>,
	): Promise<WebhookResponse> {
		const { timeoutMs, closing } = this;
		return await post(this.agent, { url, body, headers, timeoutMs, closing: closing.signal });
	}

	private report(delivery: Delivery): void {
		const failure = failureOf(delivery);
		this.store.addLogEntry({
			at: delivery.at,
			kind: 'delivery',
			projectId: delivery.projectId,
			title: delivery.event,
			outcome: failure === null ? 'Delivered' : `Not delivered: ${failure}`,
			tone: failure === null ? 'good' : 'bad',
			auth: delivery.signature === '' ? null : 'signed by Jelou',
			status: delivery.status,
			ms: delivery.url === '' ? null : delivery.ms,
			answer: statusIn(delivery),
			isTest: isTest(delivery),
			details: {
				request: `POST ${delivery.url}`,
				signature: delivery.signature,
				body: readable(delivery.rawBody.toString('utf8')),
				answer: readable(delivery.answer ?? ''),
			},
		});
	}
}

/** The credential is sent as given: whether Jelou encodes it for `basic` is not documented. */
function credentialHeader({ authType, authorization }: Integration): Record<string, string> {
	switch (authType) {
		case 'bearer':
			return { Authorization: `Bearer ${authorization}` };
		case 'basic':
			return { Authorization: `Basic ${authorization}` };
		case 'api_key':
			return { 'X-API-Key': authorization };
		case 'no_auth':
			return {};
	}
}
