import { NodeApiError, NodeOperationError, WebhookPathTakenError, type IHookFunctions } from 'n8n-workflow';

import { sentence } from '../../shared/errorResponse';
import { hostOf } from '../../shared/publicUrl';
import type { Refusal, RefusalReason, RegisterLine, UnregisterLine } from './decide';

// When an activation fails, n8n shows the error's message and nothing else, so the remedy belongs in the message.

const REFUSALS: Record<RefusalReason, (refusal: Refusal) => string> = {
	wrongSecret: () =>
		'The signing secret in the Jelou credential is not the one that Jelou gave this n8n. Enter the current one, or clear the field.',
	unknownSecret: () =>
		'This project already has an integration, and this Jelou credential does not know its signing secret: choose the credential that it was created with, enter the secret in this one, or delete the integration',
	unknownSecretOfOwnUrl: () =>
		'This project already has an integration that points to this trigger, and this Jelou credential does not know its signing secret: choose the credential that it was created with, enter the secret in this one, or turn on Replace Existing Webhook to delete it and create a new one',
	takenInThisWorkflow: ({ holder }) =>
		`The trigger "${holder?.nodeName ?? ''}" in this workflow already receives this project's events: use that one, or another Jelou project`,
	takenByAnotherWorkflow: ({ holder }) =>
		`${holder ? `The workflow "${holder.workflowName}"` : 'Another workflow of this n8n'} already receives this project's events: unpublish it, turn on Replace Existing Webhook, or use another Jelou project`,
	takenByAnotherSystem: ({ currentUrl }) =>
		`The project's integration already points to ${hostOf(currentUrl)}: turn on Replace Existing Webhook, or use another Jelou project`,
	notStored: () =>
		'n8n could not store the signing secret in the Jelou credential, so the new integration was deleted again: save the credential once more, and publish again',
	unreachable: ({ currentUrl }) =>
		`Jelou cannot reach this n8n at ${hostOf(currentUrl)}: set n8n's WEBHOOK_URL to its public HTTPS address, restart n8n and publish the workflow again`,
};

/**
 * Refusals about which n8n's own log says nothing, or too little: when another trigger of the workflow is published,
 * for example.
 */
const LOGGED: RefusalReason[] = ['wrongSecret', 'takenInThisWorkflow'];

/**
 * Refuses a registration.
 *
 * @throws an error that says what to do
 */
export function refuse(context: IHookFunctions, refusal: Refusal): never {
	const message = REFUSALS[refusal.reason](refusal);
	if (LOGGED.includes(refusal.reason)) warn(context, `was not registered. ${sentence(message)}`);
	const node = context.getNode();
	// Storing may work the next time. For anything else, this class of error keeps n8n 2.x from trying five times in 15
	// seconds.
	if (refusal.reason === 'notStored') throw new NodeOperationError(node, message);
	throw Object.assign(new WebhookPathTakenError(node.name), { message, node });
}

/** Moves the remedy of an error from its description to its message. */
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

type LogLine = UnregisterLine | RegisterLine;

const LINES: Record<LogLine, string> = {
	stays:
		"did not create the project's integration, so it stays and still points here. Delete it or give it another URL in Jelou.",
	staysAfterTest:
		"did not create the project's integration, so it stays and points here again when the test ends. Delete it or give it another URL in Jelou.",
	notFound:
		'found no integration in Jelou. Its signing secret is kept until the workflow is published again.',
	anotherIntegration:
		'found an integration that it did not create, so it stays and still points here. Delete it or give it another URL in Jelou.',
	anotherSecret:
		'created an integration whose signing secret is not the one in the Jelou credential, so it stays and still points here. Delete it or give it another URL in Jelou.',
	doubtfulSecret:
		'accepts only the signing secret in the Jelou credential, which is not the one that Jelou gave this n8n. If events are refused, enter the current one, or clear the field.',
};

/** Writes a log line about what became of a trigger's webhook, if that is not what the user expects. */
export function log(context: IHookFunctions, line: LogLine | undefined): void {
	if (line !== undefined) warn(context, LINES[line]);
}

/** The same for a webhook that could not be given back: by then nobody would see an error. */
export function logNotGivenBack(context: IHookFunctions, error: unknown): void {
	const why = sentence(error instanceof Error ? error.message : 'unknown error');
	warn(
		context,
		`could not give the project's webhook back: ${why} It still points here. Publish and unpublish the workflow again, or delete it in Jelou.`,
	);
}

function warn(context: IHookFunctions, text: string): void {
	const { id, name = '' } = context.getWorkflow();
	context.logger.warn(`Jelou Trigger "${context.getNode().name}" in workflow "${name}" ${text}`, {
		workflowId: id,
	});
}
