const { Transform } = require('node:stream');

const { dest, parallel, src } = require('gulp');

/** JSON without white space: the package is downloaded more often than it is read. */
const compact = () =>
	new Transform({
		objectMode: true,
		transform(file, _encoding, done) {
			file.contents = Buffer.from(JSON.stringify(JSON.parse(file.contents.toString())));
			done(null, file);
		},
	});

/** Icons, for both nodes and the credential. */
function icons() {
	return src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));
}

/** Codex files: the categories and search words of each node. */
function codex() {
	return src('nodes/**/*.node.json').pipe(compact()).pipe(dest('dist/nodes'));
}

/** What each operation puts out, which the editor shows before the first run. */
function schemas() {
	return src('nodes/**/__schema__/**/*.json').pipe(compact()).pipe(dest('dist/nodes'));
}

exports.default = parallel(icons, codex, schemas);
