import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { ROOT } from '../scripts/paths';
import { writeBlock } from '../scripts/markdown';

export const SCALE = 'docs/scale.md';

/** A Markdown table. */
export function table(head: string[], rows: Array<Array<string | number>>): string {
	const line = (cells: Array<string | number>) => `| ${cells.map(String).join(' | ')} |`;
	return [head, head.map(() => '---'), ...rows].map(line).join('\n');
}

/** Puts a table into a document, and lays that out as the linter wants it. */
export function writeTable(page: string, marker: string, text: string): void {
	process.stdout.write(`\n${text}\n`);
	writeBlock(page, marker, text);
	const prettier = join(ROOT, 'node_modules', 'prettier', 'bin', 'prettier.cjs');
	const files = [join(ROOT, page), join(ROOT, 'docs', '**', '*.json')];
	execFileSync(process.execPath, [prettier, '--log-level', 'silent', '--write', ...files], { cwd: ROOT });
}

/** Puts a table into `docs/scale.md`, as it is. */
export function writeScaleTable(marker: string, text: string): void {
	writeTable(SCALE, marker, `<!-- prettier-ignore -->\n${text}`);
}
