import { waitUntil } from '../../../scripts/n8n/waitUntil';
import { openExample, type Example } from '../support/examples';
import type { Stage } from '../support/stage';

const MEDIA = { url: 'https://example.com/a', mime_type: 'image/png' };

export function echoSupport(stage: () => Stage): void {
	let example: Example;
	beforeAll(async () => {
		example = await openExample(stage(), 'echo-support.json');
		await example.activate();
	});
	afterAll(async () => example?.deactivate());

	test.each([
		[{ text: '¡Hola!' }, '¡Hola, Ana Torres! 👋 ¿En qué te podemos ayudar?'],
		[{ text: 'Buenos días' }, '¡Hola, Ana Torres! 👋 ¿En qué te podemos ayudar?'],
		[{ text: '¿Cuál es su HORARIO?' }, 'Atendemos de lunes a viernes, de 9:00 a 18:00. 🕘'],
		[{ text: 'ñandú "azul" 👍' }, 'Recibimos tu mensaje: «ñandú "azul" 👍». Te responderemos pronto.'],
		[{ type: 'image' as const, content: MEDIA }, 'Recibimos tu foto. Te responderemos pronto.'],
		[{ type: 'video' as const, content: MEDIA }, 'Recibimos tu video. Te responderemos pronto.'],
		[{ type: 'audio' as const, content: MEDIA }, 'Recibimos tu nota de voz. Te responderemos pronto.'],
		[{ type: 'document' as const, content: MEDIA }, 'Recibimos tu documento. Te responderemos pronto.'],
	])('answers %j as a person would', async (message, answer) => {
		const before = example.said().length;
		await example.hears(message);
		await waitUntil('the answer', () => example.said().length > before);
		expect(example.said().slice(before)).toEqual([answer]);
	});
}
