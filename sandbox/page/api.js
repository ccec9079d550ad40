// @ts-check

/**
 * Sends JSON to the sandbox's control API.
 * @param {string} path
 * @param {object} body
 * @returns {Promise<string | null>} what went wrong, in plain words; null on success
 */
export async function post(path, body) {
	try {
		const headers = { 'Content-Type': 'application/json' };
		const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
		if (answer.ok) return null;
		const { message } = await answer.json();
		return Array.isArray(message)
			? message.join('; ')
			: `The sandbox answered ${answer.status}. Reload the page and try again.`;
	} catch {
		return 'The sandbox is not responding. Check that it is still running, then try again.';
	}
}
