import { CREDENTIAL_NAME } from './stage';

/** A node, which has a name at least. */
type Named = { name: string } & Record<string, unknown>;

/** A workflow of a Jelou Trigger for all events, followed by the given nodes. */
export function triggerWorkflow(name: string, credential: string, ...nodes: Named[]) {
	const credentials = { jelouApi: { id: credential, name: CREDENTIAL_NAME } };
	const trigger = {
		id: 'trigger',
		name: 'Jelou Trigger',
		type: 'n8n-nodes-jelou.jelouTrigger',
		typeVersion: 2,
		position: [0, 0],
		parameters: { events: ['*'] },
		credentials,
		webhookId: `webhook-of-${name}`,
	};
	const end = {
		id: 'end',
		name: 'End',
		type: 'n8n-nodes-base.noOp',
		typeVersion: 1,
		position: [200, 0],
		parameters: {},
	};
	const behind =
		nodes.length > 0 ? nodes.map((node) => ({ credentials, position: [200, 0], ...node })) : [end];
	const names = ['Jelou Trigger', ...behind.map((node) => node.name)];
	return {
		name,
		nodes: [trigger, ...behind],
		connections: Object.fromEntries(
			names
				.slice(0, -1)
				.map((from, index) => [from, { main: [[{ node: names[index + 1], type: 'main', index: 0 }]] }]),
		),
		settings: { executionOrder: 'v1' },
	};
}

/** A wire to the first input of these nodes, as a workflow's connections have it. */
export const to = (...nodes: string[]) => ({
	main: [nodes.map((node) => ({ node, type: 'main', index: 0 }))],
});

/** A Filter that lets through items with a matching text. */
export function filter(
	name: string,
	leftValue: string,
	operation: 'startsWith' | 'notEquals',
	rightValue: string,
) {
	return {
		id: name,
		name,
		type: 'n8n-nodes-base.filter',
		typeVersion: 2,
		position: [0, 0],
		parameters: {
			conditions: {
				options: { caseSensitive: true, leftValue: '', typeValidation: 'loose' },
				combinator: 'and',
				conditions: [{ id: name, leftValue, rightValue, operator: { type: 'string', operation } }],
			},
			options: {},
		},
	};
}

/** Starts a workflow in the editor. */
export const MANUAL = {
	name: 'Start',
	type: 'n8n-nodes-base.manualTrigger',
	typeVersion: 1,
	parameters: {},
};

/** A workflow of a node that starts it, and one after it. */
export function startedWorkflow(name: string, start: Named, node: Named) {
	return {
		name,
		nodes: [
			{ id: 'start', position: [0, 0], ...start },
			{ id: 'node', position: [200, 0], ...node },
		],
		connections: { [start.name]: to(node.name) },
		settings: { executionOrder: 'v1' },
	};
}
