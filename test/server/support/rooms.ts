import { isRecord, type Json } from '../../../scripts/json';
import { outputOf } from '../../support/execution';
import type { Stage } from './stage';
import type { Dialogue, Workflow } from './dialogue';
import { filter, to } from './workflows';

const STATUS = (answer: string) => ({ status: 200, answer: JSON.stringify({ status: answer }) });
/** The trigger's response to a message that starts the workflow, is combined with another, or is for a person. */
export const STARTED = STATUS('accepted');
export const COMBINED = STATUS('combined');
export const PAUSED = STATUS('paused');

/** A workflow that does nothing with what customers write. */
export function onlyListens(workflow: Workflow): Workflow {
	return { ...workflow, nodes: workflow.nodes.slice(0, 1), connections: {} };
}

/** What each run of a dialogue was started with, oldest first. */
export async function startedWith({ client }: Pick<Stage, 'client'>, dialogue: Dialogue): Promise<Json[]> {
	const runs = await dialogue.runs();
	const outputs = runs.map(async ({ id }) => outputOf(await client.execution(String(id)), 'Jelou Trigger'));
	return (await Promise.all(outputs)).flat().reverse();
}

/** The texts of the messages that a run was started with. */
export function textsOf({ messages }: Json): string[] {
	const combined: unknown[] = Array.isArray(messages) ? messages : [];
	return combined.filter(isRecord).map(({ chatInput }) => String(chatInput));
}

/** The customer who writes "persona" gets a person; "back" and the ID of a room gives that room back. */
export function handOver(workflow: Workflow): Workflow {
	const [trigger, last] = workflow.nodes;
	const startsWith = (name: string, word: string) =>
		filter(name, '={{ $json.chatInput }}', 'startsWith', word);
	const jelou = (name: string, operation: string, parameters: Json = {}) => ({
		...last,
		id: name,
		name,
		parameters: { resource: 'conversation', operation, ...parameters },
	});
	return {
		...workflow,
		nodes: [
			{ ...trigger },
			startsWith('Asks for a person', 'persona'),
			jelou('Pause', 'pause'),
			{ ...last, parameters: { text: 'paused until {{ $json.until }}' } },
			startsWith('Gives back', 'back '),
			jelou('Resume', 'resume', { roomId: '={{ $json.chatInput.slice(5) }}' }),
		],
		connections: {
			'Jelou Trigger': to('Asks for a person', 'Gives back'),
			'Asks for a person': to('Pause'),
			Pause: to('Thank you'),
			'Gives back': to('Resume'),
		},
	};
}

/** The room of a customer, once they have written. */
export function roomOf({ sandbox }: Pick<Stage, 'sandbox'>, { projectId }: Dialogue, userId: string): string {
	const rooms = [...sandbox.store.rooms.values()];
	return rooms.find((room) => room.projectId === projectId && room.userId === userId)?.id ?? '';
}

/** The text of a message that was delivered. */
export function textIn({ rawBody }: { rawBody: Buffer }): string {
	const event: unknown = JSON.parse(rawBody.toString());
	const value = isRecord(event) && isRecord(event.value) ? event.value : {};
	return isRecord(value.content) ? String(value.content.body) : '';
}
