// @ts-check
import { post } from './api.js';
import { byId } from './dom.js';
import { scene } from './model.js';

const composer = byId('composer', HTMLFormElement);
const text = byId('text', HTMLTextAreaElement);
const attach = byId('attach', HTMLFormElement);
const opener = byId('attach-open', HTMLButtonElement);
const problem = byId('send-problem', HTMLElement);

/** A common MIME type for each type of media, as a start. */
const MIME_TYPES = {
	image: 'image/jpeg',
	document: 'application/pdf',
	audio: 'audio/ogg',
	video: 'video/mp4',
};
/** The optional field that a type has; audio has none. */
const EXTRAS = { image: 'caption', video: 'caption', document: 'filename' };

/**
 * @param {object} message
 * @returns {Promise<boolean>} whether the sandbox accepted it
 */
export async function send(message) {
	const { project, bot, user } = scene();
	if (!project || !bot || !user) return false;
	const path = `/sandbox/projects/${encodeURIComponent(project.id)}/messages`;
	const failure = await post(path, { botId: bot.id, userId: user.id, ...message });
	problem.textContent = failure ?? '';
	return failure === null;
}

/** As an agent does in Jelou. */
async function closeConversation() {
	const { project, bot, user } = scene();
	if (!project || !bot || !user) return;
	const path = `/sandbox/projects/${encodeURIComponent(project.id)}/close`;
	problem.textContent = (await post(path, { botId: bot.id, userId: user.id })) ?? '';
	// Hiding the button lost the focus.
	text.focus();
}

/** @param {boolean} open */
function showAttach(open) {
	attach.hidden = !open;
	opener.setAttribute('aria-expanded', String(open));
	if (open) attach.querySelector('button')?.focus();
	else opener.focus();
}

/**
 * @param {string} name
 * @returns {string}
 */
function field(name) {
	return String(new FormData(attach).get(name) ?? '').trim();
}

function onType() {
	const type = field('type');
	const extra = attach.elements.namedItem('extra');
	const mime = attach.elements.namedItem('mime_type');
	const name = Object.entries(EXTRAS).find(([key]) => key === type)?.[1];
	if (mime instanceof HTMLInputElement) {
		mime.value = Object.entries(MIME_TYPES).find(([key]) => key === type)?.[1] ?? '';
	}
	if (extra instanceof HTMLInputElement) {
		extra.closest('label')?.toggleAttribute('hidden', !name);
	}
	byId('extra-label', HTMLElement).textContent = name === 'filename' ? 'File name' : 'Caption';
}

export function startComposer() {
	composer.addEventListener('submit', async (event) => {
		event.preventDefault();
		const written = text.value;
		if (written.trim() === '') return;
		text.value = '';
		// What could not be sent is put back, unless something else is already being written.
		if (!(await send({ text: written })) && text.value === '') text.value = written;
	});
	text.addEventListener('keydown', (event) => {
		if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
		event.preventDefault();
		composer.requestSubmit();
	});
	byId('conversation-close', HTMLButtonElement).addEventListener('click', closeConversation);
	opener.addEventListener('click', () => showAttach(attach.hidden));
	byId('attach-cancel', HTMLButtonElement).addEventListener('click', () => showAttach(false));
	for (const place of [attach, composer]) {
		place.addEventListener('keydown', (event) => {
			if (event.key === 'Escape' && !event.isComposing && !attach.hidden) showAttach(false);
		});
	}
	for (const button of attach.querySelectorAll('[data-sample]')) {
		button.addEventListener('click', async () => {
			if (await send({ sample: button.getAttribute('data-sample') })) showAttach(false);
		});
	}
	attach.querySelector('select')?.addEventListener('change', onType);
	attach.addEventListener('submit', async (event) => {
		event.preventDefault();
		const type = field('type');
		const name = Object.entries(EXTRAS).find(([key]) => key === type)?.[1];
		const extra = field('extra');
		const content = {
			url: field('url'),
			mime_type: field('mime_type'),
			...(name && extra && { [name]: extra }),
		};
		if (!(await send({ type, content }))) return;
		attach.reset();
		onType();
		showAttach(false);
		text.focus();
	});
}
