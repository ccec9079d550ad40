import { PLATFORM_URL, PRODUCTION_URLS, environmentNamed, type BaseUrls, type Targets } from './environments';
import { FieldError } from './errors';
import type { JelouRequest } from './types';

/** Where messages are sent (Jelou's page "Send messages"). The one path that is signed and takes no API key. */
export const SEND_PATH = ['v1', 'external-support', 'webhook'] as const;

/** The path of a project's integration, or of something below it. */
export function projectPath(projectId: string, ...rest: string[]): string[] {
	return ['v1', 'external-support', projectId, ...rest];
}

/** @param label the field's label in the credential's window */
function baseUrl(text: string, label: string, fallback: string): string {
	const trimmed = text.trim().replace(/\/+$/, '');
	if (trimmed === '') return fallback;
	const url = URL.canParse(trimmed) ? new URL(trimmed) : undefined;
	if (
		url === undefined ||
		!['http:', 'https:'].includes(url.protocol) ||
		url.search !== '' ||
		url.hash !== ''
	) {
		throw new FieldError(
			`${label} in the Jelou credential is not a URL`,
			`Enter one like ${fallback}, without "?" or "#".`,
		);
	}
	return trimmed;
}

/**
 * The base URLs of a credential's environment.
 *
 * @throws FieldError for a custom URL that is not an http or https URL
 */
export function baseUrlsFor(environment: string, gatewayUrl: string, chatbotUrl: string): BaseUrls {
	const { baseUrls } = environmentNamed(environment);
	return (
		baseUrls ?? {
			gateway: baseUrl(gatewayUrl, 'Gateway URL', PRODUCTION_URLS.gateway),
			chatbot: baseUrl(chatbotUrl, 'Chatbot URL', PRODUCTION_URLS.chatbot),
		}
	);
}

/**
 * The base URL of the platform API.
 *
 * @throws FieldError for a custom URL that is not an http or https URL
 */
export function platformUrlFor(environment: string, platformUrl: string): string {
	return environmentNamed(environment).platformUrl ?? baseUrl(platformUrl, 'Platform URL', PLATFORM_URL);
}

function encodeSegment(segment: string): string {
	// A URL parser resolves "." and ".." in a path even when they are percent-encoded.
	if (segment === '' || segment === '.' || segment === '..' || /[\uD800-\uDFFF]/u.test(segment)) {
		throw new FieldError(`"${segment}" cannot be an ID in a request to Jelou`, 'Check the ID.');
	}
	return encodeURIComponent(segment);
}

/**
 * The URL of a call. Every segment is encoded, so an ID can never reach another path.
 *
 * @throws FieldError for an empty segment, "." or "..", and text that is not well-formed Unicode
 */
export function requestUrl(
	baseUrls: Targets,
	{ path, query = {}, target }: Pick<JelouRequest, 'target' | 'path' | 'query'>,
): string {
	const url = [baseUrls[target], ...path.map(encodeSegment)].join('/');
	const given = Object.entries(query).filter(([, value]) => value !== '');
	const search = given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
	return search === '' ? url : `${url}?${search}`;
}

/** How a request to this URL is authenticated: with a signature, with the API key or, at any other host, not at all. */
export function authenticationFor(baseUrls: BaseUrls, url: string): 'signature' | 'apiKey' | 'none' {
	if (!URL.canParse(url)) return 'none';
	const target = new URL(url);
	const send = new URL(requestUrl(baseUrls, { target: 'chatbot', path: SEND_PATH }));
	if (target.origin === send.origin && target.pathname === send.pathname) return 'signature';
	return target.origin === new URL(baseUrls.gateway).origin ? 'apiKey' : 'none';
}
