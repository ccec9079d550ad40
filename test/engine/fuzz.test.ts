import { createHmac, randomInt, randomUUID } from 'node:crypto';

import type { Request, Response } from 'express';
import fc from 'fast-check';

import { Engine } from './support/engine';
import { deliveries, tamper, type Recipe, type Tampered } from './support/fuzz';

const RUNS = Number(process.env.FUZZ_RUNS ?? 4_000);
/** `FUZZ_SEED=… npm test -- --selectProjects engine -- fuzz` draws the same deliveries again. */
const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31));

// A real one is 64 hex digits too.
const SECRET = '5f'.repeat(32);
const credential = {
	projectId: 'project',
	apiKey: 'key',
	signingSecret: SECRET,
	environment: 'production',
};

type Outcome = 'ran' | 'refused' | 'not an object' | 'ignored';

/** The largest body whose JSON is written again. */
const MAX_REWRITTEN = 256 * 1024;

/** The forms of a body that may be signed: its bytes, its JSON without a byte order mark, or its JSON written again. */
function formsOf(bytes: Buffer): Buffer[] {
	if (bytes.length > MAX_REWRITTEN) return [bytes];
	const withoutMark = bytes.subarray(bytes.indexOf('\ufeff') === 0 ? 3 : 0);
	try {
		const written = JSON.stringify(
			JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(withoutMark)),
		);
		return [bytes, withoutMark, Buffer.from(written)];
	} catch {
		return [bytes];
	}
}

/** The form that the header signs: written here differently than in the node. */
function signedOf({ bytes, header }: Tampered): Buffer | undefined {
	if (bytes === undefined || bytes.length === 0 || typeof header !== 'string') return undefined;
	return formsOf(bytes).find((form) => {
		const right = `sha256=${createHmac('sha256', SECRET).update(form).digest('hex')}`;
		return (
			header.length === right.length &&
			header.startsWith('sha256=') &&
			header.slice(7).toLowerCase() === right.slice(7)
		);
	});
}

function payloadOf(bytes: Buffer | undefined): Map<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
		if (Object.prototype.toString.call(value) !== '[object Object]') return undefined;
		return new Map(Object.entries(value as object));
	} catch {
		return undefined;
	}
}

const KNOWN = ['conversation.start', 'conversation.close', 'message'];

/** The name according to Jelou's documentation, written here differently than in the node. */
function nameOf(payload: Map<string, unknown>): string {
	const [event, field, type] = ['event', 'field', 'event_type'].map((key) => {
		const value = payload.get(key);
		return typeof value === 'string' ? value : '';
	});
	const isMessageType = !payload.has('event_type') || type === 'message';
	if (event === 'message' && isMessageType) return 'message';
	if (event && event !== 'message') return event;
	if (!event) {
		const asMessages = field === 'messages';
		const asMessageEvent = payload.get('object') === 'message_event';
		if (type === 'message' && (asMessages || asMessageEvent)) return 'message';
		const value = payload.get('value');
		const ofType: unknown = Object.getOwnPropertyDescriptor(Object(value), 'type')?.value;
		const hasType = !Array.isArray(value) && typeof ofType === 'string' && ofType !== '';
		if (!payload.has('event_type') && asMessages && asMessageEvent && hasType) return 'message';
		if (field === 'conversation' && (type === 'start' || type === 'close')) return `conversation.${type}`;
	}
	const name = [field, type].filter(Boolean).join('.');
	return name === '' || KNOWN.includes(name) ? 'unknown' : name;
}

function expectedOf(recipe: Recipe, signed: Buffer | undefined): Outcome {
	if (signed === undefined) return 'refused';
	const payload = payloadOf(signed);
	if (payload === undefined) return 'not an object';
	const events: readonly string[] = recipe.events;
	if (payload.get('event_type') === 'incoming_message') return 'ignored';
	return events.includes('*') || events.includes(nameOf(payload)) ? 'ran' : 'ignored';
}

/** The part of Express's response that the trigger may use. */
function responseFor(answers: Array<{ status: number; body: unknown }>): Response {
	let status = 200;
	const response = {
		status: (code: number) => {
			status = code;
			return response;
		},
		json: (body: unknown) => {
			answers.push({ status, body });
			return response;
		},
		end: () => response,
		once: () => response,
	};
	return response as unknown as Response;
}

test(`of ${String(RUNS)} deliveries that were tampered with, those run whose signature is right, over their bytes or their JSON written again, and no others`, async () => {
	const counts: Record<Outcome, number> = { ran: 0, refused: 0, 'not an object': 0, ignored: 0 };
	const staticData = {
		global: {
			jelou: {
				'https://gateway.jelou.ai/platform project': {
					signingSecret: SECRET,
					webhookUrl: 'x',
					isOwner: true,
				},
			},
		},
	};
	const before = JSON.stringify(staticData);
	process.stdout.write(`fuzz: FUZZ_SEED=${String(SEED)}\n`);

	const property = fc.asyncProperty(deliveries, async (recipe) => {
		const tampered = tamper(recipe, SECRET);
		const signed = signedOf(tampered);
		const expected = expectedOf(recipe, signed);
		const answers: Array<{ status: number; body: unknown }> = [];
		// Must not throw: n8n would start the workflow with an empty item.
		// A separate trigger for each: a repeated event is handled once.
		const engine = new Engine({ credential, staticData, workflowId: randomUUID() });
		const result = await engine.webhook(tampered.request as unknown as Request, responseFor(answers), {
			events: [...recipe.events],
		});

		expect(JSON.stringify(staticData)).toBe(before);
		const said = { ...result, workflowData: undefined };
		const runs = (result.workflowData ?? []).flat();
		if (expected === 'ran') {
			const payload = payloadOf(signed) ?? new Map<string, unknown>();
			expect(result.workflowData?.map((items) => items.length)).toEqual([1]);
			const added = nameOf(payload) === 'message' ? ['event', 'sessionId', 'chatInput'] : ['event'];
			expect(Object.keys(runs[0]?.json ?? {}).sort()).toEqual(
				[...new Set([...payload.keys(), ...added])].sort(),
			);
			expect(runs[0]?.json.event).toBe(nameOf(payload));
			// Jest's comparison would not survive deep nesting.
			if (recipe.base.kind === 'text') {
				for (const [key, value] of payload) {
					if (!added.includes(key)) {
						expect(Object.getOwnPropertyDescriptor(runs[0]?.json, key)?.value).toEqual(value);
					}
				}
			}
			expect([said, answers]).toEqual([{ webhookResponse: { status: 'accepted' } }, []]);
		} else {
			expect(result.workflowData).toBeUndefined();
			const refused = { noWebhookResponse: true };
			expect([said, answers]).toEqual(
				{
					refused: [refused, [{ status: 401, body: { status: 'unauthorized' } }]],
					'not an object': [refused, [{ status: 400, body: { status: 'not a JSON object' } }]],
					ignored: [{ webhookResponse: { status: 'ignored' } }, []],
				}[expected],
			);
		}
		counts[expected]++;
	});
	await fc.assert(property, { numRuns: RUNS, seed: SEED });

	process.stdout.write(`fuzz: ${JSON.stringify(counts)}\n`);
	expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
	for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0);
});
