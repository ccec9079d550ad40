import type { FastifyInstance } from 'fastify';
import { factsOf } from '../errors';
import { problemsByField, schemaProblemsOf, toApiError, type SchemaProblem } from '../http/errors';

/** A sentence, or the end of one that begins with a field's name. */
export interface Texts {
	es: string;
	en: string;
	pt: string;
}

/** The codes that Jelou documents; those of other errors begin with their status. */
const CODES: Record<string, string> = {
	BOT_NOT_FOUND: 'E1019',
	VALIDATOR_ERROR: 'E0422',
	UNKNOWN_ERROR: 'E0000',
};

const WRONG_FIELDS: Texts = {
	es: 'Algunos campos no son válidos',
	en: 'Some fields are not valid',
	pt: 'Alguns campos não são válidos',
};

/** A refusal in the envelope of Jelou's newer pages. */
class PlatformError extends Error {
	constructor(
		readonly status: number,
		readonly key: string,
		readonly texts: Texts,
		readonly fields: Record<string, Texts[]> = {},
	) {
		super(texts.en);
	}

	/** What is wrong with each field, as one sentence each. */
	get problems(): string[] {
		return Object.entries(this.fields).flatMap(([field, all]) => all.map(({ en }) => `${field} ${en}`));
	}

	get body(): object {
		const { fields, key, problems, status, texts } = this;
		if (status === 401) return { message: texts.en };
		return {
			message: problems.length > 0 ? problems : [texts.en],
			statusMessage: 'failed',
			status: 0,
			error: {
				code: CODES[key] ?? `E0${String(status)}`,
				key,
				description: texts.en,
				developerMessages: texts,
				clientMessages: texts,
			},
			validationError: fields,
		};
	}
}

export function wrongFields(fields: Record<string, Texts[]>): PlatformError {
	return new PlatformError(422, 'VALIDATOR_ERROR', WRONG_FIELDS, fields);
}

export function notAuthenticated(): PlatformError {
	const text = 'Authentication failed';
	return new PlatformError(401, 'AUTHENTICATION_FAILED', { es: text, en: text, pt: text });
}

export function botNotFound(id: string): PlatformError {
	return new PlatformError(404, 'BOT_NOT_FOUND', {
		es: `No encontramos el bot ${id} en tu empresa`,
		en: `The bot ${id} was not found in your company`,
		pt: `Não encontramos o bot ${id} na sua empresa`,
	});
}

/** Not documented. */
export function userNotFound(id: string): PlatformError {
	return new PlatformError(404, 'USER_NOT_FOUND', {
		es: `No encontramos el usuario ${id}`,
		en: `The user ${id} was not found`,
		pt: `Não encontramos o usuário ${id}`,
	});
}

/** Only the limit is documented, so there is no `Retry-After`. */
export function tooManyRequests(perSecond: number): PlatformError {
	return new PlatformError(429, 'TOO_MANY_REQUESTS', {
		es: `Demasiadas solicitudes: se permiten ${String(perSecond)} por segundo`,
		en: `Too many requests: ${String(perSecond)} a second are allowed`,
		pt: `Muitas solicitações: são permitidas ${String(perSecond)} por segundo`,
	});
}

/** What a schema finds wrong with a field. */
function describe({ keyword, params, message = '' }: SchemaProblem): Texts {
	const limit = String(params.limit);
	switch (keyword) {
		case 'required':
			return { es: 'es obligatorio', en: 'is required', pt: 'é obrigatório' };
		case 'minItems':
		case 'minLength':
			return { es: 'no puede estar vacío', en: 'must not be empty', pt: 'não pode estar vazio' };
		case 'maxLength':
			return {
				es: `puede tener como máximo ${limit} caracteres`,
				en: `must have at most ${limit} characters`,
				pt: `pode ter no máximo ${limit} caracteres`,
			};
		case 'maxItems':
			return {
				es: `puede tener como máximo ${limit} elementos`,
				en: `must have at most ${limit} entries`,
				pt: `pode ter no máximo ${limit} elementos`,
			};
		case 'const':
		case 'enum': {
			const allowed = [params.allowedValues ?? params.allowedValue].flat().join(', ');
			return { es: `debe ser: ${allowed}`, en: `must be: ${allowed}`, pt: `deve ser: ${allowed}` };
		}
		case 'discriminator':
			return {
				es: 'no es un tipo que el sandbox acepte',
				en: 'is no type that the sandbox takes',
				pt: 'não é um tipo que o sandbox aceite',
			};
		case 'pattern':
			// The only pattern is that of a destination.
			return { es: 'debe tener solo dígitos', en: 'must be digits only', pt: 'deve ter somente dígitos' };
		case 'format':
			return {
				es: 'debe ser una URL HTTPS',
				en: `must be ${String(params.format)}`,
				pt: 'deve ser uma URL HTTPS',
			};
		default:
			return { es: 'no es válido', en: message || 'is not valid', pt: 'não é válido' };
	}
}

/** Turns whatever was thrown into an error that may be shown. */
function toPlatformError(error: unknown): PlatformError {
	if (error instanceof PlatformError) return error;
	const problems = schemaProblemsOf(error);
	if (problems) return wrongFields(problemsByField(problems, describe));
	const { message, status } = toApiError(error);
	return new PlatformError(status, 'UNKNOWN_ERROR', { es: message, en: message, pt: message });
}

/** Reports failures as the platform does. Where a 400 is documented for wrong fields, it has a form of its own. */
export function sendPlatformErrors(app: FastifyInstance): void {
	app.setErrorHandler((error, request, reply) => {
		const problem = toPlatformError(error);
		const { message, problems, status } = problem;
		if (status === 500) request.info.note = factsOf(error).message;
		const isWrongInput = status === 400 || status === 422;
		if (isWrongInput && request.routeOptions.config.invalidStatus === 400) {
			return reply.code(400).send({ message: problems.length > 0 ? problems : [message], status: 'failed' });
		}
		return reply.code(status).send(problem.body);
	});
}
