import { timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../errors';
import { parseJson, requireJsonType } from '../http/json';
import { findProject } from '../platform';
import { SIGNATURE_HEADER, verify } from '../signature';
import type { Store } from '../store';
import type { Project } from '../types';

/** Compares in constant time. */
export function sameText(a: string, b: string): boolean {
	const [left, right] = [Buffer.from(a), Buffer.from(b)];
	return left.length === right.length && timingSafeEqual(left, right);
}

function single(header: string | string[] | undefined): string {
	return typeof header === 'string' ? header : '';
}

/**
 * The gateway: `x-api-key` must be the project's. Only someone whose key is valid for some project learns that a project
 * does not exist (404); everyone else gets the same 401.
 */
export function authenticateByKey(store: Store) {
	return (
		request: FastifyRequest<{ Params: { projectId: string } }>,
		_reply: FastifyReply,
		done: () => void,
	): void => {
		const { projectId } = request.params;
		const key = single(request.headers['x-api-key']);
		const project = store.projects.get(projectId);
		const isKnown = [...store.projects.values()].some(({ apiKey }) => sameText(apiKey, key));
		// Even if it is refused: the log shows it where the project's owner looks.
		request.info.project = project ?? null;
		request.info.auth = key === '' ? 'no API key' : 'wrong API key';
		if (key === '') throw new ApiError(401, 'The x-api-key header is missing', 'MISSING_API_KEY');
		if (!isKnown || (project && !sameText(project.apiKey, key))) {
			throw new ApiError(401, 'The API key is not valid for this project', 'INVALID_API_KEY');
		}
		request.info.auth = 'API key';
		request.info.project = findProject(store, projectId);
		done();
	};
}

function projectIdIn(body: unknown): string {
	const id: unknown =
		typeof body === 'object' && body !== null && 'project_id' in body ? body.project_id : undefined;
	if (typeof id === 'string' && id !== '') return id;
	const fields = { project_id: ['is required'] };
	throw new ApiError(
		422,
		'The signature cannot be verified without a project_id',
		'VALIDATION_ERROR',
		fields,
	);
}

/**
 * The chatbot: the raw body must be signed with the secret of the project that it names. Only that name is read before the
 * check. Jelou's responses are not documented; 401, and 404 without an integration, are plausible. An API key is not
 * needed, and the log says when one was sent, since it does not belong here.
 */
export function authenticateBySignature(store: Store) {
	return (request: FastifyRequest, _reply: FastifyReply, done: () => void): void => {
		const { info, rawBody, headers } = request;
		const signature = single(headers[SIGNATURE_HEADER.toLowerCase()]);
		if (headers['x-api-key'] !== undefined)
			info.note = 'An API key was sent, but sending messages does not use one';
		info.auth = signature === '' ? 'not signed' : 'wrong signature';
		if (signature === '')
			throw new ApiError(401, `The ${SIGNATURE_HEADER} header is missing`, 'MISSING_SIGNATURE');

		const body = parseJson(rawBody);
		info.project = findProject(store, projectIdIn(body));
		const signingSecret = info.project.signingSecret ?? integrationOf(info.project).signingSecret;
		if (!verify(rawBody, signingSecret, signature)) {
			throw new ApiError(401, 'The signature does not match the body', 'INVALID_SIGNATURE');
		}
		info.auth = 'signature verified';
		requireJsonType(request);
		request.body = body;
		done();
	};
}

/** Throws the documented 404 when the project has none. */
export function integrationOf(project: Project) {
	if (project.integration) return project.integration;
	throw new ApiError(404, 'This project has no integration', 'INTEGRATION_NOT_FOUND');
}

/** The project of an authenticated request. */
export function projectOf(request: FastifyRequest): Project {
	if (request.info.project) return request.info.project;
	throw new Error('This route is not authenticated');
}
