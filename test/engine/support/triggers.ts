import type { IDataObject } from 'n8n-workflow';

import type { Sandbox } from '../../../sandbox';
import { Engine } from './engine';
import { PROJECT, credentialFor } from './setup';

const BASE = 'https://n8n.example.com';

/** A workflow with a Jelou Trigger, as n8n's core drives it: in production, and listening for a test. */
export class TriggerWorkflow {
	readonly url: string;
	readonly testUrl: string;
	isActive = false;
	isListening = false;
	private production: Engine;
	private listening: Engine;

	constructor(
		private readonly sandbox: Sandbox,
		readonly name: string,
		private readonly signingSecret = '',
		private readonly credentialId?: string,
	) {
		this.url = `${BASE}/webhook/${name}/webhook`;
		this.testUrl = `${BASE}/webhook-test/${name}/webhook`;
		this.production = this.engine();
		this.listening = this.engine();
	}

	private engine(): Engine {
		const credential = credentialFor(this.sandbox, { signingSecret: this.signingSecret });
		return new Engine({
			credential,
			webhookId: this.name,
			webhookBaseUrl: BASE,
			credentialId: this.credentialId,
		});
	}

	get staticData(): IDataObject {
		return this.production.staticData;
	}

	async activate(replaceExisting = false): Promise<void> {
		await this.production.register({ replaceExisting });
		this.isActive = true;
	}

	async deactivate(): Promise<void> {
		await this.production.hook('delete');
		this.isActive = false;
	}

	/** A test gets a static data of its own, which is empty. */
	async listen(): Promise<void> {
		this.listening = this.engine();
		await this.listening.register({}, true);
		this.isListening = true;
	}

	/** After an event, a time-out or a cancel. */
	async stopListening(): Promise<void> {
		await this.listening.hook('delete', {}, { isTest: true, activation: 'update' });
		this.isListening = false;
	}
}

/** The integration at Jelou, if there is one. */
export function integrationOf(sandbox: Sandbox) {
	return sandbox.store.projects.get(PROJECT)?.integration ?? undefined;
}
