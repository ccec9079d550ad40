import { openExample, type Example } from '../support/examples';
import { startRecorder, type Recorder } from '../../support/recorder';
import type { Stage } from '../support/stage';

const PICTURE = Buffer.from('89504e470d0a1a0a0000ff00c3b1', 'hex');

/** Over plain HTTP, which the trigger allows on the sandbox; what it refuses elsewhere is tested in `engine`. */
export function mediaIntake(stage: () => Stage): void {
	let channel: Recorder;
	let storage: Recorder;
	let example: Example;
	let storageStatus = 201;
	beforeAll(async () => {
		channel = await startRecorder(({ path }) =>
			path.startsWith('/media/')
				? { status: 200, contentType: 'image/png', body: PICTURE }
				: { status: 404, contentType: 'text/plain', body: 'gone' },
		);
		storage = await startRecorder(() => ({ status: storageStatus, contentType: 'text/plain', body: '' }));
		example = await openExample(stage(), 'media-intake.json', {
			settings: { storageUrl: `${storage.url}/pictures` },
		});
		await example.activate();
	});
	afterAll(async () => {
		await example?.deactivate();
		await channel?.close();
		await storage?.close();
	});

	const picture = (path: string) => ({
		type: 'image' as const,
		content: { url: `${channel.url}${path}`, mime_type: 'image/png' },
	});

	test('stores the picture, byte for byte, and confirms', async () => {
		await example.hears(picture('/media/mi%20foto.png'));
		await example.ran(1);
		const sent = [...stage().sandbox.store.messages.values()].flat().findLast(({ type }) => type === 'image');
		expect(storage.requests).toMatchObject([
			{
				method: 'PUT',
				path: `/pictures/${sent?.id ?? ''}-mi%20foto.png`,
				headers: { 'content-type': 'image/png' },
				body: PICTURE,
			},
		]);
		expect(example.said()).toEqual([expect.stringMatching(/^¡Gracias, Ana Torres! Recibimos tu foto/)]);
	});

	test('asks for the picture again when it could not be fetched, and stores nothing', async () => {
		await example.hears(picture('/expired.png'));
		await example.ran(2);
		expect(example.said().at(-1)).toMatch(/^No pudimos abrir tu foto/);
		expect(storage.requests).toHaveLength(1);
	});

	test('does not confirm what could not be stored', async () => {
		storageStatus = 507;
		await example.hears(picture('/media/otra.png'));
		await example.ran(3);
		expect(storage.requests.length).toBeGreaterThan(1);
		expect(example.said()).toHaveLength(3);
		expect(example.said().at(-1)).toMatch(/no pudimos guardarla/);
	});

	test('a text starts nothing', async () => {
		const before = storage.requests.length;
		const { answer, status } = await example.hears({ text: 'Hola' });
		expect({ answer, status }).toEqual({ answer: expect.stringContaining('ignored'), status: 200 });
		expect(storage.requests).toHaveLength(before);
		expect(example.said()).toHaveLength(3);
	});
}
