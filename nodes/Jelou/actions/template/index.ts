import type { Resource } from '../operation';
import { getMany } from './getMany.operation';
import { send } from './send.operation';

export const template = {
	value: 'template',
	name: 'Template',
	operations: { getMany, send },
	defaultOperation: 'send',
} satisfies Resource;
