import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '..');
/** Everything that running the project leaves behind; ignored by git. */
export const WORK_FOLDER = join(ROOT, '.n8n-jelou');
export const DIST = join(ROOT, 'dist');
/** The lines of n8n that the package is tested on, each with the folder below `test` that pins its version. */
export const N8N_LINES = { v2: 'n8n', v1: 'n8n-v1' } as const;
type N8nLine = keyof typeof N8N_LINES;

export function isN8nLine(name: string): name is N8nLine {
	return Object.hasOwn(N8N_LINES, name);
}

function chosenLine(): N8nLine {
	const name = process.env.N8N_LINE ?? 'v2';
	if (!isN8nLine(name))
		throw new Error(`N8N_LINE is "${name}", but must be ${Object.keys(N8N_LINES).join(' or ')}.`);
	return name;
}

/** The line in use: `N8N_LINE` selects it, as in `npm run test:v1`. */
export const N8N_LINE = chosenLine();
export const folderOf = (line: N8nLine) => join(ROOT, 'test', N8N_LINES[line]);
export const N8N_FOLDER = folderOf(N8N_LINE);
export const EXAMPLES = join(ROOT, 'examples');
