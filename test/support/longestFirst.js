const { existsSync } = require('node:fs');
const { join } = require('node:path');

const Sequencer = require('@jest/test-sequencer').default;

/**
 * Files of tests that take minutes although they are small. Where jest has not run them before, it starts with the largest
 * files, so these would be left for the end, when nothing else is left to run beside them.
 */
const LONGEST = ['server/supportDesks', 'server/examples', 'start/start', 'browser/editor/dialogue'];
for (const name of LONGEST)
	if (!existsSync(join(__dirname, '..', `${name}.test.ts`)))
		throw new Error(`There is no test/${name}.test.ts.`);

class LongestFirst extends Sequencer {
	sort(tests) {
		const isLong = ({ path }) => LONGEST.some((name) => path.endsWith(`/${name}.test.ts`));
		const sorted = super.sort(tests);
		return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
	}
}

module.exports = LongestFirst;
