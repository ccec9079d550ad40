import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from './paths';

const README = join(ROOT, 'README.md');

/**
 * A text with a table put between `<!-- marker -->` and `<!-- /marker -->`; `undefined` when it has no such markers.
 */
export function withTable(text: string, marker: string, table: string): string | undefined {
	const [start, end] = [`<!-- ${marker} -->\n`, `<!-- /${marker} -->`];
	const from = text.indexOf(start) + start.length;
	const to = text.indexOf(end, from);
	if (from < start.length || to === -1) return undefined;
	return `${text.slice(0, from)}\n${table}\n\n${text.slice(to)}`;
}

/** Puts a table into the README between its markers, or says that they are not there. */
export function writeTable(marker: string, table: string): void {
	const written = withTable(readFileSync(README, 'utf8'), marker, table);
	if (written !== undefined) return writeFileSync(README, written);
	process.stdout.write(
		`README.md has no <!-- ${marker} --> … <!-- /${marker} -->: the table is not written there.\n`,
	);
}
