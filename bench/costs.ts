import { activate, contender, CUSTOMER, type Line } from './customers';
import * as flows from './flows';
import { measure, type Contender } from './measure';
import type { Result } from './report';
import { createTable, withEachEngine } from './stage';

const GREETING = `Hola, ${CUSTOMER}`;
const QUESTIONS: Array<[name: string, text: string]> = [
	['Name', '¿Cómo te llamas?'],
	['Order', '¿Cuál es tu número de pedido?'],
	['Reason', '¿En qué podemos ayudarte?'],
];
const ANSWERS = ['Ana', '1042', 'un cambio'];
const THANKS = `Gracias. ${QUESTIONS.map(([name], n) => `${name}: ${String(ANSWERS[n])}`).join(', ')}`;
const COMBINE_SECONDS = 2;
const TEXTS = ['hola', '¿a qué hora', 'abren?'];

/** A flow to compare, and what its customers do. */
type Compared = [build: (target: flows.Target, table: string) => flows.Flow, lines: Line[]];

const received: Line[] = [{ event: 'a message that starts a run', texts: ['hola'], ended: 1 }];
const greeted: Line[] = [
	{ event: 'a message that is replied to', texts: ['hola'], reply: GREETING, ended: 1 },
];
/** @param ended how many runs end during each line */
const dialogue = (ended: number[]) =>
	['hola', ...ANSWERS].map((text, n): Line => {
		const question = QUESTIONS[n]?.[1];
		const waits = question !== undefined;
		const event = n > 0 && waits ? 'an answer, and the next question' : undefined;
		return { event, texts: [text], reply: question ?? THANKS, ended: ended[n] ?? 0, waits };
	});
const burst = (ended: number): Line[] => {
	const event = '3 messages combined, replied to once';
	return [{ event, texts: TEXTS, reply: `Recibido: ${TEXTS.join('\n')}`, ended }];
};

function jelouDialogue(target: flows.Target): flows.Flow {
	const ask = QUESTIONS.map(([name, text]) => [name, { operation: 'sendAndWait', message: text }]);
	const answers = QUESTIONS.map(([name]) => `${name}: {{ $('${name}').first().json.answer }}`);
	const thanks = { text: `=Gracias. ${answers.join(', ')}` };
	return flows.jelouFlow(target, { ...Object.fromEntries(ask), 'Thank you': thanks });
}

/** The same dialogue, with all questions in one node. */
function jelouQuestions(target: flows.Target): flows.Flow {
	const values = QUESTIONS.map(([name, question]) => ({ name, question }));
	const ask = { operation: 'sendAndWait', responseType: 'questions', questions: { values } };
	const answers = QUESTIONS.map(([name]) => `${name}: {{ $json.answers.${name} }}`);
	const thanks = { text: `=Gracias. ${answers.join(', ')}` };
	return flows.jelouFlow(target, { Ask: ask, 'Thank you': thanks }, {}, { name: flows.ONE_NODE });
}

const HELLO = `'Hola, ' + $('Webhook').first().json.body.contact.name`;
const ANSWER = { Reply: { text: '=Recibido: {{ $json.chatInput }}' } };
const KEPT = `'Recibido: ' + $('Rows').all().map((row) => row.json.text).join('\\n')`;

const COST: Record<string, Compared[]> = {
	delivery: [
		[(target) => flows.jelouFlow(target), received],
		[(target) => flows.flow(flows.BY_HAND, flows.checkNodes(target)), received],
		[(target) => flows.flow(flows.BARE, [flows.webhook(target)]), received],
	],
	reply: [
		[(target) => flows.jelouFlow(target, { Reply: { text: '=Hola, {{ $json.contact.name }}' } }), greeted],
		[(target) => flows.replyByHand(target, HELLO), greeted],
		[(target) => flows.bareReply(target, GREETING), greeted],
	],
	dialogue: [
		[jelouDialogue, dialogue([0, 0, 0, 1])],
		[jelouQuestions, dialogue([0, 0, 0, 1])],
		// Each answer starts a run of its own.
		[(target, table) => flows.dialogueByHand(target, table, QUESTIONS), dialogue([0, 1, 1, 2])],
	],
	combined: [
		[(target) => flows.jelouFlow(target, ANSWER, { combineMessages: COMBINE_SECONDS }), burst(1)],
		[(target, table) => flows.combineByHand(target, table, COMBINE_SECONDS, KEPT), burst(3)],
	],
};

export const COSTS = Object.keys(COST);

/** Measures what an event costs n8n, with each setting for the evaluation of expressions. */
export async function benchCost(name: string, rounds: number): Promise<Result[]> {
	return await withEachEngine(name, async (stage) => {
		const table = await createTable(stage, ['room', 'resumeUrl', 'message', 'text', 'at']);
		const contenders: Contender[] = [];
		for (const [build, lines] of COST[name] ?? []) {
			const path = `bench-${name}-${String(contenders.length)}`;
			const isLong = lines.some(({ texts }) => texts.length * lines.length > 1);
			const active = await activate(stage, path, isLong ? 10 : 40, (target) => build(target, table));
			contenders.push(contender(active, lines));
		}
		return await measure(contenders, rounds);
	});
}
