import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import Ajv from 'ajv';
import type { IDataObject } from 'n8n-workflow';

export const SCHEMAS = join(__dirname, '../../../nodes/Jelou/__schema__');

/** The schema, allowing nothing that it does not name; `metadata` is the user's own. */
function closed(schema: unknown): unknown {
	if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return schema;
	const properties = Object.entries(schema.properties as IDataObject);
	return {
		...schema,
		additionalProperties: false,
		properties: Object.fromEntries(properties.map(([name, inner]) => [name, closed(inner)])),
	};
}

/** What in an output its schema does not allow. */
export function problemsOf(file: string, value: unknown): unknown {
	const validate = new Ajv({ allowUnionTypes: true }).compile(
		closed(JSON.parse(readFileSync(join(SCHEMAS, file), 'utf8'))) as object,
	);
	return validate(value) ? [] : validate.errors;
}
