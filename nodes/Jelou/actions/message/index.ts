import { defineResource } from '../resource';
import { send } from './send.operation';

export const { operations, fields } = defineResource('message', { send }, 'send');
