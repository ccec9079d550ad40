import {
	ICredentialsHelper,
	type ICredentialDataDecryptedObject,
	type IHttpRequestOptions,
} from 'n8n-workflow';

import { JelouApi } from '../../../credentials/JelouApi.credentials';

/** n8n's credentials helper with one credential in memory, and the real `authenticate` of `jelouApi`. */
export class OneCredential extends ICredentialsHelper {
	private readonly type = new JelouApi();
	/** How often the credential was decrypted. */
	reads = 0;

	constructor(public data: ICredentialDataDecryptedObject) {
		super();
	}

	override getParentTypes(): string[] {
		return [];
	}

	override isCredentialUsableByNode(): boolean {
		return true;
	}

	override async authenticate(
		credentials: ICredentialDataDecryptedObject,
		_typeName: string,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		return await this.type.authenticate(credentials, requestOptions);
	}

	override preAuthentication(): Promise<undefined> {
		return Promise.resolve(undefined);
	}

	override runPreAuthentication(): Promise<undefined> {
		return Promise.resolve(undefined);
	}

	override getCredentials(): Promise<never> {
		return Promise.reject(new Error('not needed'));
	}

	override getDecrypted(): Promise<ICredentialDataDecryptedObject> {
		this.reads++;
		return Promise.resolve({ ...this.data });
	}

	override updateCredentials(): Promise<void> {
		return Promise.resolve();
	}

	override updateCredentialsOauthTokenData(): Promise<void> {
		return Promise.resolve();
	}

	override getCredentialsProperties() {
		return this.type.properties;
	}
}
