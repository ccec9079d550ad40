import type { IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';

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
