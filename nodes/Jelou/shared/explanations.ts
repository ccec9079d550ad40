import type { ErrorResponse } from './errorResponse';
import { MAX_RESPONSE_MB, TOO_LARGE } from './responseBody';
import { isCertificateCode, wasNotProcessed } from './retry';
import type { FailedResponse, Failure, JelouRequest } from './types';

/** What happened, and what to do next: the two parts of every error about a request. */
export interface Explanation {
	message: string;
	advice: string;
}

const TRY_AGAIN = 'Wait a moment and try again.';
const CHECK_HOST = 'Check the URLs in the Jelou credential and that n8n can reach this host.';
const CHECK_URLS = 'Check the URLs in the Jelou credential.';
const CHECK_FIELDS = 'Check the fields of the node.';

const API_KEY: Explanation = {
	message: 'Jelou rejected the API key',
	advice: 'Check API Key and Project ID in the Jelou credential.',
};
const SIGNATURE: Explanation = {
	message: 'Jelou rejected the signature',
	advice: 'Check Signing Secret in the Jelou credential.',
};
const INVALID_FIELDS: Explanation = {
	message: 'Jelou rejected the request: invalid fields',
	advice: 'Correct the fields named here.',
};

/** By status, or by its first digit where the status has no entry. The status is added to each message. */
const BY_STATUS: Record<number, Explanation> = {
	3: { message: 'Jelou answered with a redirect', advice: CHECK_URLS },
	5: { message: 'Jelou answered with a server error', advice: TRY_AGAIN },
	400: INVALID_FIELDS,
	401: API_KEY,
	403: API_KEY,
	404: {
		message: 'Jelou does not know this conversation, room, bot or user',
		advice: 'Check the IDs in the node and Project ID in the Jelou credential.',
	},
	422: INVALID_FIELDS,
	429: { message: 'Jelou is receiving too many requests', advice: TRY_AGAIN },
};
const CLIENT: Explanation = {
	message: 'Jelou rejected the Client ID and the Client Secret',
	advice: 'Check both in the Jelou Platform API credential.',
};
const PLATFORM_BY_STATUS: typeof BY_STATUS = {
	401: CLIENT,
	403: CLIENT,
	404: {
		message: 'Jelou does not know this bot or user',
		advice: 'Check the IDs in the node: the bot must belong to the account of the credential.',
	},
};
const CHATBOT_BY_STATUS: typeof BY_STATUS = { 401: SIGNATURE, 403: SIGNATURE };
const INTEGRATION_BY_STATUS: typeof BY_STATUS = {
	404: {
		message: 'This project has no integration',
		advice: 'Create it, or check Project ID in the Jelou credential.',
	},
	409: {
		message: 'This project already has an integration',
		advice: 'Get or update it instead of creating it.',
	},
};

/** Whether a request is for the integration itself: `v1/external-support/<project>`, with nothing after it. */
function isIntegration({ target, path }: JelouRequest): boolean {
	return target === 'gateway' && path.length === 3;
}

function specificTo(request: JelouRequest): typeof BY_STATUS {
	if (request.target === 'platform') return PLATFORM_BY_STATUS;
	if (request.target === 'chatbot') return CHATBOT_BY_STATUS;
	return isIntegration(request) ? INTEGRATION_BY_STATUS : {};
}

const NO_ENDPOINT: Explanation = {
	message: 'Jelou has no such endpoint at this URL',
	advice: 'Choose another Environment in the Jelou credential, or correct its URLs.',
};

/** What the user has to know before repeating the call; `''` when it certainly changed nothing. */
function caution(failure: Failure, { method }: JelouRequest): string {
	if (method === 'GET' || wasNotProcessed(failure)) return '';
	return 'It may have been sent: check in Jelou before you run it again.';
}

/** Explains a response that is not a success. */
export function explainStatus(
	failure: FailedResponse,
	{ isEnvelope, isJson }: ErrorResponse,
	request: JelouRequest,
): Explanation {
	const { status } = failure;
	const cautious = caution(failure, request);
	if (status >= 200 && status < 300) {
		const advice = `${CHECK_URLS} ${cautious}`.trim();
		if (!isEnvelope) return { message: 'The response does not come from Jelou', advice };
		return { message: 'Jelou reported that the request failed', advice: CHECK_FIELDS };
	}
	const { message, advice } =
		// The platform API's errors are documented in more than one shape.
		status === 404 && !(request.target === 'platform' ? isJson : isEnvelope)
			? NO_ENDPOINT
			: (specificTo(request)[status] ??
				BY_STATUS[status] ??
				BY_STATUS[Math.floor(status / 100)] ?? {
					message: 'Jelou answered with an unexpected status',
					advice: CHECK_FIELDS,
				});
	return { message: `${message} (${String(status)})`, advice: cautious || advice };
}

/** Explains why there is no response. */
export function explainNetwork(code: string, host: string, request: JelouRequest): Explanation {
	const cautious = caution({ kind: 'network', code }, request);
	const unknown = cautious || TRY_AGAIN;
	switch (code) {
		case 'ECONNREFUSED':
			return { message: `${host} refused the connection`, advice: CHECK_HOST };
		case 'ENOTFOUND':
		case 'EAI_AGAIN':
			return { message: `The host ${host} was not found`, advice: CHECK_HOST };
		case 'ECONNABORTED':
		case 'ETIMEDOUT':
			return { message: `${host} did not answer in time`, advice: unknown };
		case TOO_LARGE:
			return {
				message: `${host} sent more than ${String(MAX_RESPONSE_MB)} MB`,
				advice: `${CHECK_URLS} ${cautious}`.trim(),
			};
	}
	if (isCertificateCode(code) || /SSL|TLS/.test(code)) {
		return {
			message: `The certificate of ${host} is not valid`,
			advice:
				`Check the URLs in the Jelou credential, and any proxy between n8n and Jelou. ${cautious}`.trim(),
		};
	}
	return { message: `The connection to ${host} was lost`, advice: unknown };
}
