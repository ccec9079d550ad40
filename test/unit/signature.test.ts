import { sign, verify } from '../../nodes/Jelou/shared/signature';
import { HEADERS, SIGNINGS } from '../support/forgeries';
import { vectors } from '../vectors/signatures.json';

const SECRET = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const BODY = Buffer.from('{"a":1}');

function bodyOf(vector: (typeof vectors)[number]): Buffer {
	const { body, repeat } = vector;
	return Buffer.from(repeat ? repeat.before + repeat.text.repeat(repeat.times) + repeat.after : (body ?? ''));
}

describe.each(vectors)('a body signed by openssl: $name', (vector) => {
	test('gets the same signature', () => {
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

	test('may have upper-case digits', () => {
		expect(verify(BODY, `sha256=${digits.toUpperCase()}`, [SECRET])).toBe(true);
	});

	test.each(Object.entries(HEADERS))('with its header forged is not believed: %s', (_name, forge) => {
		for (let at = 0; at < 64; at++) {
			const header: unknown = forge(right, at);
			expect({ header, believed: verify(BODY, header, [SECRET]) }).toEqual({ header, believed: false });
		}
	});

	test.each(Object.entries(SIGNINGS))('made in a wrong way is not believed: %s', (_name, forge) => {
		expect(verify(BODY, forge(BODY, SECRET), [SECRET])).toBe(false);
	});

	test('made with an empty secret is not believed, not even when the empty secret is "known"', () => {
		expect(verify(BODY, sign(BODY, ''), [''])).toBe(false);
		expect(verify(BODY, sign(BODY, ''), [])).toBe(false);
	});
});
