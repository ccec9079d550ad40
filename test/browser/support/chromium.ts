import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium, type BrowserContext, type BrowserContextOptions } from 'playwright-core';

const CANDIDATES = [
	process.env.CHROMIUM_PATH,
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** @throws Error saying what to install when there is no browser */
function findChromium(): string {
	const found = CANDIDATES.find((path) => path !== undefined && path !== '' && existsSync(path));
	if (found !== undefined) return found;
	throw new Error('No Chromium was found: install it, or set CHROMIUM_PATH to its program.');
}

/** A browser with a profile of its own. */
export interface Browser {
	context: BrowserContext;
	close(): Promise<void>;
}

/** Starts a fresh Chromium, without the calls home that a machine without internet refuses. */
export async function startBrowser(options: BrowserContextOptions = {}): Promise<Browser> {
	const profile = mkdtempSync(join(tmpdir(), 'n8n-jelou-chromium-'));
	const context = await chromium.launchPersistentContext(profile, {
		executablePath: findChromium(),
		headless: true,
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
		...options,
	});
	const close = async () => {
		await context.close();
		rmSync(profile, { recursive: true, force: true });
	};
	return { context, close };
}
