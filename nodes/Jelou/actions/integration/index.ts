import { defineResource } from '../resource';
import { create } from './create.operation';
import { deleteIntegration } from './delete.operation';
import { get } from './get.operation';
import { update } from './update.operation';

export const { operations, fields } = defineResource(
	'integration',
	{ create, delete: deleteIntegration, get, update },
	'get',
);
