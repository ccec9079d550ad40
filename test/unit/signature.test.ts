import { createHmac } from 'node:crypto';

import { sign, verify } from '../../nodes/Jelou/shared/signature';
import { vectors } from '../vectors/signatures.json';

const SECRET = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const BODY = Buffer.from('{"a":1}');

function bodyOf(vector: (typeof vectors)[number]): Buffer {
	const { body, repeat } = vector;
	return Buffer.from(repeat ? repeat.before + repeat.text.repeat(repeat.times) + repeat.after : (body ?? ''));
}

describe.each(vectors)('a body signed by openssl: $name', (vector) => {
	test('is signed alike', () => {
		expect(sign(bodyOf(vector), vector.secret)).toBe(vector.signature);
	});

	test('is verified, and not when a single bit differs', () => {
		const body = bodyOf(vector);
		expect(verify(body, vector.signature, [vector.secret])).toBe(true);
		const changed = body.length === 0 ? Buffer.from('x') : Buffer.from(body);
		changed.writeUInt8(changed.readUInt8(0) ^ 1, 0);
		expect(verify(changed, vector.signature, [vector.secret])).toBe(false);
	});
});

describe('a signature', () => {
	const right = sign(BODY, SECRET);
	const digits = right.slice('sha256='.length);

	test('may match any of several secrets', () => {
		expect(verify(BODY, right, ['', 'another', SECRET])).toBe(true);
	});

	test('may have its digits in capitals', () => {
		expect(verify(BODY, `sha256=${digits.toUpperCase()}`, [SECRET])).toBe(true);
	});

	test.each([
		['absent', undefined],
		['empty', ''],
		['without prefix', digits],
		['with another prefix', `sha1=${digits}`],
		['with a prefix in capitals', `SHA256=${digits}`],
		['truncated', right.slice(0, -2)],
		['longer', `${right}00`],
		['with a line break behind it', `${right}\n`],
		['with a space before it', ` ${right}`],
		['not hex', `sha256=${'z'.repeat(64)}`],
		['not ASCII', `sha256=${'é'.repeat(64)}`],
		['a list of headers', [right]],
		['a number', 42],
		['of another secret', sign(BODY, `${SECRET}0`)],
		['made with "undefined" as secret', sign(BODY, 'undefined')],
	])('%s is not believed', (_name, header) => {
		expect(verify(BODY, header, [SECRET])).toBe(false);
	});

	test('made with an empty secret is not believed, not even when the empty secret is "known"', () => {
		expect(verify(BODY, sign(BODY, ''), [''])).toBe(false);
		expect(verify(BODY, sign(BODY, ''), [])).toBe(false);
	});

	test('is made with the text of the secret, not with the bytes that its hex digits stand for', () => {
		const decoded = createHmac('sha256', Buffer.from(SECRET, 'hex')).update(BODY).digest('hex');
		expect(right).not.toBe(`sha256=${decoded}`);
		expect(verify(BODY, `sha256=${decoded}`, [SECRET])).toBe(false);
	});
});
