import { wrongFields } from './platformErrors';

export type Query = Record<string, unknown>;

/** A parameter's text; empty when it is absent. The last one counts. */
export function textIn(query: Query, name: string): string {
	const value = [query[name]].flat().at(-1);
	return typeof value === 'string' ? value : '';
}

/** One of these words, or nothing. */
export function wordIn<Word extends string>(
	query: Query,
	name: string,
	words: readonly Word[],
): Word | undefined {
	const given = textIn(query, name);
	const word = words.find((each) => each === given);
	if (given === '' || word !== undefined) return word;
	const all = words.join(', ');
	throw wrongFields({ [name]: [{ es: `debe ser: ${all}`, en: `must be: ${all}`, pt: `deve ser: ${all}` }] });
}

/** A whole number from 1 to `most`; `usual` when it is absent. */
export function countIn(query: Query, name: string, usual: number, most = Infinity): number {
	const given = textIn(query, name);
	if (given === '') return usual;
	const count = Number(given);
	if (/^\d+$/.test(given) && count >= 1 && count <= most) return count;
	const to = most === Infinity ? '' : String(most);
	throw wrongFields({
		[name]: [
			{
				es: to ? `debe ser un número de 1 a ${to}` : 'debe ser un número desde 1',
				en: to ? `must be a number from 1 to ${to}` : 'must be a number from 1 on',
				pt: to ? `deve ser um número de 1 a ${to}` : 'deve ser um número a partir de 1',
			},
		],
	});
}
