import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { FastifyInstance, FastifySchemaValidationError } from 'fastify';
import { ApiError, factsOf, keyOf } from '../errors';
import { failure } from './envelope';

/** A problem that a schema found. */
export type SchemaProblem = Pick<FastifySchemaValidationError, 'keyword' | 'message' | 'params'>;

/** Describes each problem that the schema found, under the path of its field. */
export function problemsByField<Said>(
	problems: readonly FastifySchemaValidationError[],
	say: (problem: SchemaProblem) => Said,
): Record<string, Said[]> {
	const fields: Record<string, Said[]> = {};
	for (const problem of problems) {
		const { instancePath, keyword, params } = problem;
		// These repeat other problems: those of the branch of an `if`, and that of a missing type.
		if (keyword === 'if' || (keyword === 'discriminator' && params.tagValue === undefined)) continue;
		const path = instancePath.split('/').slice(1);
		if (typeof params.missingProperty === 'string') path.push(params.missingProperty);
		if (keyword === 'discriminator' && typeof params.tag === 'string') path.push(params.tag);
		const all = (fields[path.join('.') || 'body'] ??= []);
		const said = say(problem);
		// Several schemas that a body must match can find the same problem.
		if (!all.some((each) => isDeepStrictEqual(each, said))) all.push(said);
	}
	return fields;
}

function describe({ keyword, params, message = 'is not valid' }: SchemaProblem): string {
	switch (keyword) {
		case 'required':
			return 'is required';
		case 'const':
			return `must be "${String(params.allowedValue)}"`;
		case 'enum':
			return `must be one of ${Array.isArray(params.allowedValues) ? params.allowedValues.join(', ') : ''}`;
		case 'discriminator':
			return 'is not one of the documented types';
		case 'minLength':
			return 'must not be empty';
		case 'format':
			return `must be ${String(params.format)}`;
		default:
			return message;
	}
}

/** What fastify throws for a body that does not fit its schema. */
export function schemaProblemsOf(error: unknown): FastifySchemaValidationError[] | undefined {
	const { validation }: Thrown = error instanceof Error ? error : {};
	return validation;
}

interface Thrown {
	statusCode?: number;
	message?: string;
	validation?: FastifySchemaValidationError[];
}

/** Turns whatever was thrown into an error that may be shown, without details of internal errors. */
export function toApiError(error: unknown, invalidStatus = 422): ApiError {
	if (error instanceof ApiError) return error;
	const { statusCode = 500, message = '', validation }: Thrown = error instanceof Error ? error : {};
	if (validation) {
		return new ApiError(
			invalidStatus,
			'Some fields are not valid',
			'VALIDATION_ERROR',
			problemsByField(validation, describe),
		);
	}
	if (statusCode >= 400 && statusCode < 500) return new ApiError(statusCode, message, keyOf(statusCode));
	return new ApiError(500, 'Something went wrong on our side');
}

/** Reports every failure in Jelou's envelope, even for requests that reach no route. */
export function sendErrors(app: FastifyInstance): void {
	app.setErrorHandler((error, request, reply) => {
		const problem = toApiError(error, request.routeOptions.config.invalidStatus);
		if (problem.status === 500) request.info.note = factsOf(error).message;
		return reply.code(problem.status).send(failure(problem));
	});
	app.setNotFoundHandler((request, reply) => {
		const problem = new ApiError(404, `${request.method} ${request.url.split('?', 1)[0]} does not exist`);
		return reply.code(404).send(failure(problem));
	});
}

/** Responds to what is not even HTTP, on the bare socket. */
export function rejectBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
	if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
	const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
	const problem = new ApiError(status, 'This is not a valid HTTP request');
	const body = JSON.stringify(failure(problem));
	const type = 'Content-Type: application/json; charset=utf-8';
	socket.end(
		`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${type}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
	);
}
