import type { Resource } from '../operation';
import { send } from './send.operation';

export const message = {
	value: 'message',
	name: 'Message',
	operations: { send },
	defaultOperation: 'send',
} satisfies Resource;
