import type { Step } from '../../nodes/Jelou/shared/triggerNote';

/** A question to which anything is an answer, unless it is given otherwise. */
export const stepWith = (more: Partial<Step> = {}): Step => ({
	name: '',
	text: '',
	type: 'any',
	choices: [],
	invalidMessage: 'Por favor',
	maxAttempts: 3,
	exitWords: [],
	...more,
});
