import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from './paths';

/** What is between `<!-- marker -->` and `<!-- /marker -->`, with what is before and after it; `undefined` without them. */
function split(text: string, marker: string): [string, string, string] | undefined {
	const [start, end] = [`<!-- ${marker} -->\n`, `<!-- /${marker} -->`];
	const from = text.indexOf(start) + start.length;
	const to = text.indexOf(end, from);
	if (from < start.length || to === -1) return undefined;
	return [text.slice(0, from), text.slice(from, to), text.slice(to)];
}

/** A text with a block put between its markers; `undefined` when it has no such markers. */
export function withBlock(text: string, marker: string, block: string): string | undefined {
	const parts = split(text, marker);
	return parts && `${parts[0]}\n${block}\n\n${parts[2]}`;
}

/** Does something with the text of a document, such as `README.md`. @throws Error when its markers are not there */
function inDocument(file: string, marker: string, change: (text: string) => string | undefined): string {
	const changed = change(readFileSync(join(ROOT, file), 'utf8'));
	if (changed === undefined) throw new Error(`${file} has no <!-- ${marker} --> … <!-- /${marker} -->.`);
	return changed;
}

/** What a document of the project has between two markers, without the white space around it. */
export function readBlock(file: string, marker: string): string {
	return inDocument(file, marker, (text) => split(text, marker)?.[1]).trim();
}

/** Replaces what a document of the project has between two markers. */
export function writeBlock(file: string, marker: string, block: string): void {
	writeFileSync(
		join(ROOT, file),
		inDocument(file, marker, (text) => withBlock(text, marker, block)),
	);
}
