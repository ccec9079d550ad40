const { dest, parallel, src } = require('gulp');

/** Icons, for both nodes and the credential. */
function icons() {
	return src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));
}

/** Codex files: the categories and search words of each node. */
function codex() {
	return src('nodes/**/*.node.json').pipe(dest('dist/nodes'));
}

/** What each operation puts out, which the editor shows before the first run. */
function schemas() {
	return src('nodes/**/__schema__/**/*.json').pipe(dest('dist/nodes'));
}

exports.default = parallel(icons, codex, schemas);
