// @ts-check

/** How long to wait before reconnecting after the browser has given up, in milliseconds. */
const AGAIN_AFTER = 1500;

/**
 * Follows the sandbox for as long as the page is open, through its restarts. Every connection begins with a snapshot.
 * @param {Record<string, (data: any) => void>} handlers by the name of the event
 * @param {(live: boolean) => void} onState
 */
export function follow(handlers, onState) {
	const source = new EventSource('/sandbox/stream');
	for (const [name, handle] of Object.entries(handlers)) {
		source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
	}
	source.addEventListener('open', () => onState(true));
	source.addEventListener('error', () => {
		onState(false);
		if (source.readyState === EventSource.CLOSED) setTimeout(() => follow(handlers, onState), AGAIN_AFTER);
	});
}
