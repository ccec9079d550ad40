import { clientOf, DEMO_PROJECT, type Sandbox, type SandboxProject } from '../sandbox';

/**
 * The data of a Jelou API credential for a project of the sandbox.
 *
 * @param signingSecret empty when the trigger is to keep the secret
 */
export function sandboxCredential(
	{ chatbotUrl, gatewayUrl }: Pick<Sandbox, 'chatbotUrl' | 'gatewayUrl'>,
	{ apiKey, id }: Pick<SandboxProject, 'apiKey' | 'id'> = DEMO_PROJECT,
	signingSecret = '',
): Record<string, string> {
	return { projectId: id, apiKey, signingSecret, environment: 'custom', gatewayUrl, chatbotUrl };
}

/** The data of a Jelou Platform API credential for a project of the sandbox. */
export function sandboxPlatformCredential(
	{ platformUrl }: Pick<Sandbox, 'platformUrl'>,
	project: Pick<SandboxProject, 'clientId' | 'clientSecret' | 'id'> = DEMO_PROJECT,
): Record<string, string> {
	return { ...clientOf(project), environment: 'custom', platformUrl };
}
