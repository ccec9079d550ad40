import type { Sandbox } from '../../../sandbox';
import { OneCredential } from './credentials';
import { Engine } from './engine';
import { PROJECT, credentialFor } from './setup';

const BASE = 'https://n8n.example.com';

/** The credentials of a test, by their IDs. */
const credentials = new WeakMap<Sandbox, Map<string, OneCredential>>();

/** The credential with this ID; created with the first workflow that uses it. */
function credentialOf(sandbox: Sandbox, id: string, signingSecret = ''): OneCredential {
	const known = credentials.get(sandbox) ?? new Map<string, OneCredential>();
	credentials.set(sandbox, known);
	const credential = known.get(id) ?? new OneCredential(credentialFor(sandbox, { signingSecret }));
	known.set(id, credential);
	return credential;
}

/** A workflow with a Jelou Trigger, as n8n's core drives it: in production, and listening for a test. */
export class TriggerWorkflow {
	readonly url: string;
	readonly testUrl: string;
	isActive = false;
	isListening = false;
	readonly credential: OneCredential;
	private readonly credentialId: string;
	private production: Engine;
	private listening: Engine;

	/** @param credentialId workflows share a credential unless theirs has another secret typed */
	constructor(
		sandbox: Sandbox,
		readonly name: string,
		signingSecret = '',
		credentialId = `credential with "${signingSecret}"`,
	) {
		this.credentialId = credentialId;
		this.credential = credentialOf(sandbox, credentialId, signingSecret);
		this.url = `${BASE}/webhook/${name}/webhook`;
		this.testUrl = `${BASE}/webhook-test/${name}/webhook`;
		this.production = this.engine();
		this.listening = this.engine();
	}

	private engine(): Engine {
		return new Engine({
			credential: this.credential,
			webhookId: this.name,
			workflowId: this.name,
			workflowName: this.name,
			webhookBaseUrl: BASE,
			credentialId: this.credentialId,
		});
	}

	async activate(replaceExisting = false): Promise<void> {
		await this.production.register({ replaceExisting });
		this.isActive = true;
	}

	async deactivate(): Promise<void> {
		await this.production.hook('delete');
		this.isActive = false;
	}

	/** n8n unpublishes it, without the delayed work. */
	async release(): Promise<void> {
		await this.production.hook('delete', {}, { isHeld: true });
		this.isActive = false;
	}

	/** A test gets static data of its own, which is empty. */
	async listen(): Promise<void> {
		this.listening = this.engine();
		await this.listening.register({}, true);
		this.isListening = true;
	}

	/** After an event, a time-out or a cancel. */
	async stopListening(): Promise<void> {
		await this.listening.hook('delete', {}, { isTest: true, isHeld: true, activation: 'update' });
		this.isListening = false;
	}
}

/** The integration at Jelou, if there is one. */
export function integrationOf(sandbox: Sandbox) {
	return sandbox.store.projects.get(PROJECT)?.integration ?? undefined;
}
