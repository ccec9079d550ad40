import { isRecord } from '../../../scripts/json';
import { waitUntil } from '../../../scripts/n8n/waitUntil';

/**
 * Fills in one of n8n's forms as a browser does, which polls the run, then loads the last page.
 *
 * @returns the last page
 */
export async function submitForm(url: string, ...values: string[]): Promise<string> {
	await waitUntil('the form to be there', async () => (await fetch(url)).ok);
	const form = new FormData();
	values.forEach((value, index) => form.append(`field-${String(index)}`, value));
	const answer: unknown = await (await fetch(url, { method: 'POST', body: form })).json();
	const next = new URL(isRecord(answer) ? String(answer.formWaitingUrl) : '');
	const status = new URL(next);
	status.pathname += '/n8n-execution-status';
	await waitUntil(
		'the last page',
		async () => (await (await fetch(status)).text()).trim() === 'form-waiting',
	);
	const page = await (await fetch(next)).text();
	// With this the last page ends the run.
	await fetch(next, { method: 'POST' });
	return page;
}
