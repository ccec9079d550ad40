/** From fast to real: `npm test` runs all of them, `npx jest --selectProjects unit` one. */
const layer = (name, extra = {}) => ({
	displayName: name,
	testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
	transform: { '^.+\\.ts$': 'ts-jest' },
	modulePathIgnorePatterns: [
		'<rootDir>/dist',
		'<rootDir>/build',
		'<rootDir>/\\.n8n-jelou',
		'<rootDir>/test/n8n',
	],
	testEnvironment: 'node',
	...extra,
});

module.exports = {
	projects: [
		layer('unit'),
		layer('sandbox'),
		layer('engine', { setupFiles: ['<rootDir>/test/engine/support/quiet.js'] }),
		layer('server'),
	],
};
