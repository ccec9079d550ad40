import type { FastifyInstance } from 'fastify';

import { ApiError } from '../errors';

const PRODUCTS = ['Lámpara Luna', 'Mochila Andes', 'Cafetera Alba'];
const STATUSES = ['en preparación', 'entregado', 'en camino'];
const KNOWN = /^[1-9]\d{3}$/;

/** A shop's orders, for a workflow that looks one up: every four-digit number exists. */
export function orderRoutes(app: FastifyInstance): void {
	app.get<{ Params: { number: string } }>('/sandbox/orders/:number', ({ params }) => {
		const { number } = params;
		if (!KNOWN.test(number)) throw new ApiError(404, `Order ${number} not found`, 'ORDER_NOT_FOUND');
		const order = Number(number);
		return {
			number: order,
			product: PRODUCTS[order % PRODUCTS.length],
			status: STATUSES[Math.floor(order / PRODUCTS.length) % STATUSES.length],
		};
	});
}
