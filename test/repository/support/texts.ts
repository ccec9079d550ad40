import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

import { ROOT } from '../../../scripts/paths';

/** A text that a user reads, with where it is. */
interface Text {
	place: string;
	text: string;
}

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
export const squeeze = (text: string) => text.replace(/\s+/g, ' ').trim();
/** Words, or a name that begins with a capital; no identifiers, paths or keys. */
const isWording = (text: string) => /\p{L}{2,}[^\s\p{L}]* +[^\s\p{L}]*\p{L}|^\p{Lu}\p{Ll}/u.test(text);
const lineOf = (source: string, index: number) => source.slice(0, index).split('\n').length;

/** The files below a folder that have one of these extensions. */
export function filesIn(
	folder: string,
	extensions: string[],
	isWanted: (file: string) => boolean = () => true,
) {
	return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
		.map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
		.filter((file) => extensions.some((extension) => file.endsWith(`.${extension}`)) && isWanted(file))
		.sort();
}

/** Blanks out what matches, keeping the line numbers of the rest. */
const without = (source: string, pattern: RegExp) =>
	source.replace(pattern, (match) => match.replace(/[^\n]/g, ' '));

/** A heading, a list item, a row of a table or a line of a diagram. */
const STARTS_BLOCK = /^ *(?:#+ |[-*] |\d+\. |\||\S.* --[->])/;

/** Markdown as it is read: without inline code, addresses and emphasis. */
const wordingOf = (markdown: string) =>
	squeeze(
		markdown
			.replace(/`[^`]*`/g, '…')
			.replace(/\]\([^)]*\)/g, ']')
			.replace(/\*\*|[[\]]|(?<!\w)_|_(?!\w)/g, ''),
	);

/** The prose of a Markdown file: no code except its diagrams, no tables that scripts write, no addresses. */
export function proseOf(file: string): Text[] {
	let source = without(read(file), /<!-- ([\w ]+) -->\n[\s\S]*?<!-- \/\1 -->/g);
	source = without(source, /<!--[\s\S]*?-->/g);
	source = source.replace(/^ *```(\w*)\n[\s\S]*?^ *```$/gm, (fence, language: string) =>
		without(fence, language === 'mermaid' ? /```\w*/g : /.+/g),
	);
	const blocks: Text[] = [];
	let isOpen = false;
	for (const [index, line] of source.split('\n').entries()) {
		if (line.trim() === '') {
			isOpen = false;
			continue;
		}
		const block = blocks.at(-1);
		if (isOpen && block !== undefined && !STARTS_BLOCK.test(line)) block.text += `\n${line}`;
		else blocks.push({ place: `${file}:${String(index + 1)}`, text: line });
		isOpen = true;
	}
	return blocks.map(({ place, text }) => ({ place, text: wordingOf(text) }));
}

/** The comments of a YAML file, each with the lines that continue it. */
function commentsOf(file: string): Text[] {
	const source = read(file);
	return [...source.matchAll(/^ *#.*(?:\n *#.*)*/gm)].map(({ 0: comment, index }) => ({
		place: `${file}:${String(lineOf(source, index))}`,
		text: squeeze(comment.replace(/^ *#/gm, '')),
	}));
}

/** The texts in a JSON file, with the path to each. */
function textsOfJson(file: string): Text[] {
	const texts: Text[] = [];
	const visit = (value: unknown, path: string) => {
		if (typeof value === 'string') texts.push({ place: `${file} ${path}`, text: squeeze(value) });
		else if (typeof value === 'object' && value !== null) {
			for (const [key, child] of Object.entries(value)) visit(child, path === '' ? key : `${path}.${key}`);
		}
	};
	visit(JSON.parse(read(file)), '');
	return texts.filter(({ text }) => isWording(text));
}

/** A literal, a template or a sum of them as one text, with `…` for what is only known at run time. */
export function textOf(node: ts.Node): string | undefined {
	if (ts.isStringLiteralLike(node)) return node.text;
	if (ts.isTemplateExpression(node)) {
		return node.templateSpans.reduce((text, { literal }) => `${text}…${literal.text}`, node.head.text);
	}
	if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
		const [left, right] = [textOf(node.left), textOf(node.right)];
		if (left !== undefined || right !== undefined) return `${left ?? '…'}${right ?? '…'}`;
	}
	return undefined;
}

export const parseFile = (file: string) =>
	ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
export const lineAt = (source: ts.SourceFile, node: ts.Node) =>
	source.getLineAndCharacterOfPosition(node.getStart()).line + 1;

/** The wording in a TypeScript or JavaScript file, found by the compiler: no comments, no code. */
function textsOfCode(file: string): Text[] {
	const source = parseFile(file);
	const texts: Text[] = [];
	const visit = (node: ts.Node, isPart: boolean) => {
		const text = textOf(node);
		if (text !== undefined && !isPart && isWording(squeeze(text))) {
			texts.push({ place: `${file}:${String(lineAt(source, node))}`, text: squeeze(text) });
		}
		// The parts of a sum are already in its text; what a template embeds is not.
		const isSum = text !== undefined && ts.isBinaryExpression(node);
		ts.forEachChild(node, (child) => {
			visit(child, isSum && textOf(child) !== undefined);
		});
	};
	visit(source, false);
	return texts;
}

/** What a page shows, and what it says to a screen reader. */
function textsOfPage(file: string): Text[] {
	const source = without(read(file), /<!--[\s\S]*?-->|<(script|style)\b[\s\S]*?<\/\1>/g);
	const shown = source.matchAll(/>([^<]+)</g);
	const spoken = source.matchAll(/\b(?:title|placeholder|alt|content|aria-[a-z]+)="([^"]*)"/g);
	return [...shown, ...spoken]
		.map(({ 1: text = '', index }) => ({
			place: `${file}:${String(lineOf(source, index + 1))}`,
			text: squeeze(text),
		}))
		.filter(({ text }) => isWording(text));
}

const isPage = (file: string) => file.startsWith('sandbox/page/');

/** Everything that a user reads, by the part of the project that says it. */
export const AREAS: Record<string, () => Text[]> = {
	'the documents': () => [
		...['README.md', 'CHANGELOG.md', ...filesIn('docs', ['md'])].flatMap(proseOf),
		...commentsOf('docker-compose.yml'),
		...textsOfJson('package.json'),
	],
	'the examples': () => filesIn('examples', ['json']).flatMap(textsOfJson),
	'the nodes and the credential': () => [
		...[...filesIn('nodes', ['ts']), ...filesIn('credentials', ['ts'])].flatMap(textsOfCode),
		...filesIn('nodes', ['json']).flatMap(textsOfJson),
	],
	"the sandbox's page": () => [
		...filesIn('sandbox', ['html'], isPage).flatMap(textsOfPage),
		...filesIn('sandbox', ['js'], isPage).flatMap(textsOfCode),
	],
	'the sandbox': () => filesIn('sandbox', ['ts']).flatMap(textsOfCode),
	'the scripts': () => filesIn('scripts', ['ts', 'mjs']).flatMap(textsOfCode),
};
