import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { NodeHelpers, type INode, type INodeTypeDescription } from 'n8n-workflow';

import { exampleFiles, readExample } from '../../../scripts/n8n/examples';
import { EXAMPLES, N8N_LINE } from '../../../scripts/paths';
import type { Stage } from '../support/stage';

/** The size of a node in the editor with its name below it, in the editor's pixels. */
const WIDTH = 100;
const HEIGHT = 150;
/** An AI agent is wider, for its model, memory and tools. */
const AGENT_WIDTH = 260;

interface Box {
	name: string;
	left: number;
	top: number;
	right: number;
	bottom: number;
}

/** n8n 1.x has no Human Review, and its Data table node creates no tables: the notes of these examples say so. */
const WRONG_IN_V1: Record<string, unknown[]> = {
	'ai-agent-with-a-person.json': [
		{
			node: 'Ask the supervisor',
			problems: ['n8n does not know n8n-nodes-jelou.jelouHitlTool 2'],
		},
	],
	'satisfaction-survey.json': [
		{
			node: 'Create the table',
			problems: ['operation', 'tableName', 'columns', 'options'].map((name) => `${name} is dropped`),
		},
	],
};

const CREDENTIAL = { id: 'any', name: 'any' };
/** Besides that of a Jelou project. */
const OTHERS = {
	httpHeaderAuth: CREDENTIAL,
	jelouPlatformApi: CREDENTIAL,
	openAiApi: CREDENTIAL,
	telegramApi: CREDENTIAL,
};

function nodesOf(file: string): INode[] {
	// Checked by n8n's own rules below.
	return readExample(file, CREDENTIAL, OTHERS).nodes as unknown as INode[];
}

function isNote({ type }: INode): boolean {
	return type === 'n8n-nodes-base.stickyNote';
}

function boxOf(node: INode): Box {
	const { name, parameters, position, type } = node;
	const [left, top] = position;
	const usual = type.endsWith('.agent') ? AGENT_WIDTH : WIDTH;
	const width = isNote(node) ? Number(parameters.width) : usual;
	const height = isNote(node) ? Number(parameters.height) : HEIGHT;
	return { name, left, top, right: left + width, bottom: top + height };
}

function overlaps(a: Box, b: Box): boolean {
	return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

export function everyExample(stage: () => Stage): void {
	let types: INodeTypeDescription[];
	beforeAll(async () => {
		const { client, n8n } = stage();
		const response = await fetch(`${n8n.url}/types/nodes.json`, { headers: { cookie: client.cookie } });
		types = (await response.json()) as INodeTypeDescription[];
	});

	const typeOf = ({ type, typeVersion }: INode) =>
		types.find(({ name, version }) => name === type && [version].flat().includes(typeVersion));

	/** What n8n finds wrong with a node. */
	function problemsOf(node: INode): string[] {
		const type = typeOf(node);
		if (!type) return [`n8n does not know ${node.type} ${String(node.typeVersion)}`];
		const { properties } = type;
		const parameters = NodeHelpers.getNodeParameters(properties, node.parameters, true, false, node, type);
		const complete = { ...node, parameters: parameters ?? {} };
		const issues = NodeHelpers.getNodeParametersIssues(properties, complete, type);
		const credentials = (type.credentials ?? []).filter(
			({ name, ...each }) =>
				each.required === true &&
				NodeHelpers.displayParameter(complete.parameters, { name, ...each }, complete, type) &&
				node.credentials?.[name] === undefined,
		);
		// A parameter of another name would be dropped silently.
		const dropped = Object.keys(node.parameters).filter((name) => !(name in complete.parameters));
		return [
			...(issues ? [JSON.stringify(issues)] : []),
			...credentials.map(({ name }) => `${name} is missing`),
			...dropped.map((name) => `${name} is dropped`),
		];
	}

	test.each(exampleFiles())('%s has only nodes that n8n knows and finds nothing wrong with', (file) => {
		const wrong = nodesOf(file)
			.map((node) => ({ node: node.name, problems: problemsOf(node) }))
			.filter(({ problems }) => problems.length > 0);
		expect(wrong).toEqual((N8N_LINE === 'v1' && WRONG_IN_V1[file]) || []);
	});

	test.each(exampleFiles())('%s is laid out so that everything is readable', (file) => {
		const nodes = nodesOf(file);
		expect(nodes.filter(isNote)).toHaveLength(1);
		const boxes = nodes.map(boxOf);
		const overlapping = boxes.flatMap((a, index) =>
			boxes.slice(index + 1).flatMap((b) => (overlaps(a, b) ? [`${a.name} and ${b.name}`] : [])),
		);
		expect(overlapping).toEqual([]);
	});

	test.each(exampleFiles())(
		'%s holds no code, no address of anybody, and no name that is not there',
		(file) => {
			const nodes = nodesOf(file);
			const names = nodes.map(({ name }) => name);
			expect(new Set(names).size).toBe(names.length);
			expect(nodes.map(({ type }) => type)).not.toContain('n8n-nodes-base.code');
			const text = JSON.stringify(nodes);
			for (const [, host] of text.matchAll(/https?:\/\/([^/"\s]+)/g))
				expect(host).toMatch(/(^|\.)example\.com$/);
			for (const [, name] of text.matchAll(/\$\('([^']+)'\)/g)) expect(names).toContain(name);
		},
	);

	// n8n 2.x chooses a credential itself on import, and n8n 1.x in all nodes once one is chosen, but only in place of an
	// unknown ID. In place of null, n8n 2.41 shows the choice in all nodes and saves it in none. In HTTP Request, only null
	// is replaced.
	test.each(exampleFiles())('%s asks for each credential at most once, and not in every node', (file) => {
		const text = readFileSync(join(EXAMPLES, file), 'utf8');
		const ids = [...text.matchAll(/"(\w+Api|httpHeaderAuth)": \{\s*"id": ([^,]+),/g)];
		expect(ids).not.toEqual([]);
		for (const [, type, id] of ids)
			expect([type, id]).toEqual([type, type === 'httpHeaderAuth' ? 'null' : '"yours"']);
	});

	describe("n8n's own report on what its next version will break", () => {
		const report = async () => stage().client.call('GET', '/breaking-changes/report?version=v3');
		const imported: string[] = [];
		let others = 0;
		beforeAll(async () => {
			others = (await stage().client.workflows()).length;
			for (const file of exampleFiles()) {
				const workflow = readExample(file, CREDENTIAL, OTHERS);
				imported.push(await stage().client.createWorkflow(workflow));
			}
		});
		afterAll(async () => {
			for (const id of imported) {
				await stage().client.call('POST', `/workflows/${id}/archive`);
				await stage().client.call('DELETE', `/workflows/${id}`);
			}
		});

		test('names none of them, only how n8n itself is installed', async () => {
			// n8n 1.x only knows 2.0.
			const targetVersion = N8N_LINE === 'v1' ? 'v2' : 'v3';
			expect(await report()).toMatchObject({
				report: { targetVersion, workflowResults: [] },
				totalWorkflows: others + imported.length,
			});
		});
	});
}
