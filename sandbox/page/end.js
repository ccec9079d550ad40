// @ts-check

/** This close to the end, in pixels, a person is assumed to follow new messages. */
const NEAR_END = 100;

/** How long a redrawn list stays silent, in milliseconds: longer than a browser takes to announce the change. */
const SILENCE = 200;

/**
 * Messages arrive, pictures load, the composer grows: the end stays in view, unless the person is reading further up.
 * @param {HTMLElement} log what scrolls
 * @param {HTMLElement} list what grows in it
 */
export function keepAtEnd(log, list) {
	let isAtEnd = true;
	let top = 0;
	/** @type {ReturnType<typeof setTimeout> | undefined} */
	let silence;
	const toEnd = () => {
		isAtEnd = true;
		log.scrollTop = log.scrollHeight;
	};
	// Distance from the end alone proves nothing: a picture may have loaded. Whoever reads further up scrolled up.
	log.addEventListener('scroll', () => {
		if (log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END) isAtEnd = true;
		else if (log.scrollTop < top) isAtEnd = false;
		top = log.scrollTop;
	});
	const growth = new ResizeObserver(() => {
		if (isAtEnd) toEnd();
	});
	growth.observe(log);
	growth.observe(list);
	return {
		toEnd,
		/** What was already there is not read out. */
		quietly: () => {
			log.ariaLive = 'off';
			clearTimeout(silence);
			silence = setTimeout(() => (log.ariaLive = 'polite'), SILENCE);
		},
	};
}
