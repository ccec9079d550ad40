import { createHmac } from 'node:crypto';

import type { Request, Response } from 'express';

import * as clock from '../../nodes/Jelou/shared/clock';
import { Engine } from './support/engine';

const BODY = Buffer.from('{"event":"conversation.close","timestamp":1}');
const SECRET = 'secret';
const sign = (secret: string) => `sha256=${createHmac('sha256', secret).update(BODY).digest('hex')}`;

let now = 0;
beforeEach(() => {
	now += 3_600_000;
	jest.spyOn(clock, 'uptime').mockImplementation(() => now);
});
afterEach(() => jest.restoreAllMocks());

async function deliver(engine: Engine, signature?: string, options = {}): Promise<void> {
	// Already over, so that the next delivery of the same event does not wait.
	const response = { closed: true, status: () => response, json: () => response, end: () => response };
	const headers = signature === undefined ? {} : { 'x-jelou-signature': signature };
	const request = { headers, rawBody: BODY, readRawBody: () => Promise.resolve() };
	const parameters = { events: ['*'], options };
	await engine.webhook(request as unknown as Request, response as unknown as Response, parameters);
}

const refused = (why: string, workflowId = 'workflow-1') =>
	`Jelou Trigger "Jelou Trigger" in workflow "Test" refused a delivery: ${why}. Workflow ID: ${workflowId}.`;
const WRONG = 'its signature is wrong. If Jelou sent it, correct Signing Secret in the Jelou credential';

test('a flood of forged deliveries writes one line a minute, and the next line says how many came meanwhile', async () => {
	const engine = new Engine({ credential: { projectId: 'p', apiKey: 'k', signingSecret: SECRET } });
	for (let n = 0; n < 100; n++) await deliver(engine, sign('wrong'));
	expect(engine.warnings).toEqual([refused(WRONG)]);
	now += 59_999;
	await deliver(engine, sign('wrong'));
	expect(engine.warnings).toHaveLength(1);
	now += 1;
	await deliver(engine, sign('wrong'));
	expect(engine.warnings.slice(1)).toEqual([
		`${refused(WRONG)} 100 more like this since the last such line.`,
	]);
});

test('a clock that is set back does not keep the log silent', async () => {
	const engine = new Engine({ credential: { projectId: 'p', apiKey: 'k', signingSecret: SECRET } });
	const time = jest.spyOn(Date, 'now').mockReturnValue(Date.UTC(2026, 0, 15, 11));
	await deliver(engine, sign('wrong'));
	time.mockReturnValue(Date.UTC(2026, 0, 15, 10));
	now += 60_000;
	await deliver(engine, sign('wrong'));
	expect(engine.warnings).toHaveLength(2);
});

test('each reason has its own line, so that a flood hides nothing else', async () => {
	const engine = new Engine({ credential: { projectId: 'p', apiKey: 'k', signingSecret: SECRET } });
	for (let n = 0; n < 3; n++) {
		await deliver(engine);
		await deliver(engine, 'sha256=');
		await deliver(engine, sign('wrong'));
		await deliver(engine, sign(SECRET), { maximumAge: 60 });
	}
	expect(engine.warnings).toEqual([
		refused('it has no signature'),
		refused('its signature is malformed'),
		refused(WRONG),
		refused('its timestamp is outside Maximum Age'),
	]);
});

test('each trigger has its own line', async () => {
	for (const workflowId of ['one', 'two']) {
		const engine = new Engine({
			credential: { projectId: 'p', apiKey: 'k', signingSecret: SECRET },
			workflowId,
		});
		await deliver(engine, sign('wrong'));
		expect({ workflowId, lines: engine.warnings.length }).toEqual({ workflowId, lines: 1 });
	}
});

describe('a typed secret that is not the one that Jelou gave this n8n', () => {
	const typed = (signingSecret: string) =>
		new Engine({
			credential: {
				projectId: 'p',
				apiKey: 'k',
				signingSecret,
				registration: '{"integration":"https://gateway.jelou.ai/platform p","signingSecret":"given"}',
			},
			credentialId: `typed-${signingSecret}`,
			workflowId: 'typed',
		});

	test('is named as the cause when Jelou signs with the one that it gave', async () => {
		const engine = typed('another');
		await deliver(engine, sign('given'));
		expect(engine.warnings).toEqual([
			refused(
				'it is signed with the secret that Jelou gave this n8n, not with Signing Secret in the Jelou credential. If Jelou sent it, correct that',
				'typed',
			),
		]);
	});

	test('is not named when the signature was not made with that one either', async () => {
		const engine = typed('another');
		await deliver(engine, sign('wrong'));
		expect(engine.warnings).toEqual([refused(WRONG, 'typed')]);
	});
});
