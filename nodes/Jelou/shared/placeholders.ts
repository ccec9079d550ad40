/** A name in braces, which an earlier answer replaces. */
const PLACEHOLDER = /\{([\p{L}\p{N}_]+)\}/gu;
/** A text that is a name for an answer, and nothing else. */
const NAME = /^[\p{L}\p{N}_]+$/u;
/** The most characters of an answer that a later question repeats. */
const MAX_LENGTH = 500;

/** Whether an answer may have this name, so that a text can have it in braces. */
export function isName(text: string): boolean {
	return NAME.test(text);
}

/** The names in braces that a text has. */
export function placeholdersIn(text: string): string[] {
	return [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
}

/** A text with the answers in place of their names. */
export function fillIn(text: string, answers: Readonly<Record<string, string | number>>): string {
	return text.replace(PLACEHOLDER, (placeholder, name: string) => {
		if (!Object.hasOwn(answers, name)) return placeholder;
		// Combined messages have a line each.
		const answer = String(answers[name]).replace(/\s+/g, ' ');
		return answer.length > MAX_LENGTH ? `${answer.slice(0, MAX_LENGTH)}…` : answer;
	});
}
