// @ts-check
import { post } from './api.js';
import { announce, byId, until } from './dom.js';
import { scene } from './model.js';

const pause = byId('pause', HTMLElement);
const problem = byId('pause-problem', HTMLElement);

/** @type {string | undefined} */
let shownRoom;

/** How often a question was asked again. @param {number} attempts */
function again(attempts) {
	if (attempts === 0) return '';
	return attempts === 1 ? ', asked again once' : `, asked again ${attempts} times`;
}

/** What the trigger knows about the room and Jelou does not: a pause, an open question. */
export function drawStanding() {
	const { pausedUntil, question, answersUntil, attempts = 0 } = scene().room?.standing ?? {};
	const words = pausedUntil ? `Paused until ${until(pausedUntil)}: a person answers` : '';
	byId('pause-words', HTMLElement).textContent = words;
	// Switching to another customer is not news.
	if (scene().room?.id === shownRoom && pause.hidden && words !== '') announce(words);
	shownRoom = scene().room?.id;
	pause.hidden = words === '';
	const waiting = byId('question', HTMLElement);
	const end = answersUntil ? ` until ${until(answersUntil)}` : '';
	waiting.hidden = !question;
	waiting.replaceChildren(question ? `Waiting for an answer${end}${again(attempts)}: ` : '');
	if (!question) return;
	const asked = document.createElement('q');
	asked.lang = '';
	asked.dir = 'auto';
	asked.textContent = question;
	waiting.append(asked);
}

export function startStanding() {
	byId('pause-end', HTMLButtonElement).addEventListener('click', async () => {
		const { room } = scene();
		if (!room) return;
		problem.textContent = (await post(`/sandbox/rooms/${encodeURIComponent(room.id)}/endPause`, {})) ?? '';
		if (problem.textContent !== '') return;
		announce('The pause has ended: the workflow answers again');
		// Hiding the button lost the focus.
		byId('text', HTMLTextAreaElement).focus();
	});
}
