import {
	acceptedSecrets,
	clearCachedSecret,
	cacheSecret,
	sendingSecret,
} from '../../nodes/Jelou/shared/secrets';
import { LOADED } from './support/credential';
import { readRegistration, writeRegistration } from '../../nodes/Jelou/shared/registrationStore';

const typed = { ...LOADED, signingSecret: 'typed' };
const otherProject = { ...LOADED, projectId: 'q' };
const otherGateway = { ...LOADED, baseUrls: { ...LOADED.baseUrls, gateway: 'https://proxy.example' } };

afterEach(() => clearCachedSecret(LOADED));

test('a cached secret serves its credential and its integration alone, until it is cleared', () => {
	cacheSecret(LOADED, 'cached');
	expect(acceptedSecrets(LOADED, {})).toEqual(['cached']);
	for (const other of [{ ...LOADED, id: '2' }, otherProject, otherGateway]) {
		expect(acceptedSecrets(other, {})).toEqual([]);
	}
	clearCachedSecret(LOADED);
	expect(acceptedSecrets(LOADED, {})).toEqual([]);
});

test('of many secrets the one cached longest ago is dropped', () => {
	cacheSecret(LOADED, 'the first');
	const others = Array.from({ length: 500 }, (_, n) => ({ ...LOADED, id: `other-${String(n)}` }));
	for (const other of others) cacheSecret(other, 'x');
	expect(acceptedSecrets(LOADED, {})).toEqual([]);
	for (const other of others) {
		expect(acceptedSecrets(other, {})).toEqual(['x']);
		clearCachedSecret(other);
	}
});

test('where a secret is typed it is the only one accepted, so that a leaked one can be revoked', () => {
	cacheSecret(LOADED, 'cached');
	expect(acceptedSecrets(typed, { signingSecret: 'given' })).toEqual(['typed']);
	expect(acceptedSecrets(typed, {})).toEqual(['typed']);
});

test('where none is typed, every secret that Jelou gave is accepted, each once, and never an empty one', () => {
	cacheSecret(LOADED, 'cached');
	expect(acceptedSecrets(LOADED, { signingSecret: 'given' })).toEqual(['given', 'cached']);
	expect(acceptedSecrets(LOADED, { signingSecret: 'cached' })).toEqual(['cached']);
	cacheSecret(LOADED, '');
	expect(acceptedSecrets(LOADED, { signingSecret: '' })).toEqual([]);
});

test('messages are signed with what was typed, else with what the trigger was given, never from memory', () => {
	cacheSecret(LOADED, 'cached');
	expect(sendingSecret(typed, { signingSecret: 'given' })).toBe('typed');
	expect(sendingSecret(LOADED, { signingSecret: 'given' })).toBe('given');
	expect(sendingSecret(LOADED, {})).toBeUndefined();
});

test('what is kept about one integration leaves the others and the rest of the static data alone', () => {
	const staticData = { somebodyElse: 1 };
	writeRegistration(staticData, LOADED, { signingSecret: 'a' });
	writeRegistration(staticData, otherProject, { signingSecret: 'b' });
	expect(readRegistration(staticData, LOADED)).toMatchObject({ signingSecret: 'a', isOwner: false });
	writeRegistration(staticData, LOADED, undefined);
	expect(readRegistration(staticData, LOADED)).toEqual({});
	expect(readRegistration(staticData, otherProject)).toMatchObject({ signingSecret: 'b' });
	expect(staticData).toHaveProperty('somebodyElse', 1);
});
