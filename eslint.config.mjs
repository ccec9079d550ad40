import eslint from '@eslint/js';
import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/**
 * Rules of the two sets that contradict each other, and that n8n's own strict configuration leaves out for that reason:
 * a documentation page must be a URL and must not be one; inputs must be `NodeConnectionTypes` and must be `['main']`.
 */
const CONTRADICTED = [
	'n8n-nodes-base/cred-class-field-documentation-url-miscased',
	'n8n-nodes-base/node-class-description-inputs-wrong-regular-node',
	'n8n-nodes-base/node-class-description-outputs-wrong',
];
const withoutContradicted = (rules) =>
	Object.fromEntries(Object.entries(rules).filter(([name]) => !CONTRADICTED.includes(name)));

/** What is published. n8n's rules are about what runs inside n8n; the sandbox, scripts and tests run beside it. */
const SHIPPED = ['nodes/**/*.ts', 'credentials/**/*.ts'];

/** What a folder of nodes/Jelou may import besides itself: imports point down only. */
const BELOW = {
	shared: [],
	actions: ['shared'],
	'trigger/event': ['shared'],
	'trigger/rooms': ['shared', 'trigger/event'],
	'trigger/delivery': ['shared', 'trigger/event', 'trigger/rooms'],
	'trigger/registration': ['shared', 'trigger/rooms'],
};
const zones = Object.entries(BELOW).map(([folder, below]) => ({
	target: `./nodes/Jelou/${folder}`,
	from: './nodes/Jelou',
	except: [folder, ...below].map((path) => `./${path}`),
	message: `${folder} may import ${below.join(', ') || 'nothing but itself'}.`,
}));

export default tseslint.config(
	{ ignores: ['dist/', 'build/', '.n8n-jelou/', 'test/n8n/', 'test/n8n-v1/', '**/node_modules/'] },
	{
		files: ['**/*.ts'],
		extends: [eslint.configs.recommended, tseslint.configs.strict],
		linterOptions: { reportUnusedDisableDirectives: 'error' },
		rules: { 'no-console': 'error' },
	},
	{
		files: SHIPPED,
		plugins: { 'import-x': importX },
		settings: { 'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js'] })] },
		rules: {
			'import-x/no-cycle': 'error',
			'import-x/no-restricted-paths': ['error', { zones }],
		},
	},
	{
		// Not the tests: there the matchers of Jest are of type `any`.
		files: [...SHIPPED, 'scripts/**/*.ts', 'sandbox/**/*.ts'],
		extends: [tseslint.configs.recommendedTypeChecked],
		languageOptions: { parserOptions: { projectService: true } },
	},
	{
		files: ['**/*.{js,mjs}'],
		extends: [eslint.configs.recommended],
		languageOptions: { globals: globals.node },
	},
	{
		files: ['sandbox/page/**/*.js'],
		languageOptions: { globals: globals.browser },
	},
	{
		files: [...SHIPPED, 'package.json'],
		extends: [n8nCommunityNodesPlugin.configs.recommended],
	},
	{
		plugins: { 'n8n-nodes-base': n8nNodesBase },
	},
	{
		files: ['package.json'],
		languageOptions: { parser: tseslint.parser, parserOptions: { extraFileExtensions: ['.json'] } },
		rules: n8nNodesBase.configs.community.rules,
	},
	{
		files: ['credentials/**/*.ts'],
		rules: withoutContradicted(n8nNodesBase.configs.credentials.rules),
	},
	{
		files: ['nodes/**/*.ts'],
		rules: withoutContradicted(n8nNodesBase.configs.nodes.rules),
	},
);
