// @ts-check
import { post } from './api.js';
import { announce, byId } from './dom.js';
import { model } from './model.js';

/** @import { Faults } from './model.js' */

/** Which requests, unless it is all of them. */
const AFFECTED = {
	chatbot: 'sending messages only',
	gateway: 'integration and conversations only',
	platform: 'the platform API only',
};

const form = byId('faults-form', HTMLFormElement);
const problem = byId('faults-problem', HTMLElement);

/** @returns {Faults} */
function fromForm() {
	const data = new FormData(form);
	/** @param {string} name */
	const number = (name) => (data.get(name) ? Number(data.get(name)) : undefined);
	const answer = String(data.get('answer'));
	const retryAfter = number('retryAfter');
	return {
		...(answer === 'drop' && { drop: true }),
		...(answer === 'dropAfterProcessing' && { dropAfterProcessing: true }),
		...(answer === 'halfResponse' && { halfResponse: true }),
		...(Number(answer) > 0 && { respond: { status: Number(answer), retryAfter } }),
		latencyMs: number('latencyMs'),
		times: number('times'),
		path: String(data.get('path')),
	};
}

/**
 * The faults in plain words; empty when none is on.
 * @param {Faults} faults
 */
function describe({
	latencyMs,
	respond,
	drop,
	dropAfterProcessing,
	halfResponse,
	times,
	path = 'all',
	...rest
}) {
	const parts = [];
	if (latencyMs) parts.push(`${latencyMs}\u00a0ms delay`);
	if (respond) parts.push(`answers ${respond.status}`);
	if (drop || dropAfterProcessing) parts.push('closes the connection');
	if (halfResponse) parts.push('sends half an answer');
	if (rest.dripMs !== undefined) parts.push('sends answers byte by byte');
	if (rest.endlessResponse) parts.push('never ends its answers');
	if (rest.deliverTwice) parts.push('delivers events twice');
	if (rest.replyAtOnce !== undefined) parts.push('the customer answers the next message at once');
	if (parts.length === 0) return '';
	if (rest.method) parts.push(`${rest.method} requests`);
	const where = Object.entries(AFFECTED).find(([key]) => key === path)?.[1];
	if (where) parts.push(where);
	const left = times ?? respond?.times;
	if (left !== undefined) parts.push(`${left} left`);
	return parts.join(', ');
}

export function drawFaults() {
	const state = byId('faults-state', HTMLElement);
	const words = describe(model.overview.faults);
	state.textContent = words === '' ? 'Off' : `On: ${words}`;
	state.classList.toggle('bad', words !== '');
}

/** @param {Faults} faults */
async function set(faults) {
	problem.textContent = (await post('/sandbox/faults', faults)) ?? '';
	if (problem.textContent !== '') return;
	const words = describe(faults);
	announce(words === '' ? 'Simulated problems are off' : `Simulated problems are on: ${words}`);
}

export function startFaults() {
	form.addEventListener('submit', (event) => {
		event.preventDefault();
		const faults = fromForm();
		if (describe(faults) === '') {
			problem.textContent = 'Nothing to turn on yet: choose an answer or enter a delay.';
		} else void set(faults);
	});
	byId('faults-off', HTMLButtonElement).addEventListener('click', () => {
		form.reset();
		void set({});
	});
}
