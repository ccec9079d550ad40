import { close } from './close.operation';
import { get } from './get.operation';
import { start } from './start.operation';
import { defineResource } from '../operation';

export const { operations, properties } = defineResource('conversation', { close, get, start }, 'get');
