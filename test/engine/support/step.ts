import type {
	EngineRequest,
	EngineResponse,
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
} from 'n8n-workflow';

type Action = (items: INodeExecutionData[], second: INodeExecutionData[]) => INodeExecutionData[];

/** What the steps of a workflow do, by their names. */
export const ACTIONS = new Map<string, Action>();

function run(context: IExecuteFunctions, second: INodeExecutionData[]): INodeExecutionData[][] {
	const action = ACTIONS.get(context.getNode().name);
	if (action === undefined) throw new Error(`Nothing is known of the step ${context.getNode().name}.`);
	return [action(context.getInputData(), second)];
}

const described = (name: string, inputs: Array<'main'>): INodeType['description'] => ({
	displayName: name,
	name,
	group: ['transform'],
	version: 1,
	description: 'Does what a test says',
	defaults: { name },
	inputs,
	outputs: ['main'],
	properties: [],
});

/** A node between two others, such as HTTP Request or Code. */
export class Step implements INodeType {
	description = described('step', ['main']);

	execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return Promise.resolve(run(this, []));
	}
}

/** A node with two inputs, such as Merge. */
export class Join implements INodeType {
	description = described('join', ['main', 'main']);

	execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return Promise.resolve(run(this, this.getInputData(1)));
	}
}

/** The agents' tool calls, in order: by the agent's name, for each of its items. */
export const CALLS = new Map<string, (item: IDataObject) => Array<{ tool: string; input: IDataObject }>>();

/** n8n's AI Agent 3 without its model: it has the engine run its tools, and outputs their results. */
export class Agent implements INodeType {
	description = described('agent', ['main']);

	execute(
		this: IExecuteFunctions,
		response?: EngineResponse,
	): Promise<INodeExecutionData[][] | EngineRequest> {
		const items = this.getInputData();
		const actions = items.flatMap(({ json }, itemIndex) =>
			(CALLS.get(this.getNode().name)?.(json) ?? []).map(({ input, tool }, n) => ({
				actionType: 'ExecutionNodeAction' as const,
				nodeName: tool,
				input,
				type: 'ai_tool' as const,
				id: `call-${String(itemIndex)}-${String(n)}`,
				metadata: { itemIndex },
			})),
		);
		const isOver = actions.length === 0 || (response?.actionResponses.length ?? 0) > 0;
		if (isOver) return Promise.resolve([items.map((_, item) => ({ json: {}, pairedItem: { item } }))]);
		return Promise.resolve({ actions, metadata: {} });
	}
}
