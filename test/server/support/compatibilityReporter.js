const { readFileSync, readdirSync, writeFileSync } = require('node:fs');
const { dirname, join, resolve } = require('node:path');

const ROOT = resolve(__dirname, '../../..');
const TESTS = join(ROOT, 'test', 'server');
const RESULTS = join(ROOT, 'docs', 'compatibility.json');
const FOLDERS = { v2: 'n8n', v1: 'n8n-v1' };

const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

/** The result of a run of the server tests; `undefined` unless all of them ran. */
function summarise(testResults, globalConfig) {
	const ran = testResults.filter(({ testFilePath }) => dirname(testFilePath) === TESTS);
	const files = readdirSync(TESTS).filter((name) => name.endsWith('.test.ts'));
	const isFiltered = Boolean(globalConfig.testNamePattern);
	if (isFiltered || ran.length !== files.length) return undefined;
	const sum = (count) => ran.reduce((total, result) => total + count(result), 0);
	return {
		passed: sum(({ numPassingTests }) => numPassingTests),
		// A test that was skipped did not pass, and a file that could not run has no tests to count.
		failed: sum(
			({ numFailingTests, numPendingTests, numTodoTests, testExecError }) =>
				numFailingTests + numPendingTests + numTodoTests + (testExecError ? 1 : 0),
		),
	};
}

/**
 * Writes the result of all server tests on one line of n8n to `docs/compatibility.json`, the source of the README's table.
 * It has no date, so that a run with the same result changes nothing.
 */
class CompatibilityReporter {
	constructor(globalConfig) {
		this.globalConfig = globalConfig;
	}

	onRunComplete(_contexts, { testResults }) {
		const summary = summarise(testResults, this.globalConfig);
		if (summary === undefined) return;
		const line = process.env.N8N_LINE ?? 'v2';
		const run = {
			line,
			n8n: readJson(ROOT, 'test', FOLDERS[line], 'node_modules', 'n8n', 'package.json').version,
			node: process.versions.node,
			package: readJson(ROOT, 'package.json').version,
			...summary,
		};
		const lines = Object.keys(FOLDERS);
		const others = readJson(RESULTS).runs.filter((other) => other.line !== line);
		const runs = [...others, run].sort((a, b) => lines.indexOf(a.line) - lines.indexOf(b.line));
		writeFileSync(RESULTS, `${JSON.stringify({ runs }, undefined, '\t')}\n`);
	}
}

module.exports = CompatibilityReporter;
module.exports.summarise = summarise;
