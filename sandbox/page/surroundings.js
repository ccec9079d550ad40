// @ts-check
import { announce, byId, make } from './dom.js';
import { model, scene } from './model.js';

/** @import { Named } from './model.js' */

/**
 * Offers a choice, unless there is only one option.
 * @param {'project' | 'bot' | 'user'} kind
 * @param {Named[]} options
 * @param {string | undefined} chosen
 */
function drawPicker(kind, options, chosen) {
	const label = byId(`pick-${kind}`, HTMLLabelElement);
	const select = label.querySelector('select');
	label.hidden = options.length < 2;
	// Left alone while nothing changes: it may be open.
	const key = JSON.stringify([options, chosen]);
	if (!select || select.dataset.key === key) return;
	select.dataset.key = key;
	select.replaceChildren(...options.map(({ id, name }) => new Option(name, id, false, id === chosen)));
}

/** @param {() => void} onChange */
export function startPickers(onChange) {
	for (const kind of /** @type {const} */ (['project', 'bot', 'user'])) {
		const select = byId(`pick-${kind}`, HTMLLabelElement).querySelector('select');
		select?.addEventListener('change', () => {
			model.chosen[kind] = select.value;
			onChange();
		});
	}
}

/**
 * @param {string} name
 * @param {string} value
 */
function detail(name, value) {
	const copy = make('button', { text: 'Copy' });
	copy.type = 'button';
	copy.ariaLabel = `Copy ${name}`;
	copy.addEventListener('click', async () => {
		try {
			await navigator.clipboard.writeText(value);
			copy.textContent = 'Copied';
			announce(`${name} copied`);
		} catch {
			copy.textContent = 'Not copied';
			announce(`${name} could not be copied. Select it and copy it manually.`);
		}
		setTimeout(() => (copy.textContent = 'Copy'), 1500);
	});
	return [make('dt', { text: name }), make('dd', { text: value }), make('dd', {}, copy)];
}

/** The pickers, the integration's state, and what to enter in a credential. */
export function drawSurroundings() {
	const { project, bot, user } = scene();
	drawPicker('project', model.overview.projects, project?.id);
	drawPicker('bot', project?.bots ?? [], bot?.id);
	drawPicker('user', project?.users ?? [], user?.id);

	const url = project?.integration?.webhookUrl;
	byId('integration-state', HTMLElement).textContent = url
		? `Registered: ${url}`
		: 'Not registered yet. Publish a workflow with a Jelou Trigger in n8n.';

	const details = byId('connection-details', HTMLElement);
	// Drawn once per project, so that a button in use keeps its focus.
	if (!project || details.dataset.project === project.id) return;
	details.dataset.project = project.id;
	details.replaceChildren(
		...detail('Project ID', project.id),
		...detail('API Key', project.apiKey),
		...detail('Gateway URL', `${location.origin}/platform`),
		...detail('Chatbot URL', location.origin),
	);
	byId('platform-details', HTMLElement).replaceChildren(
		...detail('Client ID', project.clientId),
		...detail('Client Secret', project.clientSecret),
		...detail('Platform URL', `${location.origin}/api`),
	);
}
