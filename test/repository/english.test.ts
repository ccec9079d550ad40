import { LOST_WORDS, lostWordsIn } from './support/lostWords';
import { AREAS } from './support/texts';

describe.each(Object.entries(AREAS))('every text of %s', (_area, textsOf) => {
	const texts = textsOf();

	test('is found', () => {
		expect(texts.length).toBeGreaterThan(20);
	});

	test('is plain English, without the words that are lost', () => {
		const faults = texts.flatMap(({ place, text }) =>
			lostWordsIn(text).map((fault) => `${place}: ${fault} in: ${text}`),
		);
		expect(faults).toEqual([]);
	});
});

describe.each(LOST_WORDS)('the lost word $pattern', ({ lost, fine }) => {
	test(`is found in "${lost}"`, () => {
		expect(lostWordsIn(lost)).not.toEqual([]);
	});

	test(`is not found in "${fine}"`, () => {
		expect(lostWordsIn(fine)).toEqual([]);
	});
});
