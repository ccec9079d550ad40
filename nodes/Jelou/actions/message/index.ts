import { send } from './send.operation';
import { defineResource } from '../operation';

export const { operations, properties } = defineResource('message', { send }, 'send');
