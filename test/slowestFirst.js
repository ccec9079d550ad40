const Sequencer = require('@jest/test-sequencer').default;

/** Files that take minutes, the longest first: one that starts last keeps the others waiting at the end. */
const SLOWEST = [
	'start/start',
	'server/state',
	'browser/editor/reception',
	'server/examples',
	'server/conversation',
	'server/severalQuestions',
	'server/supportDesks',
	'browser/editor/dialogue',
	'server/tools',
	'server/rooms',
	'server/testListening',
];
const placeOf = ({ path }) => {
	const place = SLOWEST.findIndex((file) => path.endsWith(`${file}.test.ts`));
	return place === -1 ? SLOWEST.length : place;
};

/** Jest itself starts with the largest files, unless it has run them before. */
module.exports = class SlowestFirst extends Sequencer {
	async sort(tests) {
		const sorted = await super.sort(tests);
		return [...sorted].sort((a, b) => placeOf(a) - placeOf(b));
	}
};
