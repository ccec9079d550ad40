/** From fast to real: `npm test` runs all up to `smoke`; the slow layers after it have commands of their own. */
const layer = (name, extra = {}) => ({
	displayName: name,
	testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
	transform: { '^.+\\.ts$': 'ts-jest' },
	modulePathIgnorePatterns: [
		'<rootDir>/dist',
		'<rootDir>/build',
		'<rootDir>/\\.n8n-jelou',
		'<rootDir>/test/n8n/',
		'<rootDir>/test/n8n-v1/',
	],
	testEnvironment: 'node',
	...extra,
});

module.exports = {
	// A bound for what hangs, not a measure: a busy machine takes its time.
	testTimeout: 1_200_000,
	testSequencer: '<rootDir>/test/support/longestFirst.js',
	reporters: ['default', '<rootDir>/test/server/support/compatibilityReporter.js'],
	projects: [
		layer('unit'),
		layer('repository'),
		layer('sandbox'),
		layer('engine', { setupFiles: ['<rootDir>/test/engine/support/quiet.js'] }),
		// The whole way in a real n8n, which is one of the server tests.
		layer('smoke', { testMatch: ['<rootDir>/test/server/wholeWay.test.ts'] }),
		layer('server'),
		layer('start'),
		layer('browser'),
		layer('scale'),
	],
};
