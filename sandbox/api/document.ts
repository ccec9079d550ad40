import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** Jelou's API in OpenAPI: the source of the sandbox's routes and of the schemas of their bodies. */
export const DOCUMENT_FILE = join(__dirname, 'openapi.yaml');

const operationShape = z.object({
	operationId: z.string(),
	summary: z.string(),
	requestBody: z
		.object({
			content: z.object({ 'application/json': z.object({ schema: z.object({ $ref: z.string() }) }) }),
		})
		.optional(),
	responses: z.record(z.unknown()),
});
type Operation = z.infer<typeof operationShape>;

const maybe = operationShape.optional();
const { components, paths, servers } = z
	.object({
		servers: z.array(z.object({ url: z.string() })),
		paths: z.record(z.object({ get: maybe, post: maybe, patch: maybe, delete: maybe })),
		components: z.object({ schemas: z.record(z.unknown()) }),
	})
	.parse(parse(readFileSync(DOCUMENT_FILE, 'utf8')));

const ID = 'jelou';

/** To be added to the server, for its routes to refer to. */
export const SCHEMAS = { $id: ID, components };

export function schemaNamed(name: string) {
	return { $ref: `${ID}#/components/schemas/${name}` };
}

/** What the gateway's addresses begin with; Jelou's documentation has more than one. */
export const GATEWAY_PATHS = servers.map(({ url }) => new URL(url).pathname);

function toRoute(path: string, method: string, { operationId, requestBody, responses, summary }: Operation) {
	const body = requestBody?.content['application/json'].schema;
	return {
		method: method.toUpperCase(),
		url: path.replace(/\{(\w+)\}/g, ':$1'),
		config: {
			title: summary,
			invalidStatus: '400' in responses ? 400 : 422,
			isSetUp: operationId.endsWith('Integration'),
		},
		...(body && { schema: { body: { $ref: `${ID}${body.$ref}` } } }),
	};
}

/** A route's method, path, name in the log and schema, without what it does. */
export function routeOf(operationId: string) {
	for (const [path, operations] of Object.entries(paths)) {
		for (const [method, operation] of Object.entries(operations)) {
			if (operation?.operationId === operationId) return toRoute(path, method, operation);
		}
	}
	throw new Error(`${DOCUMENT_FILE} has no operation ${operationId}`);
}
