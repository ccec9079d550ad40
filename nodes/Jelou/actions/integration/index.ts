import type { Resource } from '../operation';
import { check } from './check.operation';
import { create } from './create.operation';
import { deleteIntegration } from './delete.operation';
import { get } from './get.operation';
import { update } from './update.operation';

export const integration = {
	value: 'integration',
	name: 'Integration',
	operations: { check, create, delete: deleteIntegration, get, update },
	defaultOperation: 'get',
} satisfies Resource;
