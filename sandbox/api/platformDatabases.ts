import type { FastifyInstance } from 'fastify';
import { PLATFORM } from './document';

/** The one database that each account has. */
const DATABASE = {
	id: 1,
	name: 'Pedidos',
	slug: 'pedidos',
	driver: 'elastic',
	description: 'Los pedidos de la tienda',
	companyId: 1,
	schema: { type: 'object', properties: { numero: { type: 'integer' }, estado: { type: 'string' } } },
	state: true,
	createdAt: '2026-01-15T15:00:00.000Z',
	updatedAt: '2026-01-15T15:00:00.000Z',
};

/** Databases: just enough to check a credential. */
export function databaseRoutes(app: FastifyInstance): void {
	app.route({ ...PLATFORM.routeOf('listDatabases'), handler: () => ({ data: [DATABASE] }) });
}
