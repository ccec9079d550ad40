const Sequencer = require('@jest/test-sequencer').default;

/**
 * Files of tests that take minutes although they are small. Where jest has not run them before, it starts with the largest
 * files, so these would be left for the end, when nothing else is left to run beside them.
 */
const LONGEST = ['server/supportDesks', 'server/examples', 'start/start', 'browser/editor/dialogue'];

class LongestFirst extends Sequencer {
	sort(tests) {
		const isLong = ({ path }) => LONGEST.some((name) => path.endsWith(`/${name}.test.ts`));
		const sorted = super.sort(tests);
		return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
	}
}

module.exports = LongestFirst;
