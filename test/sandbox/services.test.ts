import { call, endAll, expectFailure, start } from './support';

afterEach(endAll);

test('an order with a four-digit number always has the same product and status', async () => {
	const { url } = await start();
	const order = { status: 200, body: { number: 1042, product: 'Mochila Andes', status: 'en camino' } };
	expect(await call(url, '/sandbox/orders/1042')).toMatchObject(order);
	expect(await call(url, '/sandbox/orders/1042')).toMatchObject(order);
});

test.each(['7', '10420', '0042', '1042.5', 'no'])('there is no order %s', async (number) => {
	const { url } = await start();
	expectFailure(await call(url, `/sandbox/orders/${number}`), 404);
});

test('a ticket system gives each ticket an ID', async () => {
	const { url } = await start();
	const ticket = { customer: '593990000001', subject: 'Caja' };
	expect(await call(url, '/sandbox/tickets', { body: ticket })).toMatchObject({
		status: 201,
		body: { id: 'T-1001' },
	});
	expect((await call(url, '/sandbox/tickets', { body: ticket })).body).toEqual({ id: 'T-1002' });
});

test('a store accepts pictures of several megabytes, up to the limit', async () => {
	const { url } = await start();
	const put = async (bytes: number) =>
		fetch(`${url}/sandbox/pictures/a%20b.png`, {
			method: 'PUT',
			headers: { 'content-type': 'image/png' },
			body: Buffer.alloc(bytes),
		});
	expect((await put(5_000_000)).status).toBe(201);
	expect((await put(20_000_000)).status).toBe(413);
});
