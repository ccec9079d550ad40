import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from '../../scripts/paths';
import {
	ERRORS,
	FAILED_CHECKS,
	LOG_LINES,
	MEDIA_ERRORS,
	bare,
	errorClasses,
	saidInCode,
} from './support/errorMessages';

/** Every error is in the documents, and every documented error can occur. */

const TEXT = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');

/** The first column of a section's tables, each error separately. */
function rowsOf(heading: string): string[] {
	const section = TEXT.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
	return [...section.matchAll(/^\| (.+?) \|/gm)]
		.map(([, cell = '']) => cell)
		.filter((cell) => !/^(---|what you see|the line says|the reason|the item says)$/.test(cell))
		.flatMap((cell) => cell.split('<br>'))
		.map(bare);
}

/**
 * Whether a row quotes an error: whole, or without the remedy after a colon or a full stop. At the start of
 * a row, `…` may be a name that the code has, such as that of a field; elsewhere it is what only a run knows.
 */
function isQuotedBy(error: string, row: string): boolean {
	const pattern = row.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/^…/, '.+');
	return new RegExp(`^${pattern}([.:] .*)?$`, 'u').test(error);
}

/** Caught by the code, which then says something else, or never thrown while the code is right. */
const NEVER_SEEN = [
	'There is no such item',
	'A question has no such step',
	// In explanations, as "did not answer in time" and "sent more than … MB".
	'Too late',
	'No response',
	'Response too large',
	// After "could not give the project's webhook back", in the log.
	'the Jelou credential was changed to another project meanwhile',
];

const rowsOfErrors = ['Publishing', 'Sending', 'Asking'].flatMap(rowsOf);

describe.each([
	{ what: 'errors', sayers: ERRORS, rows: rowsOfErrors, atLeast: 100, except: NEVER_SEEN },
	{
		what: 'lines of the log',
		sayers: LOG_LINES,
		rows: rowsOf("What n8n's log says"),
		atLeast: 40,
		except: [],
	},
	{
		what: 'failed checks',
		sayers: FAILED_CHECKS,
		rows: rowsOf('Integration: Check'),
		atLeast: 5,
		except: [],
	},
	{ what: 'media errors', sayers: MEDIA_ERRORS, rows: rowsOf('Downloading media'), atLeast: 10, except: [] },
])('the $what', ({ atLeast, except, rows, sayers }) => {
	const said = saidInCode(sayers).filter(({ isUnknown }) => !isUnknown);
	const seen = said.filter(({ text }) => !except.includes(text));

	test('are found in the code', () => {
		expect(said.length).toBeGreaterThan(atLeast);
		expect(said.map(({ text }) => text)).toEqual(expect.arrayContaining(except));
	});

	test('are all in docs/errors.md', () => {
		const missing = seen.filter(({ text }) => !rows.some((row) => isQuotedBy(text, row)));
		expect(missing.map(({ place, text }) => `${text} (${place})`)).toEqual([]);
	});

	test('are all that docs/errors.md has', () => {
		const unknown = rows.filter((row) => !seen.some(({ text }) => isQuotedBy(text, row)));
		expect(unknown).toEqual([]);
	});

	test('are there once', () => {
		expect(rows.filter((row, n) => rows.indexOf(row) !== n)).toEqual([]);
	});
});

test('every class of errors is looked for', () => {
	expect(Object.keys({ ...ERRORS, ...MEDIA_ERRORS })).toEqual(expect.arrayContaining(errorClasses()));
	expect(errorClasses()).toContain('FieldError');
});

test('the words of all errors are found, except those that come from elsewhere', () => {
	const unknown = saidInCode(ERRORS).filter(({ isUnknown }) => isUnknown);
	const texts = new Set(unknown.map(({ text }) => text));
	expect([...texts]).toEqual(['error instanceof Error ? error : String(error)', 'String(error)']);
});
