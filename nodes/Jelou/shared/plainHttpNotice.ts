import type { INodeProperties } from 'n8n-workflow';

import { ENVIRONMENTS } from './environments';

/** The environments whose URLs the user enters. */
export const WITH_OWN_URLS = ENVIRONMENTS.filter(({ baseUrls }) => baseUrls === undefined).map(
	({ value }) => value,
);

/** Warns of plain HTTP in a credential's URL, as soon as it is typed. */
export function plainHttpNotice(field: string, label: string): INodeProperties {
	return {
		displayName: `${label} is not HTTPS: use it only for a local sandbox.`,
		name: `${field}Notice`,
		type: 'notice',
		default: '',
		displayOptions: { show: { environment: WITH_OWN_URLS, [field]: [{ _cnd: { startsWith: 'http://' } }] } },
	};
}
