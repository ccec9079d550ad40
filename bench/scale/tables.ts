import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { ROOT } from '../../scripts/paths';
import { writeBlock } from '../../scripts/markdown';
import { environment } from '../report';

/** Where results and plots go, and the page that shows them. */
export const FOLDER = join(ROOT, 'docs', 'scale');
const SCALE_PAGE = 'docs/scale.md';

/** A Markdown table. */
export function table(head: string[], rows: Array<Array<string | number>>): string {
	const line = (cells: Array<string | number>) => `| ${cells.map(String).join(' | ')} |`;
	return [head, head.map(() => '---'), ...rows].map(line).join('\n');
}

/** Puts tables into `docs/scale.md`, laid out as the linter wants them. */
export function writeScaleTable(marker: string, text: string): void {
	process.stdout.write(`\n${text}\n`);
	writeBlock(SCALE_PAGE, marker, text);
	const prettier = join(ROOT, 'node_modules', 'prettier', 'bin', 'prettier.cjs');
	const files = [join(ROOT, SCALE_PAGE), `${FOLDER}/*.json`];
	execFileSync(process.execPath, [prettier, '--log-level', 'silent', '--write', ...files], { cwd: ROOT });
}

/** Where and when something was measured. */
export function footer(): string {
	const { cores, date, n8n } = environment();
	return `n8n ${n8n} with everything, sandbox and clients included, on one machine with ${String(cores)} cores, ${date}.`;
}
