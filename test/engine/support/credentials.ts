import {
	ICredentialsHelper,
	type ICredentialDataDecryptedObject,
	type IHttpRequestOptions,
	type INodeParameters,
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

	/** As n8n does it: expressions of the credential are evaluated for the item that is asked about. */
	override getDecrypted(
		...[, , , mode, , , values]: Parameters<ICredentialsHelper['getDecrypted']>
	): Promise<ICredentialDataDecryptedObject> {
		this.reads++;
		if (values === undefined) return Promise.resolve({ ...this.data });
		const { connectionInputData, itemIndex, node, runExecutionData, runIndex, workflow } = values;
		const data = workflow.expression.getParameterValue(
			{ ...this.data } as INodeParameters,
			runExecutionData,
			runIndex,
			itemIndex,
			node.name,
			connectionInputData,
			mode,
			{},
		);
		return Promise.resolve(data as ICredentialDataDecryptedObject);
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
