import { waitUntil } from '../../scripts/n8n/waitUntil';
import { openDialogue, type Dialogue } from './support/dialogue';
import { startStage, type Stage } from './support/stage';

/** 60 show that it works; 1,000 (`DIALOGUES=1000`) take some minutes. */
const DIALOGUES = Number(process.env.DIALOGUES ?? 60);
const AT_ONCE = 16;

jest.setTimeout(120_000 + DIALOGUES * 3_000);

let stage: Stage;
let dialogue: Dialogue;
beforeAll(async () => {
	stage = await startStage();
	dialogue = await openDialogue(
		stage,
		[
			{ name: 'Name', parameters: { message: 'Name?', answerType: 'text' } },
			{ name: 'Order', parameters: { message: 'Order?', answerType: 'number' } },
		],
		{ users: DIALOGUES },
	);
});
afterAll(async () => stage?.stop());

const count = async (...status: string[]) => stage.client.executionCount(dialogue.workflowId, status);

/** One customer from hello to the summary; gives what is not as it should be. */
async function talk(n: number): Promise<string[]> {
	const user = `user-${String(n)}`;
	const lines = ['hola', `Ana-${String(n)}`, String(1_000 + n)];
	for (const [step, line] of lines.entries()) {
		const { status } = await dialogue.writes(user, line);
		if (status !== 200) return [`${user}: "${line}" was answered ${String(status)}`];
		await dialogue.hears(user, step + 1);
	}
	const heard = dialogue.heard(user);
	const expected = ['Name?', 'Order?', `Name=Ana-${String(n)} Order=${String(1_000 + n)}`];
	return JSON.stringify(heard) === JSON.stringify(expected) ? [] : [`${user} heard ${heard.join(' | ')}`];
}

test(`${String(DIALOGUES)} dialogues, ${String(AT_ONCE)} at once, are one run each, with each customer's own answers`, async () => {
	let next = 0;
	const wrong: string[] = [];
	const worker = async () => {
		while (next < DIALOGUES) wrong.push(...(await talk(next++)));
	};
	await Promise.all(Array.from({ length: AT_ONCE }, worker));
	expect(wrong).toEqual([]);
	await waitUntil('the last run to end', async () => (await count('success')) >= DIALOGUES);
	// Whatever else there is would be a run too many.
	expect([await count('success'), await count('waiting', 'running', 'error', 'crashed', 'canceled')]).toEqual(
		[DIALOGUES, 0],
	);
});
