import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from './paths';

/** What is between `<!-- marker -->` and `<!-- /marker -->`. */
const place = (marker: string) => new RegExp(`(?<=<!-- ${marker} -->\n).*?(?=<!-- /${marker} -->)`, 's');

/** A text with a block put between its markers; `undefined` when it has no such markers. */
export function withBlock(text: string, marker: string, block: string): string | undefined {
	return place(marker).test(text) ? text.replace(place(marker), () => `\n${block}\n\n`) : undefined;
}

/** What a document of the project has between two markers. @throws Error when these are not there */
export function readBlock(file: string, marker: string): string {
	const block = place(marker)
		.exec(readFileSync(join(ROOT, file), 'utf8'))?.[0]
		.trim();
	if (block === undefined) throw new Error(`${file} has no <!-- ${marker} --> … <!-- /${marker} -->.`);
	return block;
}

/** Replaces what a document of the project has between two markers. @throws Error when these are not there */
export function writeBlock(file: string, marker: string, block: string): void {
	readBlock(file, marker);
	const path = join(ROOT, file);
	writeFileSync(path, withBlock(readFileSync(path, 'utf8'), marker, block) ?? '');
}
