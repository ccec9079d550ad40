import type {
	IDataObject,
	INodeExecutionData,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { loadCredential } from '../../shared/credential';
import { kindOf } from '../../shared/errors';
import { withMedia } from '../../shared/media';
import { isPrivateHost } from '../../shared/publicUrl';
import { RESUME_STATUS, readResumption } from '../../shared/triggerNote';
import { isItem, isReview, withoutReview } from '../toolInput';
import { keptQuestion } from './questionId';

/** Less than the trigger waits for the response to its resume request. */
const MEDIA_TIMEOUT_MS = 7_000;
const MAX_MEDIA_SIZE = 25 * 1024 * 1024;

/** Where n8n resumes a run that waits at this node. n8n registers it only for such a run. */
export const resumeWebhooks: IWebhookDescription[] = [
	{
		name: 'default',
		httpMethod: 'POST',
		responseMode: 'onReceived',
		responseData: '',
		path: '={{ $nodeId }}',
		restartWebhook: true,
		isFullPath: true,
	},
];

/** The item that the node waits with, and that n8n goes on with when the time is up. */
function inputOf(context: IWebhookFunctions): INodeExecutionData | undefined {
	const input: unknown = context.evaluateExpression('{{ $input.item }}');
	return isItem(input) ? input : undefined;
}

async function toItem(context: IWebhookFunctions, event: IDataObject): Promise<INodeExecutionData> {
	if (context.getNodeParameter('options.downloadMedia', false) !== true) return { json: event };
	const { baseUrls } = await loadCredential(context);
	const allowPrivate = isPrivateHost(new URL(baseUrls.gateway));
	return await withMedia(context, event, {
		maxSize: MAX_MEDIA_SIZE,
		timeout: MEDIA_TIMEOUT_MS,
		allowPrivate,
	});
}

/**
 * Takes the answer that the project's trigger passes on to a waiting run, and lets the run go on with it. Whoever posts
 * here knows the resume URL, which n8n signs and checks.
 *
 * Never throws: after an error, n8n would still go on with the run, with an empty item.
 */
export async function receiveAnswer(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const respond = (status: keyof typeof RESUME_STATUS) => ({ webhookResponse: { status } });
	try {
		const resumption = readResumption(context.getBodyData());
		// While n8n stores that a run waits, it may still read the run's earlier state, with another question.
		if (resumption === undefined || resumption.questionId !== keptQuestion(context)) {
			return respond('otherQuestion');
		}
		if (resumption.answer === undefined) return respond('waiting');
		const { event, isTimeUp, outcome } = resumption.answer;
		if (isTimeUp) {
			const input = inputOf(context) ?? { json: event };
			const json = { ...input.json, ...outcome };
			return { ...respond('resumed'), workflowData: [[{ ...input, json, pairedItem: { item: 0 } }]] };
		}
		const item = await toItem(context, event);
		// In a review, n8n would pass the text on as feedback, in place of its own words for a refusal.
		const answered = isReview(context.getNode()) ? withoutReview(item.json) : item.json;
		// What came of the question is first, because that is what a person looks for.
		const json: IDataObject = { ...outcome, ...answered, ...outcome };
		return { ...respond('resumed'), workflowData: [[{ ...item, json, pairedItem: { item: 0 } }]] };
	} catch (error) {
		const { name } = context.getWorkflow();
		const node = context.getNode();
		context.logger.warn(
			`Jelou node "${node.name}" in workflow "${name ?? ''}" could not take an answer (${kindOf(node, error)})`,
		);
		return respond('otherQuestion');
	}
}
