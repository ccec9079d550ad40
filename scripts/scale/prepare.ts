import { DEMO_PROJECT, type Sandbox } from '../../sandbox';
import { N8nClient, type Login } from '../n8n/client';
import { activateExample, readExample } from '../n8n/examples';
import { waitUntil } from '../n8n/waitUntil';
import { sandboxCredential } from '../sandboxCredential';
import { ownLogin } from '../start/login';

const CREDENTIAL = 'Jelou sandbox';

/**
 * Gives n8n the sandbox's credential and the published example; returns how to log in. The signing secret that the trigger
 * was given is then typed into the credential, as queue mode needs it for sending.
 */
export async function prepareExample(n8nUrl: string, sandbox: Sandbox, loginFile: string): Promise<Login> {
	const client = new N8nClient(n8nUrl);
	const login = ownLogin(loginFile);
	await client.login(login);
	const save = (signingSecret: string) =>
		client.saveCredential(CREDENTIAL, 'jelouApi', sandboxCredential(sandbox, DEMO_PROJECT, signingSecret));
	const id = await save('');
	await activateExample(client, readExample('echo-support.json', { id, name: CREDENTIAL }));
	const integration = () => sandbox.store.projects.get(DEMO_PROJECT.id)?.integration;
	await waitUntil('the workflow to register with the sandbox', () => Promise.resolve(integration() != null));
	await save(integration()?.signingSecret ?? '');
	return login;
}
