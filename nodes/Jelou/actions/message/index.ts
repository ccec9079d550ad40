import type { Resource } from '../operation';
import { send } from './send.operation';
import { sendAndWait } from './sendAndWait.operation';
import { sendInteractive } from './sendInteractive.operation';

export const message = {
	value: 'message',
	name: 'Message',
	operations: { send, sendAndWait, sendInteractive },
	defaultOperation: 'send',
} satisfies Resource;
