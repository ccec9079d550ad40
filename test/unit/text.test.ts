import { isBlank, trimmed, wellFormed } from '../../nodes/Jelou/shared/text';

test.each([
	['  Ana \n', 'Ana'],
	['\u200bana@example.com\u200b', 'ana@example.com'],
	['\u2066\u200e2\u2069', '2'],
	['\ufeffhola\u00ad', 'hola'],
	['a\u200bb', 'a\u200bb'],
	['👨‍👩‍👧', '👨‍👩‍👧'],
	['❤️', '❤️'],
	['🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
	['\u200b\u200e', ''],
	['', ''],
])('%j is trimmed to %j', (text, expected) => {
	expect(trimmed(text)).toBe(expected);
});

test.each(['', ' \t\n', '\u200b\u200b', '\u200e\u2066', '\ufe0f', '\u2800', '\u3164', '\u0000', '\ud83d'])(
	'nobody sees anything of %j',
	(text) => {
		expect(isBlank(text)).toBe(true);
	},
);

test.each(['.', ' a ', '👍🏽', '❤️', '\u200b1'])('%j is visible', (text) => {
	expect(isBlank(text)).toBe(false);
});

test.each([
	['Hola \ud83d', 'Hola '],
	['\udc4b\ud83d', ''],
	['\udc4b👋\ud83d', '👋'],
	['¿Qué? 👨‍👩‍👧 ❤️', '¿Qué? 👨‍👩‍👧 ❤️'],
	['\ufffd', '\ufffd'],
])('%j without halves of an emoji is %j', (text, expected) => {
	expect(wellFormed(text)).toBe(expected);
});
