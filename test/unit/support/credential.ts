import type { LoadedCredential } from '../../../nodes/Jelou/shared/credential';
import { baseUrlsFor } from '../../../nodes/Jelou/shared/endpoints';

/** A credential as an execution uses it, without a signing secret. */
export const LOADED: LoadedCredential = {
	projectId: 'p',
	apiKey: 'k',
	typedSecret: '',
	signingSecret: '',
	registration: { addresses: [] },
	isUnreadable: false,
	allowsPlainHttp: false,
	baseUrls: baseUrlsFor('production', '', ''),
	id: '1',
	decrypted: { id: '1', name: 'Jelou', type: 'jelouApi', data: {} },
};
