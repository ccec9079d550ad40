import { randomUUID } from 'node:crypto';

import type { Request, Response } from 'express';

import * as clock from '../../nodes/Jelou/shared/clock';
import { HEADERS, SIGNINGS, sign } from '../support/forgeries';
import { Engine } from './support/engine';

// Jelou's example for receivers signs the JSON of the parsed body, so Jelou may do the same.

const SECRET = '5f'.repeat(32);
const BOM = '\ufeff';
const ACCEPTED = 'its signature matches its rewritten JSON, not its bytes';
const WRONG = 'its signature is wrong. If Jelou sent it, correct Signing Secret in the Jelou credential';

function engineWith(signingSecret = SECRET): Engine {
	return new Engine({
		credential: { projectId: 'p', apiKey: 'k', signingSecret },
		// A separate trigger, independent of what another has seen.
		workflowId: randomUUID(),
	});
}

/** Passes these bytes to the trigger. Returns what it says, and what it starts the workflow with. */
async function deliver(engine: Engine, body: string | Buffer, signature: unknown) {
	let said: unknown;
	const response = {
		closed: true,
		writableFinished: true,
		statusCode: 200,
		status: () => response,
		json: (answer: unknown) => ((said = answer), response),
		end: () => response,
		once: () => response,
	};
	const request = { headers: { 'x-jelou-signature': signature }, rawBody: Buffer.from(body) };
	const result = await engine.webhook(request as unknown as Request, response as unknown as Response, {
		events: ['*'],
	});
	const runs = (result.workflowData ?? []).flat().map(({ json }) => json);
	return { status: String((said ?? result.webhookResponse)?.status), runs };
}

afterEach(() => jest.restoreAllMocks());

/** What arrives, and its JSON written again. */
const CHANGED_WHEN_WRITTEN_AGAIN: Array<[string, string, string]> = [
	['white space', '{ "event": "x",\n\t"a" : [ 1, 2 ]\r\n}\n', '{"event":"x","a":[1,2]}'],
	['1.0', '{"event":"x","a":1.0}', '{"event":"x","a":1}'],
	['1e3', '{"event":"x","a":1e3}', '{"event":"x","a":1000}'],
	['a large integer', '{"event":"x","a":12345678901234567890}', '{"event":"x","a":12345678901234567000}'],
	['-0', '{"event":"x","a":-0}', '{"event":"x","a":0}'],
	['a number without end', '{"event":"x","a":1e999}', '{"event":"x","a":null}'],
	['escapes', '{"event":"x","a":"\\u00f1\\/\\u007f\\ud83d\\udc4b"}', '{"event":"x","a":"ñ/\u007f👋"}'],
	['half of a pair', '{"event":"x","a":"\\uD83D"}', '{"event":"x","a":"\\ud83d"}'],
	['keys that are numbers', '{"event":"x","b":0,"2":0,"1":0}', '{"1":0,"2":0,"event":"x","b":0}'],
	['a key twice', '{"event":"x","a":1,"a":2}', '{"event":"x","a":2}'],
	['an event twice', '{"event":"y","a":1,"event":"x"}', '{"event":"x","a":1}'],
	['__proto__', '{"event":"x", "__proto__":{"event":"y"}}', '{"event":"x","__proto__":{"event":"y"}}'],
	['__proto__ escaped', '{"event":"x","\\u005f_proto__":1}', '{"event":"x","__proto__":1}'],
	['a byte order mark', `${BOM}{"event":"x"}`, '{"event":"x"}'],
	['a byte order mark and white space', `${BOM}{ "event":"x" }`, '{"event":"x"}'],
];

describe.each(CHANGED_WHEN_WRITTEN_AGAIN)(
	'JSON that changes when written again: %s',
	(_name, raw, written) => {
		/** As `JSON.parse` returns it, `__proto__` included. */
		const meant = Object.entries(JSON.parse(written) as object).sort();

		test.each([
			['as it arrived', raw],
			['written again', written],
		])('signed %s, it starts the workflow with what was signed', async (_form, signed) => {
			const engine = engineWith();
			const { runs, status } = await deliver(engine, raw, sign(signed, SECRET));
			expect(status).toBe('accepted');
			const expected = signed === raw ? JSON.parse(raw.replace(BOM, '')) : JSON.parse(written);
			expect(runs.map((json) => Object.entries(json).sort())).toEqual([
				Object.entries(expected as object).sort(),
			]);
			const lines = engine.warnings.map((line) => line.includes(`accepted a delivery: ${ACCEPTED}`));
			expect(lines).toEqual(signed === raw ? [] : [true]);
		});

		test('signed in any other form, it is refused', async () => {
			const signatures = Object.values(SIGNINGS).map((forge) => forge(Buffer.from(written), SECRET));
			const headers = Object.values(HEADERS).map((forge): unknown => forge(sign(written, SECRET), 0));
			const engine = engineWith();
			for (const signature of [...signatures, ...headers])
				expect(await deliver(engine, raw, signature)).toEqual({ status: 'unauthorized', runs: [] });
		});

		test('with anything else in it, it is refused', async () => {
			const engine = engineWith();
			const { length } = raw;
			const others = [
				...Array.from({ length }, (_, at) => `${raw.slice(0, at)}#${raw.slice(at + 1)}`),
				raw.replace(/\}\s*$/, ',"more":1}'),
				raw.replace(/\}\s*$/, ',"__proto__":{"event":"z"}}'),
				raw.replace(/\}\s*$/, ',"event":"z"}'),
				raw.replace('{', '{"more":1,'),
			];
			const statuses = new Set<string>();
			for (const other of others) {
				const isSame = (text: string) => {
					try {
						const again = Object.entries(JSON.parse(text.replace(BOM, '')) as object).sort();
						return JSON.stringify(again) === JSON.stringify(meant);
					} catch {
						return false;
					}
				};
				// A value that a later key of the same name replaces is neither signed nor used.
				if (!isSame(other)) statuses.add((await deliver(engine, other, sign(written, SECRET))).status);
			}
			expect([...statuses]).toEqual(['unauthorized']);
		});
	},
);

test('JSON with a byte order mark may be signed without it, or with it', async () => {
	const json = '{ "event": "x" }';
	for (const signed of [json, BOM + json])
		expect(await deliver(engineWith(), BOM + json, sign(signed, SECRET))).toEqual({
			status: 'accepted',
			runs: [{ event: 'x' }],
		});
	const two = BOM + BOM + json;
	expect((await deliver(engineWith(), two, sign(json, SECRET))).status).toBe('unauthorized');
	// A mark that was signed but did not arrive: nothing shows that it was there.
	expect((await deliver(engineWith(), json, sign(BOM + json, SECRET))).status).toBe('unauthorized');
});

test.each([
	'just text of Ana',
	'{"event":"Ana"',
	'{"event":"Ana",}',
	"{'event':'Ana'}",
	'{"event":"Ana"}{}',
	'{"event":"Ana"}/**/',
	`${BOM}Ana`,
	'undefined',
	'NaN',
	' ',
])('what is not JSON is signed as it arrived, or not at all: %j', async (body) => {
	const engine = engineWith();
	const signed = [
		'',
		'null',
		'undefined',
		'{}',
		'""',
		JSON.stringify(body),
		body.trim(),
		body.replace(BOM, ''),
	];
	for (const text of signed.filter((each) => each !== body))
		expect((await deliver(engine, body, sign(text, SECRET))).status).toBe('unauthorized');
	expect(engine.warnings.join()).toContain(`refused a delivery: ${WRONG}`);
	expect(engine.warnings.join()).not.toContain('Ana');
	expect((await deliver(engine, body, sign(body, SECRET))).status).toBe('not a JSON object');
});

test('JSON that is not an object is not an event, whichever form is signed', async () => {
	for (const [raw, written] of [
		[' [1]', '[1]'],
		['1.0', '1'],
		[' null', 'null'],
		['"\\u0061"', '"a"'],
	] as const)
		expect((await deliver(engineWith(), raw, sign(written, SECRET))).status).toBe('not a JSON object');
});

test("a body larger than any of Jelou's events must be signed as it arrived", async () => {
	const body = (size: number) => `{"event":"x" ,"a":"${'a'.repeat(size - 21)}"}`;
	for (const [size, status] of [
		[262_144, 'accepted'],
		[262_145, 'unauthorized'],
	] as const) {
		const raw = body(size);
		expect(raw.length).toBe(size);
		const written = JSON.stringify(JSON.parse(raw));
		expect((await deliver(engineWith(), raw, sign(written, SECRET))).status).toBe(status);
		expect((await deliver(engineWith(), raw, sign(raw, SECRET))).status).toBe('accepted');
	}
});

test('JSON that is nested too deeply to be written again must be signed as it arrived', async () => {
	const raw = `{ "event":"x","a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
	expect((await deliver(engineWith(), raw, sign(raw.replace(' ', ''), SECRET))).status).toBe('unauthorized');
	expect((await deliver(engineWith(), raw, sign(raw, SECRET))).status).toBe('accepted');
});

test('an event that is sent again in another form is the same event', async () => {
	const engine = engineWith();
	const statuses: string[] = [];
	for (const raw of ['{"event":"x","a":1}', '{"event":"x","a":1.0}', ' {"event":"x","a":0,"a":1}'])
		statuses.push((await deliver(engine, raw, sign('{"event":"x","a":1}', SECRET))).status);
	expect(statuses).toEqual(['accepted', 'duplicate', 'duplicate']);
});

test('the log says once a minute that the JSON was signed, without its content', async () => {
	let now = 0;
	jest.spyOn(clock, 'uptime').mockImplementation(() => now);
	const engine = engineWith();
	const send = async (text: string) =>
		await deliver(engine, `{ "event": "${text}" }`, sign(`{"event":"${text}"}`, SECRET));
	for (let n = 0; n < 5; n++) await send(`Ana ${String(n)}`);
	expect(engine.warnings).toHaveLength(1);
	now += 60_000;
	await send('Ana');
	expect(engine.warnings[1]).toContain(`${ACCEPTED}. Workflow ID`);
	expect(engine.warnings[1]).toContain('4 more like this');
	expect(engine.warnings.join()).not.toMatch(/Ana|5f5f/);
});

test('a secret that was changed works on the next delivery whose JSON is signed with it, and the one before no longer', async () => {
	const engine = engineWith('old');
	const [raw, written] = ['{ "event": "x" }', '{"event":"x"}'];
	expect((await deliver(engine, raw, sign(written, 'old'))).status).toBe('accepted');
	engine.credentials.data.signingSecret = 'new';
	expect((await deliver(engine, '{ "event": "y" }', sign('{"event":"y"}', 'new'))).status).toBe('accepted');
	expect((await deliver(engine, raw, sign(written, 'old'))).status).toBe('unauthorized');
});

test('JSON that is signed with the secret that a typed one replaced is refused, and the log says which it is', async () => {
	const engine = engineWith('typed');
	engine.credentials.data.registration = JSON.stringify({
		integration: 'https://gateway.jelou.ai/platform p',
		signingSecret: 'given',
	});
	expect((await deliver(engine, '{ "event": "x" }', sign('{"event":"x"}', 'given'))).status).toBe(
		'unauthorized',
	);
	expect(engine.warnings.join()).toContain('signed with the secret that Jelou gave this n8n');
});
