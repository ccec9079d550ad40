import * as clock from '../../../nodes/Jelou/shared/clock';

let works: Array<() => Promise<void>> = [];

/** What the product does after a while is done when a test says so. */
export function holdLater(): void {
	if (jest.isMockFunction(clock.later)) return;
	works = [];
	jest.spyOn(clock, 'later').mockImplementation((_ms, work) => void works.push(work));
}

/** Lets the while pass, of everything at once. */
export async function passLater(): Promise<void> {
	await Promise.all(works.splice(0).map((work) => work()));
}
