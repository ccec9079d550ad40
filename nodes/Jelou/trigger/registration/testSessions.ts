import type { JelouCredential } from '../../shared/credential';
import { integrationKey } from '../../shared/registrationStore';
import { BoundedMap } from '../../shared/boundedMap';

/**
 * What test listening in the editor has borrowed. A project has one webhook URL, so a test takes production's for a
 * while. Several tests can listen at once, also in different workflows, and production can be activated or deactivated
 * meanwhile; so what has to be put back is known here, for the whole process, and not by each test for itself.
 */
interface Loan {
	/** The URL to put back at the end; `undefined` when there was no integration before, so it is deleted. */
	back: string | undefined;
	/** The URLs of the tests that listen now, in the order in which they began. */
	listening: Set<string>;
}

const loans = new BoundedMap<string, Loan>(500);

/** Notes that a test listens at this URL. What the first test found is what goes back in the end. */
export function borrow(credential: JelouCredential, testUrl: string, back: string | undefined): void {
	const key = integrationKey(credential);
	const loan = loans.get(key) ?? { back, listening: new Set<string>() };
	loan.listening.add(testUrl);
	loans.set(key, loan);
}

/** The loan, if this URL is that of a test that listens now. */
export function loanOf(credential: JelouCredential, currentUrl: string): Readonly<Loan> | undefined {
	const loan = loans.get(integrationKey(credential));
	return loan?.listening.has(currentUrl) ? loan : undefined;
}

/** Changes what goes back in the end: production was activated or deactivated during a test. */
export function setBack(credential: JelouCredential, back: string | undefined): void {
	const loan = loans.get(integrationKey(credential));
	if (loan) loan.back = back;
}

/** Notes that a test has ended. With the last one the loan ends. */
export function endTest(credential: JelouCredential, testUrl: string): void {
	const key = integrationKey(credential);
	const loan = loans.get(key);
	loan?.listening.delete(testUrl);
	if (loan?.listening.size === 0) loans.delete(key);
}

/** Forgets the loan of an integration that is gone. */
export function endLoan(credential: JelouCredential): void {
	loans.delete(integrationKey(credential));
}
