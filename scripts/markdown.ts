import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from './paths';

/** A Markdown table. */
export function table(head: string[], rows: Array<Array<string | number>>): string {
	const line = (cells: Array<string | number>) => `| ${cells.map(String).join(' | ')} |`;
	return [head, head.map(() => '---'), ...rows].map(line).join('\n');
}

/** What is between `<!-- marker -->` and `<!-- /marker -->`. */
const place = (marker: string) => new RegExp(`(?<=<!-- ${marker} -->\n).*?(?=<!-- /${marker} -->)`, 's');

/** A text with a block put between its markers; `undefined` when it has no such markers. */
export function withBlock(text: string, marker: string, block: string): string | undefined {
	return place(marker).test(text) ? text.replace(place(marker), () => `\n${block}\n\n`) : undefined;
}

/** The text between two markers of a document. @throws Error when the markers are missing */
export function readBlock(file: string, marker: string): string {
	const block = place(marker)
		.exec(readFileSync(join(ROOT, file), 'utf8'))?.[0]
		.trim();
	if (block === undefined) throw new Error(`${file} has no <!-- ${marker} --> … <!-- /${marker} -->.`);
	return block;
}

/**
 * Replaces the text between two markers of a document, and formats the document and the measured results for the linter.
 *
 * @throws Error when the markers are missing
 */
export function writeBlock(file: string, marker: string, block: string): void {
	readBlock(file, marker);
	const path = join(ROOT, file);
	writeFileSync(path, withBlock(readFileSync(path, 'utf8'), marker, block) ?? '');
	const prettier = join(ROOT, 'node_modules', 'prettier', 'bin', 'prettier.cjs');
	const files = [path, join(ROOT, 'docs', '**', '*.json')];
	execFileSync(process.execPath, [prettier, '--log-level', 'silent', '--write', ...files], { cwd: ROOT });
}
