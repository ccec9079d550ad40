import { NodeOperationError, type IHookFunctions } from 'n8n-workflow';

import { toApiError } from '../../shared/apiError';
import type { LoadedCredential } from '../../shared/credential';
import { projectPath } from '../../shared/endpoints';
import { isJelouNotFound } from '../../shared/errorResponse';
import { optionalText } from '../../shared/json';
import { NOTHING, dataToStore, formatRegistration, type Registration } from '../../shared/registration';
import { isRetryable, retryDelay, wasNotProcessed } from '../../shared/retry';
import { call, tryCall } from '../../shared/transport';
import type { Integration, JelouResponse, JelouRequest } from '../../shared/types';
import { canonicalUrl } from '../../shared/webhookUrls';

function toIntegration({ data }: JelouResponse): Integration {
	const { createdAt, signingSecret, webhookUrl } = data;
	return {
		webhookUrl: canonicalUrl(optionalText(webhookUrl) ?? ''),
		createdAt: optionalText(createdAt),
		signingSecret: optionalText(signingSecret),
	};
}

type Creation =
	| { ok: true; signingSecret: string; createdAt: string | undefined }
	| {
			ok: false;
			/** `rejected`: Jelou did not create it. `unanswered`: it may have, and then the secret is lost. */
			reason: 'rejected' | 'unanswered';
			error: Error;
			/** How long to wait before another attempt, where one may help. */
			retryAfterMs?: number;
	  };

/**
 * The project's one integration at Jelou, and what the credential stores about it, which n8n saves as part of a
 * request.
 */
export class IntegrationApi {
	readonly #context: IHookFunctions;
	readonly #credential: LoadedCredential;

	constructor(context: IHookFunctions, credential: LoadedCredential) {
		this.#context = context;
		this.#credential = credential;
	}

	/**
	 * Reads it (Jelou's page "Get integration"); `undefined` when the project has none.
	 *
	 * @param toStore what n8n stores in the credential before that
	 * @throws NodeApiError for every other failure, including a 404 that is not Jelou's own
	 */
	async get(toStore?: Registration): Promise<Integration | undefined> {
		const response = await this.#callUnlessNotFound(this.#request('GET'), toStore);
		return response && toIntegration(response);
	}

	/** Stores this, with a GET whose own result does not matter. */
	async store(registration: Registration): Promise<void> {
		await tryCall(this.#context, this.#storing(registration), this.#request('GET'), { maxRetries: 0 });
	}

	/** The same, unless it is stored already. */
	async storeChanged(stored: Registration, registration: Registration | undefined): Promise<void> {
		if (registration === undefined) return;
		const format = (each: Registration) => formatRegistration(this.#credential, each);
		if (format(registration) !== format(stored)) await this.store(registration);
	}

	/**
	 * Creates it (Jelou's page "Create integration"); its secret is shown only this once. Makes one attempt: whether
	 * another is safe depends on what exists by then.
	 */
	async create(webhookUrl: string): Promise<Creation> {
		const request = this.#request('POST', webhookUrl);
		const result = await tryCall(this.#context, this.#credential, request, { maxRetries: 0 });
		const node = this.#context.getNode();
		if (result.ok) {
			const { createdAt, signingSecret } = toIntegration(result.response);
			if (signingSecret !== undefined) return { ok: true, signingSecret, createdAt };
			const error = new NodeOperationError(
				node,
				'Jelou answered without a signing secret: publish again, or check the URLs in the Jelou credential',
			);
			return { ok: false, reason: 'unanswered', error };
		}
		const { failure } = result;
		// Retried like an update: a project has one integration, so another attempt cannot create a second one.
		const canRetry = isRetryable(failure, 'PATCH');
		// A 503 does not count as rejected, whatever it says: if a proxy lost the response, the secret is lost with it.
		const isRefusal = failure.kind === 'network' || (failure.status >= 300 && failure.status < 500);
		return {
			ok: false,
			reason: isRefusal && wasNotProcessed(failure) ? 'rejected' : 'unanswered',
			error: toApiError(node, failure, request, this.#credential),
			retryAfterMs: canRetry ? retryDelay(failure, 0) : undefined,
		};
	}

	/**
	 * Gives it another webhook URL, after storing `toStore`; its secret stays the same (Jelou's page "Update
	 * integration").
	 */
	async update(webhookUrl: string, toStore?: Registration): Promise<void> {
		await call(this.#context, this.#storing(toStore), this.#request('PATCH', webhookUrl));
	}

	/**
	 * Deletes it, and its secret with it, for good (Jelou's page "Delete integration").
	 *
	 * @returns whether Jelou deleted it; false when it says that there is none
	 */
	async delete(): Promise<boolean> {
		return (await this.#callUnlessNotFound(this.#request('DELETE'))) !== undefined;
	}

	/** Deletes it, and then what is stored about it. */
	async deleteAndForget(): Promise<void> {
		if (await this.delete()) await this.store(NOTHING);
	}

	/** The credential in a form that makes n8n store this with the next request. */
	#storing(registration: Registration | undefined): LoadedCredential {
		const credential = this.#credential;
		if (registration === undefined) return credential;
		const data = dataToStore(credential.decrypted.data, formatRegistration(credential, registration));
		return { ...credential, decrypted: { ...credential.decrypted, data } };
	}

	#request(method: JelouRequest['method'], webhookUrl?: string): JelouRequest {
		return {
			target: 'gateway',
			method,
			path: projectPath(this.#credential.projectId),
			body: webhookUrl === undefined ? undefined : { webhookUrl },
		};
	}

	/**
	 * Makes a request; `undefined` when Jelou itself says that the project has no integration. Any other 404 proves
	 * nothing.
	 */
	async #callUnlessNotFound(
		request: JelouRequest,
		toStore?: Registration,
	): Promise<JelouResponse | undefined> {
		const result = await tryCall(this.#context, this.#storing(toStore), request);
		if (result.ok) return result.response;
		const { failure } = result;
		if (isJelouNotFound(failure)) return undefined;
		throw toApiError(this.#context.getNode(), failure, request, this.#credential);
	}
}
