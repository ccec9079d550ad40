import { create } from './create.operation';
import { deleteIntegration } from './delete.operation';
import { get } from './get.operation';
import { update } from './update.operation';
import { defineResource } from '../operation';

export const { operations, properties } = defineResource(
	'integration',
	{ create, delete: deleteIntegration, get, update },
	'get',
);
