import { defineResource } from '../resource';
import { close } from './close.operation';
import { get } from './get.operation';
import { start } from './start.operation';

export const { operations, fields } = defineResource('conversation', { close, get, start }, 'get');
