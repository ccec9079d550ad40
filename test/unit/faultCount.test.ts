import type { Message } from '../../sandbox';
import { countRow, failedRuns, type Execution, type Sent } from '../scale/faults/count';

const sent: Sent[] = [
	{ id: 'id-1', status: 200 },
	{ id: 'id-2', status: 200 },
	{ id: 'id-3', status: 500 },
	{ id: 'id-4', status: null },
];
const run = (status: string, data: string): Execution => ({ id: data, status, data });
const reply = (id: string, duplicate = false): Message => ({
	id: `${id}-reply`,
	roomId: 'room',
	from: 'agent',
	at: 0,
	duplicate,
	type: 'text',
	content: { body: `re: ${id}` },
});
const NOTHING = { sent, retries: [], messages: [], executions: [], stored: '' };

test('an event that was taken and has no run is lost silently; one that was not taken is not', () => {
	expect(countRow(NOTHING)).toMatchObject({ accepted: 2, refused: 1, unanswered: 1, lostSilently: 2 });
	const executions = [run('success', '["id-1"]')];
	expect(countRow({ ...NOTHING, executions })).toMatchObject({ lostSilently: 1, runs: { success: 1 } });
});

test('a message that is stored with a question goes to its run later', () => {
	expect(countRow({ ...NOTHING, stored: '{"messagesBefore":["id-1"]}' })).toMatchObject({ lostSilently: 1 });
});

test('a message that was asked about again is not lost; one like it is', () => {
	const sent = NOTHING.sent.map((each) => ({ ...each, isKeptByTrigger: each.id === 'id-1' }));
	expect(countRow({ ...NOTHING, sent })).toMatchObject({ accepted: 2, lostSilently: 1 });
});

test('a failed run without its input is visible, and stands for one event only', () => {
	const executions = [run('error', '["message"]')];
	expect(countRow({ ...NOTHING, executions })).toMatchObject({
		lostSilently: 1,
		withoutInput: 1,
		retried: 0,
	});
	expect(failedRuns([...executions, run('crashed', '["id-2"]')], sent)).toMatchObject({
		withInput: [{ status: 'crashed' }],
		withoutInput: [{ status: 'error' }],
	});
});

test('a failed run without its input that nobody was told 200 for is not an input that n8n lost', () => {
	const executions = [run('success', '["id-1"]'), run('success', '["id-2"]'), run('error', '["message"]')];
	expect(countRow({ ...NOTHING, executions })).toMatchObject({ lostSilently: 0, withoutInput: 0 });
});

test('a failed run without its input stands for all that its customer wrote, and for no other customer', () => {
	const written = [
		{ id: 'id-1', status: 200, customer: 'Ana' },
		{ id: 'id-2', status: 200, customer: 'Ana' },
		{ id: 'id-3', status: 200, customer: 'Luis' },
	];
	const executions = [run('error', '["message"]')];
	const row = countRow({ ...NOTHING, sent: written, executions });
	expect(row).toMatchObject({ accepted: 3, lostSilently: 1, withoutInput: 1 });
});

test('a run that waits for an answer has not failed', () => {
	expect(failedRuns([run('waiting', '["id-1"]')], sent).failed).toEqual([]);
});

test('says what was sent twice, and whether it had the same ID', () => {
	const messages = [reply('id-1'), reply('id-2'), reply('id-2', true)];
	expect(countRow({ ...NOTHING, messages })).toMatchObject({
		messages: 3,
		twice: 1,
		twiceWithSameId: 1,
		unreplied: 0,
	});
	expect(countRow({ ...NOTHING, messages: [reply('id-1')] })).toMatchObject({ twice: 0, unreplied: 1 });
});

test('reads the message of an error from what n8n keeps', () => {
	const kept = JSON.stringify([{ error: '1' }, { message: '2' }, 'It broke', 'id-1']);
	const asked = JSON.stringify([{ parameters: '1' }, { message: '2' }, 'Your name?']);
	const executions = [run('error', kept), run('crashed', asked), run('error', kept)];
	expect(countRow({ ...NOTHING, executions }).errors).toEqual(['It broke', 'crashed']);
});
