export interface LostWord {
	pattern: RegExp;
	/** What to write in its place. */
	instead: string;
	/** A sentence that has it. */
	lost: string;
	/** The same in natural words, or a sentence in which these letters are fine. */
	fine: string;
	/** Sentences that may use it after all. */
	unless?: RegExp;
}

/** Words that a native product writer would not use, each with the natural ones. */
export const LOST_WORDS: LostWord[] = [
	{
		pattern: /\btold\b/,
		instead: 'inferred, distinguished, notified, or "… says so"',
		lost: 'The type is told from the address.',
		fine: 'The type is inferred from the address.',
	},
	{
		pattern: /\bunder way\b/,
		instead: 'in progress, or parallel',
		lost: 'How many requests are under way.',
		fine: 'How many requests are in progress.',
	},
	{
		pattern: /\banew\b|\bafresh\b/,
		instead: 'again',
		lost: 'The secret is read afresh.',
		fine: 'The secret is read again.',
	},
	{
		pattern: /\bof (?:its|their|your|our|his|her|my|one's) own\b/,
		instead: 'its own …, or separate',
		lost: 'Each has a project of its own.',
		fine: 'Each has its own project.',
	},
	{
		pattern: /\bso many\b/,
		instead: 'this many, or a number',
		lost: 'Events that are older than so many seconds.',
		fine: 'Events older than this many seconds.',
	},
	{
		pattern: /\bsurely\b/,
		instead: 'certainly, or nothing',
		lost: 'When Jelou was surely not reached.',
		fine: 'When Jelou was not reached.',
	},
	{
		pattern: /\bshall\b/,
		instead: 'should, must or will',
		lost: 'Enter what Jelou shall send.',
		fine: 'Enter what Jelou should send.',
	},
	{
		pattern: /\bbroke\b/,
		instead: 'was lost, failed or stopped',
		lost: 'The connection broke.',
		fine: 'The connection is broken.',
	},
	{
		pattern: /(?<!\b(?:are|were|be|is|was) )\ball the same\b/,
		instead: 'still, or anyway',
		lost: 'The event comes all the same.',
		fine: 'The event still arrives; the IDs are all the same.',
	},
	{
		// Not the folder docs/pictures, and not the command that fills it.
		pattern: /(?<!npm run |[/\w-])pictures?\b(?!\/)/,
		instead: 'image',
		lost: 'The customer sends a picture.',
		fine: 'The files are in docs/pictures; npm run pictures makes them.',
	},
	{
		pattern: /\bbeside\b/,
		instead: 'besides, next to, or as well as',
		lost: 'What Jelou answers beside its signature.',
		fine: 'What Jelou answers besides its signature.',
	},
	{
		pattern: /\bst(?:ands|ood)\b(?! (?:for|in|out)\b)/,
		instead: 'is, or remains',
		lost: 'The integration stands there already.',
		fine: 'This stands for an ID, and is understood.',
	},
	{
		pattern:
			/\bbehind (?:(?:the|a|an|another|other|each|this|that|its|your|jelou|webhook) )*(?:triggers?|nodes?|switch)\b/,
		instead: 'after',
		lost: 'Put it behind the Jelou Trigger.',
		fine: 'Put it after the trigger, with n8n behind a proxy.',
	},
	{
		pattern: /(?:\b(?:the|its|no|an|file)|'s) endings?\b/,
		instead: 'file extension',
		lost: 'The type follows from the ending of the URL.',
		fine: 'The type follows from an address ending in .png.',
	},
	{
		pattern: /\bnot a text\b|\bsingle text into\b/,
		instead: 'must be text',
		lost: 'Room ID is not a text.',
		fine: 'Room ID must be text. Send a text.',
	},
	{
		pattern: /\bmend(?:s|ed|ing)?\b/,
		instead: 'fix, or correct',
		lost: 'The next test mends it.',
		fine: 'We recommend the amended version.',
	},
	{
		pattern: /\blikewise\b/,
		instead: 'too, or also',
		lost: 'The other node verifies likewise.',
		fine: 'The other node verifies too.',
	},
	{
		pattern: /\bputs? out\b/,
		instead: 'returns',
		lost: 'Puts out the useful part.',
		fine: 'Returns the useful output.',
	},
	{
		pattern: /\btime-outs?\b|\blog-ins?\b/,
		instead: 'timeout, login',
		lost: 'Your log-in ends after the time-out.',
		fine: 'Your login ends after the timeout. Log in again.',
	},
	{
		pattern: /\b(?:de|re)?activat(?:e|es|ed|ing|ion|ions)\b/,
		instead: 'publish, unpublish (n8n 1.x alone says "activate")',
		lost: 'Activate the workflow again.',
		fine: 'Publish the workflow again; is it active?',
		unless: /\bn8n 1\b/,
	},
];

/** What is wrong with a text, and what to write instead: one line for each lost word in it. */
export function lostWordsIn(text: string): string[] {
	return LOST_WORDS.filter(({ unless }) => unless?.test(text) !== true).flatMap(({ pattern, instead }) =>
		[...text.matchAll(new RegExp(pattern.source, 'giu'))].map(([word]) => `"${word}": write ${instead}`),
	);
}
