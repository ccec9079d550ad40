import { EventEmitter } from 'node:events';

import type { IWebhookFunctions } from 'n8n-workflow';

import { Deadline } from '../../../nodes/Jelou/trigger/event/deadline';

/** What the deliveries of a test wrote into n8n's log. */
export const warnings: string[] = [];
const ends: Array<() => void> = [];

/** A delivery, and its response. */
export function deliveryOf({ closed = false, mode = 'webhook' } = {}) {
	const response = Object.assign(new EventEmitter(), { closed, writableFinished: false, statusCode: 200 });
	const context = {
		getMode: () => mode,
		getNode: () => ({ id: 'node', name: 'Jelou Trigger' }),
		getResponseObject: () => response,
		getWorkflow: () => ({ id: 'workflow' }),
		logger: { warn: (line: string) => warnings.push(line) },
	} as unknown as IWebhookFunctions;
	const answer = (statusCode: number) => {
		Object.assign(response, { writableFinished: true, statusCode });
		response.emit('finish');
	};
	const breakOff = () => {
		response.closed = true;
		response.emit('close');
	};
	ends.push(breakOff);
	return { answer, breakOff, context, deadline: new Deadline() };
}

/** Breaks off the deliveries of a test, so that none is held in the next. */
export function breakOffAll(): void {
	for (const end of ends.splice(0)) end();
	warnings.length = 0;
}
