// @ts-check
import { byId } from './dom.js';

const form = byId('desk-composer', HTMLFormElement);
const text = byId('desk-text', HTMLTextAreaElement);
const opener = byId('desk-attach-open', HTMLButtonElement);
const samples = byId('desk-attach', HTMLElement);
const reply = byId('desk-reply', HTMLInputElement);
const note = byId('desk-note', HTMLInputElement);

/**
 * What is being written in each conversation, and whether it is a private note: a note must not become a reply because
 * another conversation was viewed in the meantime.
 * @type {Map<number, { text: string, isNote: boolean }>}
 */
const drafts = new Map();
let shown = 0;

/** @param {number} id of a conversation */
function draftOf(id) {
	const draft = drafts.get(id) ?? { text: '', isNote: false };
	drafts.set(id, draft);
	return draft;
}

/** Says what sending will do. */
function drawMode() {
	const { isNote } = draftOf(shown);
	reply.checked = !isNote;
	note.checked = isNote;
	form.classList.toggle('note', isNote);
	text.placeholder = isNote ? 'Write a note for agents' : 'Write to the customer';
	byId('desk-text-label', HTMLElement).textContent = isNote ? 'Private note' : 'Reply to the customer';
	byId('desk-send-label', HTMLElement).textContent = isNote ? 'Add private note' : 'Send reply';
}

/** Shows the draft of a conversation. @param {number} id */
export function drawDeskComposer(id) {
	shown = id;
	text.value = draftOf(id).text;
	drawMode();
}

/** @param {boolean} open */
function showAttach(open) {
	samples.hidden = !open;
	opener.setAttribute('aria-expanded', String(open));
	if (open) samples.querySelector('button')?.focus();
	else opener.focus();
}

/** @param {(message: object) => Promise<boolean>} send returns whether the sandbox accepted it */
export function startDeskComposer(send) {
	for (const choice of [reply, note]) {
		choice.addEventListener('change', () => {
			draftOf(shown).isNote = note.checked;
			drawMode();
		});
	}
	form.addEventListener('submit', async (event) => {
		event.preventDefault();
		const draft = draftOf(shown);
		const content = text.value;
		if (content.trim() === '') return;
		text.value = draft.text = '';
		if (await send({ content, private: draft.isNote })) return;
		// What could not be sent is put back, unless something else is already being written.
		if (draft.text === '') draft.text = content;
		text.value = draftOf(shown).text;
	});
	text.addEventListener('input', () => (draftOf(shown).text = text.value));
	text.addEventListener('keydown', (event) => {
		if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
		event.preventDefault();
		form.requestSubmit();
	});
	opener.addEventListener('click', () => showAttach(samples.hidden));
	form.addEventListener('keydown', (event) => {
		if (event.key === 'Escape' && !event.isComposing && !samples.hidden) showAttach(false);
	});
	for (const button of samples.querySelectorAll('[data-desk-sample]')) {
		button.addEventListener('click', async () => {
			const sample = button.getAttribute('data-desk-sample');
			if (await send({ sample, private: draftOf(shown).isNote })) showAttach(false);
		});
	}
}
