import { NodeApiError, NodeOperationError, type IHookFunctions } from 'n8n-workflow';

import { sentence } from '../../shared/errorResponse';
import { hostOf } from '../../shared/publicUrl';
import type { RefusalReason, RegisterNote, UnregisterNote } from './decide';

// n8n shows of an activation that failed its error's message and nothing else, so the remedy belongs in the message.

const REFUSALS: Record<RefusalReason, (currentUrl: string) => string> = {
	wrongSecret: () =>
		"The signing secret in the Jelou credential is not the one that Jelou gave this n8n for the project's integration. Enter the current one, or clear the field.",
	unknownSecret: () =>
		'This project already has an integration: enter its signing secret in the Jelou credential, or delete the integration first',
	unknownSecretOfOwnUrl: () =>
		'This project already has an integration that points to this trigger: enter its signing secret in the Jelou credential, or turn on Replace Existing Webhook to delete it and create a new one',
	takenByAnotherWorkflow: () =>
		"Another workflow of this n8n already receives this project's events: unpublish it, or turn on Replace Existing Webhook",
	takenByAnotherSystem: (currentUrl) =>
		`The project's integration already points to ${hostOf(currentUrl)}: turn on Replace Existing Webhook to take it over until this workflow is unpublished, or use another Jelou project`,
	unreachable: (currentUrl) =>
		`Jelou cannot reach this n8n at ${hostOf(currentUrl)}: set n8n's WEBHOOK_URL to its public HTTPS address, restart n8n and publish the workflow again`,
};

/** Ends a registration. @throws NodeOperationError, which says what to do */
export function refuse(
	context: IHookFunctions,
	{ reason, currentUrl }: { reason: RefusalReason; currentUrl: string },
): never {
	if (reason === 'wrongSecret') log(context, reason);
	throw new NodeOperationError(context.getNode(), REFUSALS[reason](currentUrl));
}

/** Puts the remedy of an error, which is in its description, into its message. */
export async function withRemedyInMessage<T>(run: () => Promise<T>): Promise<T> {
	return await run().catch((error: unknown) => {
		const isOurs = error instanceof NodeApiError || error instanceof NodeOperationError;
		if (isOurs && typeof error.description === 'string' && error.description !== '') {
			error.message = `${sentence(error.message)} ${error.description}`;
			error.description = undefined;
		}
		throw error;
	});
}

export type Note = UnregisterNote | RegisterNote | 'wrongSecret';

const NOTES: Record<Note, string> = {
	stays:
		"did not create the project's integration, so it stays and still points here. Delete it or give it another URL in Jelou.",
	staysAfterTest:
		"did not create the project's integration, so it stays and points here again when the test ends. Delete it or give it another URL in Jelou.",
	notFound:
		"found no integration in Jelou. It keeps its signing secret until the workflow is published again, in case Jelou's answer was wrong.",
	anotherIntegration:
		'found an integration that is not the one that this trigger created, so it stays and still points here. Delete it or give it another URL in Jelou.',
	anotherSecret:
		'created an integration whose signing secret is not the one in the Jelou credential. Someone else may have recreated it, so it stays and still points here. Delete it or give it another URL in Jelou.',
	secretInMemoryOnly:
		'knows the signing secret only until n8n restarts, because another workflow created the integration. Enter the secret in the Jelou credential.',
	doubtfulSecret:
		'accepts only the signing secret in the Jelou credential, which is not the one that Jelou gave this workflow. If events are refused, enter the current one, or clear the field.',
	wrongSecret:
		'was not registered: the signing secret in the Jelou credential is not the one that Jelou gave this n8n. Enter the current one, or clear the field.',
};

export function log(context: IHookFunctions, note: Note | undefined): void {
	if (note === undefined) return;
	const { id, name } = context.getWorkflow();
	const where = name === undefined ? '' : ` of workflow "${name}"`;
	context.logger.warn(`Jelou Trigger "${context.getNode().name}"${where} ${NOTES[note]}`, { workflowId: id });
}
