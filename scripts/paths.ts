import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '..');
/** Everything that running the project leaves behind; ignored by git. */
export const WORK_FOLDER = join(ROOT, '.n8n-jelou');
export const DIST = join(ROOT, 'dist');
export const N8N_FOLDER = join(ROOT, 'test', 'n8n');
export const EXAMPLES = join(ROOT, 'examples');
