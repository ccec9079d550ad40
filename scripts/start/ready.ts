import type { Login } from '../n8n/client';
import { say } from './lifecycle';

/** What somebody needs who has just started it all, at the end, where it is seen. */
interface Ready {
	/** By name. */
	addresses: Record<string, string>;
	login: Login;
	/** Further lines below. */
	hints?: string[];
}

export function sayReady({ addresses, login, hints = [] }: Ready): void {
	const rows = Object.entries({
		...addresses,
		'n8n login': `${login.email}  ${login.password}`,
		'To stop': 'Press Ctrl-C',
	});
	const width = Math.max(...rows.map(([name]) => name.length));
	const table = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
	say(
		['', 'Ready.', '', ...table, ...hints.flatMap((hint, n) => (n === 0 ? ['', hint] : [hint])), ''].join(
			'\n',
		),
	);
}
