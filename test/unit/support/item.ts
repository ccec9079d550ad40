import { ItemParameters } from '../../../nodes/Jelou/actions/itemParameters';

/** The parameters of an item, as n8n would give them. */
export function itemWith(values: Record<string, unknown>): ItemParameters {
	return new ItemParameters((name) => (name in values ? values[name] : ''), 0);
}
