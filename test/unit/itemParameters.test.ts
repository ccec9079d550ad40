import { entryObject, entryText } from '../../nodes/Jelou/actions/itemParameters';
import { FieldError } from '../../nodes/Jelou/shared/errors';
import { itemWith } from './support/item';

const asId = (value: unknown) => itemWith({ roomId: value }).id('roomId', 'Room ID');
const asText = (value: unknown) => itemWith({ text: value }).text('text', 'Text');
const asEntry = (value: unknown) => entryText({ target: value as never }, 'target', 'Target');

/** The message and the advice of the error in a field. */
function errorOf(read: () => unknown): string {
	try {
		return `no error: ${String(read())}`;
	} catch (error) {
		return error instanceof FieldError
			? `${error.message}. ${error.advice}`
			: `not a FieldError: ${String(error)}`;
	}
}

test.each([
	[593_990_000_001, '593990000001'],
	[Number.MAX_SAFE_INTEGER, '9007199254740991'],
	[0, '0'],
	[-7, '-7'],
])('the number %d is taken as text, by an ID, a text and an entry', (number, text) => {
	expect([asId(number), asText(number), asEntry(number)]).toEqual([text, text, text]);
});

test.each([Number.NaN, Infinity, -Infinity, 2 ** 53, -(2 ** 53), 1e300])(
	'the number %d is refused by an ID, a text and an entry, naming the field',
	(number) => {
		const words = `cannot be the number ${String(number)}`;
		expect(errorOf(() => asId(number))).toContain(`Room ID ${words}. `);
		expect(errorOf(() => asText(number))).toContain(`Text ${words}. `);
		expect(errorOf(() => asEntry(number))).toContain(`Target ${words}. `);
	},
);

test('a fraction is a text, not an ID', () => {
	expect(asText(1.5)).toBe('1.5');
	expect(errorOf(() => asId(1.5))).toMatch(/^Room ID is not a valid ID\. IDs are whole numbers, or text/);
});

test.each([[{ a: 1 }], [['a']], [() => 'a']])('%p is refused by an ID, a text and an entry', (value) => {
	expect(errorOf(() => asId(value))).toBe('Room ID must be text. Map a single text value.');
	expect(errorOf(() => asText(value))).toBe('Text must be text. Map a single text value.');
	expect(errorOf(() => asEntry(value))).toBe('Target must be text. Map a single text value.');
});

test.each([true, false])('%p is a text, and neither an ID nor an entry', (value) => {
	expect(asText(value)).toBe(String(value));
	expect(errorOf(() => asId(value))).toMatch(/^Room ID must be text\./);
	expect(errorOf(() => asEntry(value))).toMatch(/^Target must be text\./);
});

test.each([undefined, null, ''])('%p is an empty text and an empty entry', (value) => {
	expect([asText(value), asEntry(value)]).toEqual(['', '']);
	expect(errorOf(() => asId(value))).toMatch(/^Room ID is empty\./);
});

test('an entry has a length limit, and a JSON entry too', () => {
	const tooLong = 'x'.repeat(65_537);
	expect(asEntry('x'.repeat(65_536))).toHaveLength(65_536);
	expect(errorOf(() => asEntry(tooLong))).toMatch(/^Target is too long\./);
	for (const value of [JSON.stringify({ a: tooLong }), { a: tooLong }]) {
		expect(errorOf(() => entryObject({ metadata: value }, 'metadata', 'Metadata'))).toMatch(
			/^Metadata is too long\./,
		);
	}
});

test.each([
	'urn:mbid:AQAAY/x+Q=',
	'users/1234',
	'niño-ñ',
	'US.13491208655302741918',
	'a b',
	'../../admin?x=1#y',
	'🙂',
])('the ID %j goes back as it came', (id) => {
	expect([asId(id), asId(` \u200b${id}\n`)]).toEqual([id, id]);
});

test.each(['a\nb', 'a\u0000b', 'half an emoji \ud83d.'])('%j cannot be an ID at all', (id) => {
	expect(errorOf(() => asId(id))).toMatch(/^Room ID is not a valid ID\. .+ without line breaks/);
});

test.each(['', ' ', '\u200b\u200e'])('the ID %j is invisible, so it is empty', (id) => {
	expect(errorOf(() => asId(id))).toMatch(/^Room ID is empty\./);
});
