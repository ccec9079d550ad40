import { clientOf, DEMO_PROJECT, type Sandbox, type SandboxProject } from '../sandbox';

/**
 * What a Jelou API credential holds for a project of the sandbox.
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

/** What a Jelou Platform API credential holds for a project of the sandbox. */
export function sandboxPlatformCredential(
	{ platformUrl }: Pick<Sandbox, 'platformUrl'>,
	project: Pick<SandboxProject, 'clientId' | 'clientSecret' | 'id'> = DEMO_PROJECT,
): Record<string, string> {
	return { ...clientOf(project), environment: 'custom', platformUrl };
}
