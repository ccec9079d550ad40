import { MENUS, choices } from '../support/operations';
import { Jelou } from '../../nodes/Jelou/Jelou.node';

const { properties } = new Jelou().description;
const namesOf = (options: Array<{ name: string }>) => options.map(({ name }) => name);
const sorted = (names: string[]) => [...names].sort((a, b) => a.localeCompare(b));

test('resources are listed with replying first and the integration last', () => {
	const names = properties
		.filter(({ name }) => name === 'resource')
		.flatMap((menu) => namesOf(choices(menu)));
	expect(names).toEqual(['Message', 'Conversation', 'Template', 'User', 'Integration']);
});

describe.each(MENUS)('the operations of $resource', ({ operations, resource }) => {
	test('are listed in alphabetical order', () => {
		expect(namesOf(operations)).not.toEqual([]);
		expect(namesOf(operations)).toEqual(sorted(namesOf(operations)));
	});

	test.each(operations)('$name has a sentence for the panel of nodes', ({ action }) => {
		expect(action).toMatch(/^[A-Z][a-z]+ .*[^.]$/);
	});

	test.each(operations)('$name has a description without a full stop', ({ description }) => {
		expect(description).toMatch(/^[A-Z].+[^.]$/);
	});

	test('include the default', () => {
		const menu = properties.find(
			({ displayOptions, name }) =>
				name === 'operation' && displayOptions?.show?.resource?.includes(resource) === true,
		);
		expect(operations.map(({ value }) => value)).toContain(menu?.default);
	});
});
