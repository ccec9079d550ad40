import type { IDataObject } from 'n8n-workflow';

import { FieldError } from '../shared/errors';
import { isObject } from '../shared/json';
import { isBlank } from '../shared/text';
import { checkedId, type ItemParameters } from './itemParameters';
import { ID_PATHS, toId, type Conversation, type Found, type IdName, type Origin } from './origin';

/** The default of an ID's field: an expression that reads the ID from the item. */
export const defaultOf = (name: IdName) => `={{ $json.${ID_PATHS[name]} }}`;

const LABELS: Record<IdName, string> = { roomId: 'Room ID', botId: 'Bot ID', userId: 'User ID' };

const listOf = (words: string[]) => new Intl.ListFormat('en-GB').format(words);
const labelsOf = (names: readonly IdName[]) => listOf(names.map((name) => LABELS[name]));

/** Whether the user left an ID to the node: the field is empty, or still has its default. */
function isLeft(saved: unknown, name: IdName): boolean {
	if (saved === '') return true;
	const withoutSpaces = typeof saved === 'string' ? saved.replace(/\s/g, '') : undefined;
	return withoutSpaces === defaultOf(name).replace(/\s/g, '');
}

function reasonFor(missing: readonly IdName[], left: readonly IdName[], found: Found | undefined): string {
	if (missing.some((name) => !left.includes(name))) return 'This item has no such value.';
	return found?.ok === false ? found.reason : 'This item comes from no conversation that has it.';
}

function remedyFor(missing: readonly IdName[], origin: Origin | undefined): string {
	const labels = labelsOf(missing);
	const paths = listOf(missing.map((name) => ID_PATHS[name]));
	if (origin?.tool.isTool)
		return `Fill in ${labels} with ${paths} of a node that runs once, such as $('Jelou Trigger').first(), or let the model choose with $fromAI.`;
	const nodes = origin?.nodes ?? '';
	return nodes === ''
		? `Fill in ${labels}; a sub-workflow gets them as its inputs.`
		: `Clear ${labels} and drag ${paths} from ${nodes}, or let the nodes in between pass them on.`;
}

function emptyIds(missing: readonly IdName[], why: string, origin: Origin | undefined): FieldError {
	const labels = labelsOf(missing);
	return new FieldError(
		missing.length === 1 ? `${labels} is empty` : `${labels} are empty`,
		`${why} ${remedyFor(missing, origin)}`,
	);
}

function unnamedReviewer(names: IdName[]): FieldError {
	return new FieldError(
		`${labelsOf(names)} of the Human Review ${names.length === 1 ? 'is' : 'are'} not filled in`,
		'Enter those of the person who reviews: left as they are, the customer would be asked. Nothing was sent.',
	);
}

/**
 * Reads the IDs that go into a request. One that the user left to the node is the item's own or, failing that, the one
 * of the conversation that the item comes from. In an agent's tool, the model's input counts only where the field asks
 * for it.
 *
 * @returns the IDs asked for; the others are empty
 * @throws FieldError naming every ID that is missing, and why
 */
export function readIds(item: ItemParameters, ...names: IdName[]): Conversation {
	const { index, origin, saved } = item;
	const left = names.filter((name) => origin !== undefined && isLeft(saved[name], name));
	if (origin?.tool.isReview && left.length > 0) throw unnamedReviewer(left);
	const valueOf = (name: IdName) => (left.includes(name) ? origin?.own(index, name) : item.value(name));
	const values = new Map(names.map((name) => [name, valueOf(name)]));
	const isMissing = (name: IdName) => {
		const value = values.get(name) ?? '';
		return typeof value === 'string' && isBlank(value);
	};
	if (names.some(isMissing)) {
		const known = (name: IdName) => toId(values.get(name)) || toId(origin?.own(index, name));
		const named = { roomId: known('roomId'), botId: known('botId'), userId: known('userId') };
		const found = origin?.find(index, named);
		const taken: Partial<Conversation> = found?.ok ? found.conversation : { botId: found?.botId };
		for (const name of left.filter(isMissing)) values.set(name, taken[name]);
		const missing = names.filter(isMissing);
		if (missing.length > 0) throw emptyIds(missing, reasonFor(missing, left, found), origin);
	}
	const id = (name: IdName) => (names.includes(name) ? checkedId(values.get(name), LABELS[name]) : '');
	return { roomId: id('roomId'), botId: id('botId'), userId: id('userId') };
}

/**
 * The bot and the contact of a room in the shape of the trigger's output, so that the next node's fields are filled in;
 * `{}` when neither the item nor its conversation names them.
 */
export function partnersIn(roomId: string, { index, origin }: ItemParameters): IDataObject {
	const json = origin?.json(index);
	if (isObject(json) && toId(json.room_id) === roomId) return { bot: json.bot, contact: json.contact };
	const found = origin?.find(index, { roomId, botId: '', userId: '' });
	if (!found?.ok) return {};
	return { bot: { id: found.conversation.botId }, contact: { id: found.conversation.userId } };
}
