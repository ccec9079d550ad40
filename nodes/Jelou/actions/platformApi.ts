import type { IExecuteFunctions } from 'n8n-workflow';

import type { LoadedPlatformCredential } from '../shared/platformCredential';
import { call, type CallOptions } from '../shared/transport';
import type { JelouResponse } from '../shared/types';
import type { PlatformApi, PlatformRequest } from './operation';

/** What was read in a run, by account and request. */
export type ReadInRun = Map<string, Promise<JelouResponse>>;

/** The platform API as an item of a run uses it. */
export function platformApi(
	context: IExecuteFunctions,
	credential: LoadedPlatformCredential,
	options: CallOptions,
	known: ReadInRun,
): PlatformApi {
	const send = async (request: PlatformRequest) =>
		await call(context, credential, { ...request, target: 'platform' }, options);
	return {
		call: send,
		async readOnce(request) {
			const key = JSON.stringify([credential.clientId, request]);
			try {
				const found = await known.get(key);
				if (found) return found;
			} catch {
				// The error belongs to another item.
			}
			const own = send(request);
			known.set(key, own);
			return await own;
		},
	};
}
