import { ItemParameters } from '../../../nodes/Jelou/actions/parameters';

/** The parameters of an item, as n8n would give them. */
export function itemWith(values: Record<string, unknown>): ItemParameters {
	const getNodeParameter = (name: string) => (name in values ? values[name] : '');
	return new ItemParameters({ getNodeParameter: getNodeParameter as never }, 0);
}
