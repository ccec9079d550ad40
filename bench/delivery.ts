import { randomUUID } from 'node:crypto';

import { sign } from '../sandbox/signature';

/** Stands in a body for a message ID. */
export const MESSAGE_ID = '<message-id>';

/** An event before it is sent, which may be more than once. */
export interface Delivery {
	body: string;
	/** What it is signed with. */
	secret: string;
	/** Where it goes, if that is not the same for all. */
	path?: string;
}

/** What is sent: each time another message, because one that comes twice is handled once. */
export function signed({ body, secret }: Delivery): { body: string; signature: string } {
	const sent = body.replace(MESSAGE_ID, randomUUID());
	return { body: sent, signature: sign(sent, secret) };
}
