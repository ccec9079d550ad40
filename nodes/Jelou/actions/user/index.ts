import type { Resource } from '../operation';
import { getHistory } from './getHistory.operation';
import { getState } from './getState.operation';
import { setState } from './setState.operation';

export const user = {
	value: 'user',
	name: 'User',
	operations: { getHistory, getState, setState },
	defaultOperation: 'getHistory',
} satisfies Resource;
