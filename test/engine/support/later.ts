import * as clock from '../../../nodes/Jelou/shared/clock';

let works: Array<() => Promise<void>> = [];

/** The product's delayed work runs when a test says so. */
export function holdLater(): void {
	if (jest.isMockFunction(clock.later)) return;
	works = [];
	jest.spyOn(clock, 'later').mockImplementation((_ms, work) => void works.push(work));
}

/** Runs all delayed work at once. */
export async function passLater(): Promise<void> {
	await Promise.all(works.splice(0).map((work) => work()));
}
