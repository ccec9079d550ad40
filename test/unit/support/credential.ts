import type { LoadedCredential } from '../../../nodes/Jelou/shared/credential';
import { hostsOf } from '../../../nodes/Jelou/shared/endpoints';

/** A credential as an execution uses it, without a signing secret. */
export const LOADED: LoadedCredential = {
	projectId: 'p',
	apiKey: 'k',
	signingSecret: '',
	environment: 'production',
	hosts: hostsOf('production', '', ''),
	id: '1',
	decrypted: { id: '1', name: 'Jelou', type: 'jelouApi', data: {} },
};
