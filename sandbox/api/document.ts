import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

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
const documentShape = z.object({
	servers: z.array(z.object({ url: z.string() })),
	paths: z.record(z.object({ get: maybe, post: maybe, patch: maybe, delete: maybe })),
	components: z.object({ schemas: z.record(z.unknown()) }),
});

/** The OpenAPI document of one of Jelou's APIs: the source of the sandbox's routes and of the schemas of their bodies. */
class ApiDocument {
	/** Added to the server, so that its routes can refer to them. */
	readonly schemas: { $id: string; components: unknown };
	/** The paths of its servers. */
	readonly basePaths: string[];
	private readonly paths: z.infer<typeof documentShape>['paths'];

	/** @param id names its schemas among those of the other documents */
	constructor(
		readonly file: string,
		private readonly id: string,
	) {
		const { components, paths, servers } = documentShape.parse(parse(readFileSync(file, 'utf8')));
		this.schemas = { $id: id, components };
		this.basePaths = servers.map(({ url }) => new URL(url).pathname);
		this.paths = paths;
	}

	schemaNamed(name: string) {
		return { $ref: `${this.id}#/components/schemas/${name}` };
	}

	/** A route's method, path, name in the log and schema, without its handler. */
	routeOf(operationId: string) {
		for (const [path, operations] of Object.entries(this.paths)) {
			for (const [method, operation] of Object.entries(operations)) {
				if (operation?.operationId === operationId) return this.toRoute(path, method, operation);
			}
		}
		throw new Error(`${this.file} has no operation ${operationId}`);
	}

	private toRoute(path: string, method: string, { operationId, requestBody, responses, summary }: Operation) {
		const body = requestBody?.content['application/json'].schema;
		return {
			method: method.toUpperCase(),
			url: path.replace(/\{(\w+)\}/g, ':$1'),
			config: {
				title: summary,
				invalidStatus: '400' in responses ? 400 : 422,
				isSetUp: operationId.endsWith('Integration'),
			},
			...(body && { schema: { body: { $ref: `${this.id}${body.$ref}` } } }),
		};
	}
}

/** The external support panel's. Jelou's documentation gives more than one path for its servers. */
export const SUPPORT = new ApiDocument(join(__dirname, 'openapi.yaml'), 'jelou');
/** The platform's. */
export const PLATFORM = new ApiDocument(join(__dirname, 'platform.yaml'), 'platform');
