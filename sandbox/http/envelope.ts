import { ApiError, type FieldErrors } from '../errors';

/** Jelou's response to a success; closing and deleting have no data. */
export function success(message: string, data?: object) {
	return { message: [message], statusMessage: 'success', status: 1, ...(data && { data }) };
}

/**
 * Jelou's response to a failure. The fields are documented, their contents hardly: the codes, the language key of the two
 * message objects, and one list of problems per field in `validationError` are plausible choices.
 */
export function failure({ status, key, message, fields }: ApiError) {
	return {
		message: messages(message, fields),
		statusMessage: 'failed',
		status: 0,
		error: {
			code: `E${status}`,
			key,
			description: message,
			developerMessages: { en: message },
			clientMessages: { en: message },
		},
		validationError: fields,
	};
}

function messages(message: string, fields: FieldErrors): string[] {
	const problems = Object.entries(fields).flatMap(([field, all]) => all.map((each) => `${field} ${each}`));
	return problems.length > 0 ? problems : [message];
}
