import type { Resource } from '../operation';
import { send } from './send.operation';
import { sendAndWait } from './sendAndWait.operation';

export const message = {
	value: 'message',
	name: 'Message',
	operations: { send, sendAndWait },
	defaultOperation: 'send',
} satisfies Resource;
