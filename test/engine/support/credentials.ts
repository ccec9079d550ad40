import {
	ICredentialsHelper,
	isExpression,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type IHttpRequestOptions,
	type INodeParameters,
} from 'n8n-workflow';

import { JelouApi } from '../../../credentials/JelouApi.credentials';
import { JelouPlatformApi } from '../../../credentials/JelouPlatformApi.credentials';

/** n8n's credentials helper with one credential of each type in memory, and their real methods. */
export class OneCredential extends ICredentialsHelper {
	private readonly type = new JelouApi();
	private readonly platformType = new JelouPlatformApi();
	/** How often the credential was decrypted, and stored. */
	reads = 0;
	writes = 0;
	/** Whether n8n's database fails. */
	isReadOnly = false;

	/**
	 * @param data what is stored, expressions as they are
	 * @param line n8n 1.x stores all of the data that a request uses
	 */
	constructor(
		public data: ICredentialDataDecryptedObject,
		public line: 'v1' | 'v2' = 'v2',
		/** What the platform credential holds; `undefined` where the node has none. */
		readonly platform?: ICredentialDataDecryptedObject,
	) {
		super();
	}

	/** What is stored of the project's integration. */
	get registration(): IDataObject {
		const text = this.data.registration;
		return typeof text === 'string' && text !== '' ? (JSON.parse(text) as IDataObject) : {};
	}

	override getParentTypes(): string[] {
		return [];
	}

	override isCredentialUsableByNode(): boolean {
		return true;
	}

	override async authenticate(
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const type = typeName === this.platformType.name ? this.platformType : this.type;
		return await type.authenticate(credentials, requestOptions);
	}

	/** As `CredentialsHelper.preAuthentication` does it in n8n 2.41 and 1.123. */
	override async preAuthentication(
		...[helpers, credentials, , node, isExpired]: Parameters<ICredentialsHelper['preAuthentication']>
	): Promise<ICredentialDataDecryptedObject | undefined> {
		const expirable = this.type.properties.find(
			({ type, typeOptions }) => type === 'hidden' && typeOptions?.expirable === true,
		);
		if (expirable === undefined || (credentials[expirable.name] !== '' && !isExpired)) return undefined;
		const { preAuthentication } = this.type;
		const output = (await preAuthentication.call(helpers, credentials)) as ICredentialDataDecryptedObject;
		if (output[expirable.name] === undefined || !node.credentials) return undefined;
		const changed = Object.entries(output).filter(
			([name]) => name === expirable.name || !isExpression(this.data[name]),
		);
		const toStore =
			this.line === 'v1'
				? Object.assign(credentials, output)
				: { ...this.data, ...Object.fromEntries(changed) };
		if (this.isReadOnly) throw new Error('The database is read-only');
		this.writes++;
		this.data = JSON.parse(JSON.stringify(toStore)) as ICredentialDataDecryptedObject;
		return Object.assign(credentials, output);
	}

	override runPreAuthentication(): Promise<undefined> {
		return Promise.resolve(undefined);
	}

	override getCredentials(): Promise<never> {
		return Promise.reject(new Error('not needed'));
	}

	/** As n8n does it: expressions of the credential are evaluated for the item that is asked about. */
	override getDecrypted(
		...[, , type, mode, , , values]: Parameters<ICredentialsHelper['getDecrypted']>
	): Promise<ICredentialDataDecryptedObject> {
		this.reads++;
		const stored: ICredentialDataDecryptedObject =
			type === this.platformType.name ? (this.platform ?? {}) : { registration: '', ...this.data };
		if (values === undefined) return Promise.resolve(stored);
		const { connectionInputData, itemIndex, node, runExecutionData, runIndex, workflow } = values;
		const data = workflow.expression.getParameterValue(
			stored as INodeParameters,
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
