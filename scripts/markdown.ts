import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from './paths';

/** Where a block between `<!-- marker -->` and `<!-- /marker -->` begins and ends; `undefined` without both markers. */
function placeOf(text: string, marker: string): { from: number; to: number } | undefined {
	const start = `<!-- ${marker} -->\n`;
	const from = text.indexOf(start) + start.length;
	const to = text.indexOf(`<!-- /${marker} -->`, from);
	return from < start.length || to === -1 ? undefined : { from, to };
}

/** A text with a block put between its markers; `undefined` when it has no such markers. */
export function withBlock(text: string, marker: string, block: string): string | undefined {
	const place = placeOf(text, marker);
	return place && `${text.slice(0, place.from)}\n${block}\n\n${text.slice(place.to)}`;
}

/**
 * What a document of the project has between two markers, without the white space around it.
 *
 * @param file from the root of the project, for example `README.md`
 * @throws Error when the markers are not there
 */
export function readBlock(file: string, marker: string): string {
	const text = readFileSync(join(ROOT, file), 'utf8');
	const place = placeOf(text, marker);
	if (place === undefined) throw new Error(`${file} has no <!-- ${marker} --> … <!-- /${marker} -->.`);
	return text.slice(place.from, place.to).trim();
}

/**
 * Replaces what a document of the project has between two markers.
 *
 * @throws Error when the markers are not there
 */
export function writeBlock(file: string, marker: string, block: string): void {
	const written = withBlock(readFileSync(join(ROOT, file), 'utf8'), marker, block);
	if (written === undefined) throw new Error(`${file} has no <!-- ${marker} --> … <!-- /${marker} -->.`);
	writeFileSync(join(ROOT, file), written);
}
