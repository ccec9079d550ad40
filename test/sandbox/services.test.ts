import { call, endAll, expectFailure, start } from './support';

afterEach(endAll);

test('an order with a number of four digits has a product and a status, always the same', async () => {
	const { url } = await start();
	const order = { status: 200, body: { number: 1042, product: 'Mochila Andes', status: 'en camino' } };
	expect(await call(url, '/sandbox/orders/1042')).toMatchObject(order);
	expect(await call(url, '/sandbox/orders/1042')).toMatchObject(order);
});

test.each(['7', '10420', '0042', '1042.5', 'no'])('there is no order %s', async (number) => {
	const { url } = await start();
	expectFailure(await call(url, `/sandbox/orders/${number}`), 404);
});
