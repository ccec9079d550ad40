/** From fast to real: `npm test` runs all up to `start`, `npm run test:browser` and `npm run test:scale` what needs more than npm. */
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
	testTimeout: 30_000,
	reporters: ['default', '<rootDir>/test/server/support/compatibilityReporter.js'],
	projects: [
		layer('unit'),
		layer('repository'),
		layer('sandbox'),
		layer('engine', { setupFiles: ['<rootDir>/test/engine/support/quiet.js'] }),
		layer('server'),
		layer('start'),
		layer('browser'),
		layer('scale'),
	],
};
