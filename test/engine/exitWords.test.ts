import type { Step } from '../../nodes/Jelou/shared/triggerNote';
import { ANSWERED, RoomStage, status } from './support/roomStage';
import { USER, useDemo } from './support/setup';

/** Words that end a question: the question's, and the trigger's for all of them. */

const demo = useDemo();
let stage: RoomStage;
beforeEach(async () => {
	const options = { exitWords: 'asesor, hablar con alguien,, ' };
	stage = await RoomStage.open(demo, options);
});
afterEach(async () => stage.close());

const LEFT = status('exit');
const CHOICES = { type: 'choice' as const, choices: ['Nueva cita', 'Cancelar', 'Hablar con una persona'] };

test.each<[string, Partial<Step>, string, string]>([
	['a word of the question, whatever its case', {}, 'CANCELAR', 'cancelar'],
	['a word in a message, whatever its accents', {}, 'Mejor cancélar todo', 'cancelar'],
	['a word of the trigger', {}, 'pásame con un asesor, por favor', 'asesor'],
	['a phrase of the trigger', {}, '¿Puedo hablar con alguien?', 'hablar con alguien'],
	['what fits no number', { type: 'number' }, 'asesor', 'asesor'],
	['what is no choice', CHOICES, 'quiero un asesor ya', 'asesor'],
])('%s ends it', async (_name, step, text, exitWord) => {
	await stage.ask('q', { type: 'text', exitWords: ['cancelar'], ...step });
	expect(await stage.says(text)).toEqual(LEFT);
	expect(stage.answers()).toEqual([
		{
			questionId: 'q',
			answer: text,
			outcome: 'exit',
			answered: false,
			valid: false,
			exitWord,
			respondedAt: expect.any(String) as string,
			responder: { id: USER },
		},
	]);
	expect(stage.receiver.runs).toEqual([]);
});

test.each<[string, Partial<Step>, string, string | number]>([
	['a choice', CHOICES, 'cancelar', 'Cancelar'],
	['a choice in other words', CHOICES, 'quiero hablar con una persona', 'Hablar con una persona'],
	['a number', { type: 'number', exitWords: ['2'] }, '2', 2],
	['an email address', { type: 'email' }, 'asesor: ana@ejemplo.com', 'ana@ejemplo.com'],
	['a part of a word', { type: 'text' }, 'asesoría', 'asesoría'],
])('%s is an answer', async (_name, step, text, answer) => {
	await stage.ask('q', { exitWords: ['cancelar', 'persona'], ...step });
	expect(await stage.says(text)).toEqual(ANSWERED);
	expect(stage.answers()).toMatchObject([{ outcome: 'answered', answer }]);
});

test('an approval that ends this way approves nothing', async () => {
	await stage.ask('q', { type: 'approval', choices: ['Sí', 'No'] });
	expect(await stage.says('mejor un asesor')).toEqual(LEFT);
	expect(stage.answers()).toMatchObject([{ outcome: 'exit', data: { approved: false } }]);
});
