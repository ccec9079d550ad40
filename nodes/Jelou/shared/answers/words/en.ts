import type { Words } from '../vocabulary';

/** English. An apostrophe within a word does not matter. */
export const en: Words = {
	courtesy:
		'please, pls, plz, thanks, thank you, thx, ty, hi, hello, hey, good morning, good afternoon, good evening, sorry',
	articles: 'an, my, your, it',
	definite: 'the',
	plurals: '',
	pointing: 'option, options, opt, choice, number, nr',
	wishes:
		'i give it, id give it, i, want, would, id, ill, one, like, need, prefer, choose, pick, take, its, is, to, can, could, better, now, already',
	joining: 'of, with, for, in, on, at, and, or',
	weak: 'a second, this, that, me, us, know, see, get, have, make, do, be, are, where, what, when, how, which, very, more, other, any',
	negations: 'not, without, never, none, neither, dont, wont, cant, nothing',
	numbers:
		'one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen, fifteen, sixteen, seventeen, eighteen, nineteen, twenty',
	ordinals: 'first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth',
	yes: 'yes, yeah, yea, yep, yup, ye, sure, of course, absolutely, definitely, correct, sounds good, go ahead, please do, do it, alright, fine, great, perfect, i agree, i accept, accept, confirm, approve',
	no: 'i dont, i do not, nope, no way, not now, not yet, not today, not really, of course not, never, decline, reject, cancel, negative',
	agreeing: 'no problem, right, good',
	postponing: 'yet, today, right now, for now',
};
