// @ts-check

/** So near the end, in pixels, somebody is taken to follow what comes. */
const NEAR_END = 100;

/** How long a redrawn list stays silent, in milliseconds: longer than a browser takes to tell of the change. */
const SILENCE = 200;

/**
 * Messages come, pictures load, the composer grows: the end stays in view, unless somebody is reading further up.
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
	// That the end is far away says nothing: a picture may have come since. Somebody who reads further up went up.
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
		/** What was there before is not news: it is not read out. */
		quietly: () => {
			log.ariaLive = 'off';
			clearTimeout(silence);
			silence = setTimeout(() => (log.ariaLive = 'polite'), SILENCE);
		},
	};
}
