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

/** The action node's, for its first version: n8n looks for them by the version, and what it puts out is the same. */
function schemasOfFirstVersion() {
	return src('nodes/Jelou/__schema__/v2.0.0/**/*.json')
		.pipe(compact())
		.pipe(dest('dist/nodes/Jelou/__schema__/v1.0.0'));
}

exports.default = parallel(icons, codex, schemas, schemasOfFirstVersion);
