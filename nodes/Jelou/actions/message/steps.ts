import type { IDataObject } from 'n8n-workflow';

import {
	ANSWER_TYPES,
	LANGUAGES,
	approvalLabels,
	isAnswerType,
	invalidMessage,
	type AnswerType,
	type Language,
} from '../../shared/answers/answerTypes';
import { readExitWords } from '../../shared/answers/exitWord';
import { FieldError } from '../../shared/errors';
import { isObject } from '../../shared/json';
import { isName, placeholdersIn } from '../../shared/placeholders';
import { isBlank } from '../../shared/text';
import { MAX_STEPS, type Step } from '../../shared/triggerNote';
import { entryText, type ItemParameters } from '../itemParameters';
import { checkNumber } from '../options';
import { FREE_TEXT_TYPES, maxAttempts } from './askProperties';
import { checkChoices, checkLabels } from './choices';

/** In characters: the trigger stores the texts that it sends, and n8n loads them with every delivery. */
const MAX_TEXT_LENGTH = 4_096;

/** What is the same for all steps of a node. */
interface Common {
	language: Language;
	maxAttempts: number;
	exitWords: string[];
}

export function readLanguage({ language = 'es' }: IDataObject): Language {
	const known = LANGUAGES.find((value) => value === language);
	if (known !== undefined) return known;
	throw new FieldError('Language is unknown', `Use one of ${LANGUAGES.join(', ')} in the options.`);
}

function readCommon(own: IDataObject): Common {
	return {
		language: readLanguage(own),
		maxAttempts: checkNumber(own.maxAttempts, maxAttempts),
		exitWords: readExitWords(entryText(own, 'exitWords', 'Exit Words')),
	};
}

function entriesOf({ values }: IDataObject): unknown[] {
	return Array.isArray(values) ? values : [];
}

function readChoices(item: ItemParameters): string[] {
	const entries = entriesOf(item.collection('choices'));
	return checkChoices(entries.map((entry) => (isObject(entry) ? entryText(entry, 'text', 'Choice') : '')));
}

function readApproval(item: ItemParameters, language: Language): string[] {
	const { values } = item.collection('approvalOptions');
	const given = isObject(values) ? values : {};
	const [usualYes, usualNo] = approvalLabels(language);
	const yes = entryText(given, 'approveLabel', 'Approve Label') || usualYes;
	const no = entryText(given, 'disapproveLabel', 'Disapprove Label') || usualNo;
	return checkLabels(given.approvalType === 'single' ? [yes] : [yes, no], 'Approval Options: label');
}

function readFreeTextType(item: ItemParameters): AnswerType {
	// A version 1 node with no saved type takes any answer: n8n fills in the default of the node's version.
	const type = FREE_TEXT_TYPES.find((known) => known === (item.text('answerType', 'Answer Type') || 'any'));
	if (type !== undefined) return type;
	throw new FieldError('Answer Type is unknown', `Use one of ${FREE_TEXT_TYPES.join(', ')}.`);
}

/** The only question of a node. */
function readStep(item: ItemParameters, response: string, common: Common): Step {
	const own = item.collection('options');
	const { language } = common;
	const isPicked = response === 'choice' || response === 'approval';
	const type = isPicked ? response : readFreeTextType(item);
	const picked = response === 'choice' ? readChoices : readApproval;
	return {
		...common,
		name: '',
		text: '',
		type,
		choices: isPicked ? picked(item, language) : [],
		invalidMessage:
			entryText(own, 'invalidMessage', 'Invalid Answer Message') || invalidMessage(type, language),
	};
}

function checkName(name: string, number: number, names: readonly string[]): void {
	if (name === '') throw new FieldError(`Question ${number}: Name is empty`, 'Enter a name.');
	if (!isName(name))
		throw new FieldError(
			`Question ${number}: Name "${name}" is not a name`,
			'Use only letters, digits and _.',
		);
	if (names.includes(name))
		throw new FieldError(
			`Question ${number}: Name "${name}" appears twice`,
			'Give each question its own name.',
		);
}

/** A question can repeat only the answers to earlier ones. */
function checkText(text: string, number: number, names: readonly string[]): void {
	if (isBlank(text))
		throw new FieldError(`Question ${number}: Question is empty`, 'Enter what the customer is asked.');
	if (text.length > MAX_TEXT_LENGTH) {
		throw new FieldError(
			`Question ${number}: Question is too long`,
			`Shorten it to at most ${MAX_TEXT_LENGTH} characters.`,
		);
	}
	const unknown = placeholdersIn(text).find((name) => !names.includes(name));
	if (unknown === undefined) return;
	const known = names.map((name) => `{${name}}`);
	throw new FieldError(
		`Question ${number}: Question has {${unknown}}, which is not the name of an earlier question`,
		known.length > 0 ? `Use ${known.join(' or ')}, or remove the braces.` : 'Remove the braces.',
	);
}

/** One of several questions of a node. */
function readNamedStep(entry: unknown, before: readonly Step[], { language, ...common }: Common): Step {
	const number = before.length + 1;
	const of = `Question ${number}`;
	const names = before.map((step) => step.name);
	const given = isObject(entry) ? entry : {};
	const name = entryText(given, 'name', `${of}: Name`);
	checkName(name, number, names);
	const text = entryText(given, 'question', `${of}: Question`);
	checkText(text, number, names);
	const type = given.answerType ?? 'text';
	if (!isAnswerType(type)) {
		const known = ANSWER_TYPES.map(({ value }) => value).join(', ');
		throw new FieldError(`Question ${number}: Answer Type is unknown`, `Use one of ${known}.`);
	}
	const lines = entryText(given, 'choices', `${of}: Choices`)
		.split('\n')
		.filter((line) => !isBlank(line));
	const choices =
		type === 'choice' ? checkChoices(lines, number) : type === 'approval' ? approvalLabels(language) : [];
	const again = entryText(given, 'invalidMessage', `${of}: Invalid Answer Message`);
	return {
		...common,
		name,
		text,
		type,
		choices: [...choices],
		invalidMessage: again || invalidMessage(type, language),
	};
}

function readNamedSteps(item: ItemParameters, common: Common): Step[] {
	const entries = entriesOf(item.collection('questions'));
	if (entries.length === 0 || entries.length > MAX_STEPS) {
		throw new FieldError(
			`Questions has ${entries.length || 'no'} entries`,
			`Add 1 to ${MAX_STEPS} questions.`,
		);
	}
	const steps: Step[] = [];
	for (const entry of entries) steps.push(readNamedStep(entry, steps, common));
	return steps;
}

/**
 * What is asked, in order: at least one step.
 *
 * @throws FieldError naming the field that is empty or wrong, and the question that it belongs to
 */
export function readSteps(item: ItemParameters): Step[] {
	const common = readCommon(item.collection('options'));
	const response = item.text('responseType', 'Response Type') || 'freeText';
	switch (response) {
		case 'questions':
			return readNamedSteps(item, common);
		case 'freeText':
		case 'choice':
		case 'approval':
			return [readStep(item, response, common)];
		default:
			throw new FieldError(
				`Response Type "${response}" is unknown`,
				'Use freeText, choice, approval or questions.',
			);
	}
}
