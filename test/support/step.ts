import type { Step } from '../../nodes/Jelou/shared/triggerNote';

/** A question that accepts any answer, unless `more` says otherwise. */
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
