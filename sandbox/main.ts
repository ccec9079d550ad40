import { parseArgs } from 'node:util';
import { clientOf, DEMO_PROJECT, startSandbox } from './index';

/** Ends the process with one sentence. */
function fail(sentence: string): never {
	process.stderr.write(`${sentence}\n`);
	process.exit(1);
}

/** The port that was asked for, 0 for any free one. */
function portFromArguments(): number {
	try {
		const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
		if (/^\d{1,5}$/.test(values.port) && Number(values.port) <= 65535) return Number(values.port);
	} catch {
		fail('Usage: tsx sandbox/main.ts [--port <number>]');
	}
	fail('The port must be a number between 0 and 65535.');
}

function reasonOf(error: unknown, port: number): string {
	const code = error instanceof Error && 'code' in error ? error.code : undefined;
	if (code === 'EADDRINUSE')
		return `Port ${port} is already in use. Stop the program that uses it, or choose another port with --port.`;
	if (code === 'EACCES')
		return `You do not have permission to use port ${port}. Choose a port above 1023 with --port.`;
	return `The sandbox could not start: ${error instanceof Error ? error.message : String(error)}`;
}

async function main(): Promise<void> {
	const port = portFromArguments();
	try {
		const sandbox = await startSandbox({ port, allowInsecureWebhooks: true });
		const { clientId, clientSecret } = clientOf(DEMO_PROJECT);
		const lines = [
			`Jelou sandbox: ${sandbox.url}`,
			`  Gateway URL  ${sandbox.gatewayUrl}`,
			`  Chatbot URL  ${sandbox.chatbotUrl}`,
			`  Project ID   ${DEMO_PROJECT.id}`,
			`  API key      ${DEMO_PROJECT.apiKey}`,
			'For the platform API:',
			`  Platform URL   ${sandbox.platformUrl}`,
			`  Client ID      ${clientId}`,
			`  Client Secret  ${clientSecret}`,
		];
		process.stdout.write(`${lines.join('\n')}\n`);
		for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.close());
	} catch (error) {
		fail(reasonOf(error, port));
	}
}

void main();
