import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { N8N_FOLDER } from '../paths';

/**
 * Installs a packed tarball where n8n looks for community packages, the way n8n itself does: with npm, without scripts,
 * and without the peer dependency that n8n provides.
 */
export function installPackage(userFolder: string, tarball: string): void {
	const nodes = join(userFolder, '.n8n', 'nodes');
	rmSync(join(nodes, 'node_modules'), { recursive: true, force: true });
	mkdirSync(nodes, { recursive: true });
	writeFileSync(join(nodes, 'package.json'), JSON.stringify({ name: 'installed-nodes', private: true }));
	const options = ['--ignore-scripts', '--legacy-peer-deps', '--no-package-lock', '--no-audit', '--no-fund'];
	execFileSync('npm', ['install', tarball, ...options], {
		cwd: nodes,
		stdio: ['ignore', 'ignore', 'pipe'],
		shell: process.platform === 'win32',
	});
	// In a user's n8n the package finds n8n's own copy, whose errors n8n recognizes; here the project's would be nearer.
	const brought = join('node_modules', 'n8n-workflow');
	symlinkSync(join(N8N_FOLDER, brought), join(nodes, brought), 'junction');
}
