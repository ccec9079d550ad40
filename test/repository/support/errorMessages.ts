import ts from 'typescript';

import { filesIn, lineAt, parseFile, squeeze, textOf } from './texts';

/**
 * The error messages of the nodes and the credential, found in their code by the compiler: whatever is passed to a
 * constructor or a function that reports it. What is only known at run time is `…`.
 */

/** Which argument is the message, by the name of the constructor or function; `of` how many, if the name is used twice. */
type Sayers = Record<string, { argument: number; of?: number }>;

const FIRST = { argument: 0 };
const SECOND = { argument: 1 };

export const ERRORS: Sayers = {
	FieldError: FIRST,
	NotNotifiedError: FIRST,
	UnreachableError: FIRST,
	RefusedNoteError: FIRST,
	SecretError: FIRST,
	TriggerRefusalError: FIRST,
	Error: FIRST,
	NodeOperationError: SECOND,
	NodeApiError: { argument: 2 },
};
export const LOG_LINES: Sayers = { warn: SECOND, refusal: FIRST, refuse: SECOND };
export const MEDIA_ERRORS: Sayers = { MediaError: FIRST };
export const FAILED_CHECKS: Sayers = { failed: { argument: 1, of: 3 } };

interface Said {
	place: string;
	text: string;
	/** Whether the words could not be found: then the text is the code. */
	isUnknown?: boolean;
}

const nameOf = (node: ts.Node | undefined) => (node && ts.isIdentifier(node) ? node.text : '');

/** All syntax nodes of a kind in a tree. */
function allIn<Kind extends ts.Node>(tree: ts.Node, isKind: (node: ts.Node) => node is Kind): Kind[] {
	const found: Kind[] = [];
	const visit = (node: ts.Node) => {
		if (isKind(node)) found.push(node);
		ts.forEachChild(node, visit);
	};
	visit(tree);
	return found;
}

/** What a name refers to at a place: the value of a constant, or what is passed for a parameter. */
function valuesOf({ text: name, ...start }: ts.Identifier): ts.Expression[] {
	for (let scope: ts.Node | undefined = start.parent; scope !== undefined; scope = scope.parent) {
		if (ts.isBlock(scope) || ts.isSourceFile(scope)) {
			const declared = scope.statements
				.filter(ts.isVariableStatement)
				.flatMap(({ declarationList }) => [...declarationList.declarations])
				.find((each) => nameOf(each.name) === name);
			if (declared?.initializer) return [declared.initializer];
		}
		if (!ts.isFunctionDeclaration(scope) && !ts.isArrowFunction(scope)) continue;
		const index = scope.parameters.findIndex((each) => nameOf(each.name) === name);
		if (index === -1) continue;
		const called = nameOf(ts.isVariableDeclaration(scope.parent) ? scope.parent.name : scope.name);
		return allIn(scope.getSourceFile(), ts.isCallExpression)
			.filter(({ expression }) => called !== '' && nameOf(expression) === called)
			.flatMap((call) => call.arguments[index] ?? []);
	}
	return [];
}

/** Every variant of a template that its own code can choose, such as "is" and "are". */
function variantsOf(template: ts.TemplateExpression): string[] {
	return template.templateSpans.reduce<string[]>(
		(heads, { expression, literal }) => {
			const given = ts.isConditionalExpression(expression)
				? [expression.whenTrue, expression.whenFalse].map((each) => textOf(each) ?? '…')
				: ['…'];
			return heads.flatMap((head) => given.map((each) => head + each + literal.text));
		},
		[template.head.text],
	);
}

/** The words of a table by key: those of its texts, or of what its functions return. */
function wordsInTable(table: ts.Expression | undefined): string[] {
	if (table === undefined || !ts.isObjectLiteralExpression(table)) return [];
	return table.properties
		.filter(ts.isPropertyAssignment)
		.map(({ initializer }) => (ts.isArrowFunction(initializer) ? initializer.body : initializer))
		.flatMap((body) => (ts.isBlock(body) ? [] : (wordsOf(body) ?? [])));
}

/** What an expression can say; `undefined` if unknown. */
function wordsOf(expression: ts.Expression, depth = 0): string[] | undefined {
	const follow = (all: ts.Expression[]) => {
		const words = all.map((each) => wordsOf(each, depth + 1));
		return words.every((each) => each !== undefined) ? words.flat() : undefined;
	};
	if (ts.isTemplateExpression(expression)) return variantsOf(expression);
	const text = textOf(expression);
	if (text !== undefined) return [text];
	if (ts.isConditionalExpression(expression)) return follow([expression.whenTrue, expression.whenFalse]);
	// Passed on: its words are found where it was created.
	if (ts.isObjectLiteralExpression(expression) || /\.message$/.test(expression.getText())) return [];
	const looked = ts.isCallExpression(expression) ? expression.expression : expression;
	if (ts.isElementAccessExpression(looked) && ts.isIdentifier(looked.expression))
		return wordsInTable(valuesOf(looked.expression)[0]);
	const values = ts.isIdentifier(expression) && depth < 4 ? valuesOf(expression) : [];
	if (values.length > 0) return follow(values);
	// The parts of an explanation are passed on, too.
	return expression.getText() === 'message' ? [] : undefined;
}

/** What one call, or one `{ message, advice }`, says. */
function saidBy(node: ts.Node, sayers: Sayers): ts.Expression | undefined {
	if (ts.isNewExpression(node) || ts.isCallExpression(node)) {
		const sayer = sayers[nameOf(node.expression)];
		const given = node.arguments ?? [];
		const said =
			given.length === (sayer?.of ?? given.length) ? given[sayer?.argument ?? Infinity] : undefined;
		if (said === undefined || !ts.isObjectLiteralExpression(said)) return said;
		return propertyOf(said, 'message');
	}
	const isExplanation =
		sayers === ERRORS &&
		ts.isObjectLiteralExpression(node) &&
		node.properties.some(({ name }) => nameOf(name) === 'advice');
	return isExplanation ? propertyOf(node, 'message') : undefined;
}

function propertyOf({ properties }: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
	const property = properties.find((each) => nameOf(each.name) === name);
	return property && ts.isPropertyAssignment(property) ? property.initializer : undefined;
}

/** Without what is added to every message of its kind: a status in parentheses, a full stop. */
export const bare = (message: string) =>
	squeeze(message)
		.replace(/(… )+…/g, '…')
		.replace(/ \([\d, …]+\)$/, '')
		.replace(/\.$/, '');

const sources = () => ['nodes', 'credentials'].flatMap((folder) => filesIn(folder, ['ts'])).map(parseFile);

/** The classes in the code that extend one whose name says that it is an error. */
export function errorClasses(): string[] {
	const isError = ({ heritageClauses }: ts.ClassDeclaration) =>
		heritageClauses?.some(({ types }) => types.some(({ expression }) => /Error$/.test(nameOf(expression))));
	return sources()
		.flatMap((source) => allIn(source, ts.isClassDeclaration))
		.filter(isError)
		.map(({ name }) => nameOf(name));
}

export function saidInCode(sayers: Sayers): Said[] {
	return sources().flatMap((source) => {
		return allIn(source, (node): node is ts.Node => saidBy(node, sayers) !== undefined).flatMap((node) => {
			const said = saidBy(node, sayers);
			if (said === undefined) return [];
			const place = `${source.fileName}:${String(lineAt(source, node))}`;
			const words = wordsOf(said);
			if (words === undefined) return [{ place, text: said.getText(), isUnknown: true }];
			return words.map((text) => ({ place, text: bare(text) })).filter(({ text }) => /\p{L}/u.test(text));
		});
	});
}
