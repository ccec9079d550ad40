import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { Jelou } from '../../nodes/Jelou/Jelou.node';

const menus = new Jelou().description.properties
	.filter(({ name }) => name === 'operation')
	.map((property: INodeProperties) => property.options as INodePropertyOptions[]);

test('operations are offered in alphabetical order, each with a sentence for the panel of nodes', () => {
	for (const menu of menus) {
		const names = menu.map(({ name }) => name);
		expect(names).toEqual([...names].sort());
		for (const { action, description } of menu) {
			expect(action).toMatch(/^[A-Z][a-z]+ (a|the) [a-z]+$/);
			expect(description).toMatch(/^[A-Z].+[^.]$/);
		}
	}
	expect(menus.flat().map(({ value }) => value)).toEqual([
		'send',
		'close',
		'get',
		'start',
		'create',
		'delete',
		'get',
		'update',
	]);
});
