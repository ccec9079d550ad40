import type { Resource } from '../operation';
import { close } from './close.operation';
import { get } from './get.operation';
import { getMany } from './getMany.operation';
import { pause } from './pause.operation';
import { resume } from './resume.operation';
import { start } from './start.operation';

export const conversation = {
	value: 'conversation',
	name: 'Conversation',
	operations: { close, get, getMany, pause, resume, start },
	defaultOperation: 'get',
} satisfies Resource;
