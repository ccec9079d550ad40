import { AREAS } from './support/texts';

/** Words that a native product writer would not use, each with the natural ones, and what a sentence has that may use it. */
const LOST_WORDS: Array<[pattern: RegExp, instead: string, unless?: RegExp]> = [
	[/\btold\b/, 'inferred, distinguished, notified, or "… says so"'],
	[/\bunder way\b/, 'in progress, or parallel'],
	[/\banew\b|\bafresh\b/, 'again'],
	[/\bof (?:its|their|your|our|his|her|my|one's) own\b/, 'its own …, or separate'],
	[/\bso many\b/, 'this many, or a number'],
	[/\bsurely\b/, 'certainly, or nothing'],
	[/\bshall\b/, 'should, must or will'],
	[/\bbroke\b/, 'was lost, failed or stopped'],
	[/(?<!\b(?:are|were|be|is|was) )\ball the same\b/, 'still, or anyway'],
	// Not the folder docs/pictures, and not the command that fills it.
	[/(?<!npm run |[/\w-])pictures?\b(?!\/)/, 'image'],
	[/\bbeside\b/, 'besides, next to, or as well as'],
	[/\bst(?:ands|ood)\b(?! (?:for|in|out)\b)/, 'is, or remains'],
	[
		/\bbehind (?:(?:the|a|an|another|other|each|this|that|its|your|jelou|webhook) )*(?:triggers?|nodes?|switch)\b/,
		'after',
	],
	[/(?:\b(?:the|its|no|an|file)|'s) endings?\b/, 'file extension'],
	[/\bnot a text\b|\bsingle text into\b/, 'must be text'],
	[/\bmend(?:s|ed|ing)?\b/, 'fix, or correct'],
	[/\blikewise\b/, 'too, or also'],
	[/\bputs? out\b/, 'returns'],
	[/\btime-outs?\b|\blog-ins?\b/, 'timeout, login'],
	[
		/\b(?:de|re)?activat(?:e|es|ed|ing|ion|ions)\b/,
		'publish, unpublish (n8n 1.x alone says "activate")',
		/\bn8n 1\b/,
	],
];

/** What is wrong with a text, and what to write instead: one line for each lost word in it. */
const lostWordsIn = (text: string) =>
	LOST_WORDS.filter(([, , unless]) => unless?.test(text) !== true).flatMap(([pattern, instead]) =>
		[...text.matchAll(new RegExp(pattern.source, 'giu'))].map(([word]) => `"${word}": write ${instead}`),
	);

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

test.each([
	['The secret is read afresh.', 'The secret is read again.'],
	['The event comes all the same.', 'The event still arrives; the IDs are all the same.'],
	['The customer sends a picture.', 'The files are in docs/pictures; npm run images makes them.'],
	['What Jelou answers beside its signature.', 'What Jelou answers besides its signature.'],
	['The integration stands there already.', 'This stands for an ID, and is understood.'],
	['Put it behind the Jelou Trigger.', 'Put it after the trigger, with n8n behind a proxy.'],
	['The type follows from the ending of the URL.', 'The type follows from an address ending in .png.'],
	['Room ID is not a text.', 'Room ID must be text. Send a text.'],
	['The next test mends it.', 'We recommend the amended version.'],
	['Your log-in ends after the time-out.', 'Your login ends after the timeout. Log in again.'],
	['Activate the workflow again.', 'Publish the workflow again; is it active?'],
	['Activate the workflow in n8n 2.', 'Activate the workflow in n8n 1.'],
])('a word is lost in "%s", and none in "%s"', (lost, fine) => {
	expect(lostWordsIn(lost)).not.toEqual([]);
	expect(lostWordsIn(fine)).toEqual([]);
});
