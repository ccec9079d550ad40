import type { IDataObject } from 'n8n-workflow';

import { version } from '../../../../package.json';
import { projectPath } from '../../shared/endpoints';
import { isJelouNotFound, readErrorResponse } from '../../shared/errorResponse';
import { FieldError } from '../../shared/errors';
import { explainNetwork, explainStatus } from '../../shared/explanations';
import { isObject } from '../../shared/json';
import { hostOf, isPublicHttps } from '../../shared/publicUrl';
import { tryCall } from '../../shared/transport';
import type { Failure, JelouRequest } from '../../shared/types';
import { hasSameOrigin, toProductionUrl } from '../../shared/webhookUrls';
import { withSecret } from '../credentials';
import { MISROUTED, SecretError, UnreachableError, isTriggerUrl, notify } from '../notifyTrigger';
import { options } from '../options';
import { toId } from '../origin';
import type { ReadContext, ReadOperation } from '../operation';

/** One thing that was checked, and what to do about it. */
interface Check extends IDataObject {
	check: string;
	ok: boolean;
	detail: string;
	remedy: string;
}

const passed = (check: string, detail: string, remedy = 'None'): Check => ({
	check,
	ok: true,
	detail,
	remedy,
});
const failed = (check: string, detail: string, remedy: string): Check => ({
	...passed(check, detail, remedy),
	ok: false,
});

/** Whether a response comes from the requested path, and not from a gateway that does not have it. */
const comesFromPath = (failure: Failure) =>
	failure.kind === 'response' && (failure.status !== 404 || isJelouNotFound(failure));

/**
 * Checks that the gateway is there, accepts the key and knows an integration. Returns the address that events go to, or
 * `''`.
 */
async function* checkGateway({
	callOptions,
	context,
	credential,
}: ReadContext): AsyncGenerator<Check, string> {
	const get: JelouRequest = { target: 'gateway', method: 'GET', path: projectPath(credential.projectId) };
	const { baseUrls } = credential;
	const { gateway } = baseUrls;
	// Jelou's documentation has two gateway paths.
	const other = gateway.replace(/\w+$/, (path) => (path === 'platform' ? 'jelouapi' : 'platform'));
	const respondsElsewhere = async () => {
		const elsewhere = { ...credential, baseUrls: { ...baseUrls, gateway: other } };
		const found = await tryCall(context, elsewhere, get, callOptions);
		return found.ok || comesFromPath(found.failure);
	};
	const result = await tryCall(context, credential, get, callOptions);
	const failure = result.ok ? undefined : result.failure;
	if (failure?.kind === 'network') {
		const { advice, message } = explainNetwork(failure.code, hostOf(gateway), get);
		yield failed('Gateway', message, advice);
		return '';
	}
	if (failure && !isJelouNotFound(failure)) {
		const { advice, message } = explainStatus(failure, readErrorResponse(failure.body), get);
		const isKey = failure.status === 401 || failure.status === 403;
		if (isKey) yield passed('Gateway', `${gateway} answers`);
		const isElsewhere = !comesFromPath(failure) && (await respondsElsewhere());
		yield failed(
			isKey ? 'API key' : 'Gateway',
			isElsewhere ? `${message}; ${other} answers` : message,
			advice,
		);
		return '';
	}
	yield passed('Gateway', `${gateway} answers`);
	yield passed('API key', 'Jelou accepts it');
	const url = result.ok ? toId(result.response.data.webhookUrl) : '';
	yield url === ''
		? failed(
				'Integration',
				'This project has no integration, so no event arrives',
				'Publish a workflow with a Jelou Trigger for this project.',
			)
		: passed('Integration', `Events go to ${hostOf(url)}`);
	return url;
}

/** Checks that events go to a trigger of this n8n. Returns the trigger's production address, or `''`. */
function* checkAddress(url: string, own: string, allowsPlainHttp: boolean): Generator<Check, string> {
	const isTrigger = isTriggerUrl(url);
	const publish = 'turn on Replace Existing Webhook in the Jelou Trigger and publish its workflow.';
	if (!hasSameOrigin(url, own) || !isTrigger) {
		yield isTrigger
			? failed(
					'Address',
					`Events go to another n8n, ${hostOf(url)}. The address of this one is ${hostOf(own)}`,
					`If both are this n8n, set WEBHOOK_URL to its public address and restart n8n. Else ${publish}`,
				)
			: failed('Address', `Events go to another system, ${hostOf(url)}`, `To receive them here, ${publish}`);
		return '';
	}
	const address = toProductionUrl(url, own);
	if (address !== url) {
		yield failed(
			'Address',
			'Events go to the address of a test in the editor',
			'Stop listening, or unpublish the workflow and publish it again.',
		);
	} else if (!isPublicHttps(url) && !allowsPlainHttp) {
		yield failed(
			'Address',
			`Jelou cannot reach ${hostOf(url)}: not a public HTTPS address`,
			"Set n8n's WEBHOOK_URL to its public HTTPS address, restart n8n and publish the workflow again.",
		);
	} else yield passed('Address', `It belongs to this n8n, ${hostOf(url)}`);
	return address;
}

/** An ISO time without its milliseconds. */
const toSeconds = (time: unknown) => toId(time).replace(/\.\d+/, '');

function checkDeliveries({ deliveries, since }: IDataObject): Check {
	const counts = (Array.isArray(deliveries) ? deliveries : []).filter(isObject);
	const [last] = counts.sort((a, b) => toId(b.lastAt).localeCompare(toId(a.lastAt)));
	const lines = counts.map(({ count, lastAt, outcome, reason }) => {
		const why = reason ? ` (${toId(reason)})` : '';
		return `${toId(count)} ${toId(outcome)}, last at ${toSeconds(lastAt)}${why}`;
	});
	const detail = `Since ${toSeconds(since)}: ${lines.join('; ') || 'none'}`;
	return last?.outcome === 'unauthorized'
		? failed('Deliveries', detail, 'See in the detail why the last one was refused.')
		: passed('Deliveries', detail, last ? undefined : 'Write a message to your bot, then run this again.');
}

/** Checks that the trigger responds to this node, and passes on what it reports. */
async function* checkTrigger({ context, credential }: ReadContext, address: string): AsyncGenerator<Check> {
	const { pathname, search } = new URL(context.getSignedResumeUrl());
	const note = { note: 'report', resumePath: pathname + search } as const;
	const readReport = async () => await notify(context, address, withSecret(credential), note);
	const response = await readReport().catch((error: unknown) => {
		if (error instanceof FieldError) return error;
		throw error;
	});
	if (response instanceof FieldError) {
		const check = response instanceof UnreachableError ? 'Own address' : 'Trigger';
		const isSecret = response instanceof SecretError || credential.signingSecret === '';
		yield failed(isSecret ? 'Signing secret' : check, response.message, response.advice);
		return;
	}
	const { canResume, pauses, questions, workflow, ...deliveries } = isObject(response.report)
		? response.report
		: {};
	yield passed('Own address', 'n8n reaches it');
	yield passed('Trigger', `The workflow "${toId(workflow)}" is published`);
	yield passed('Signing secret', 'It is the one of the Jelou Trigger');
	yield canResume === true
		? passed('Resume address', 'n8n reaches it')
		: failed('Resume address', MISROUTED.message, MISROUTED.advice);
	yield checkDeliveries(deliveries);
	yield passed('Conversations', `${toId(questions)} with an open question, ${toId(pauses)} paused`);
}

async function* checks(from: ReadContext): AsyncGenerator<Check> {
	yield passed('Version', `n8n-nodes-jelou ${version}`);
	const url = yield* checkGateway(from);
	if (url === '') return;
	const { context, credential } = from;
	const address = yield* checkAddress(url, context.getSignedResumeUrl(), credential.allowsPlainHttp);
	if (address !== '') yield* checkTrigger(from, address);
}

/**
 * Checks, one after the other, what has to be right for events to arrive and messages to be sent. Stops at a failure
 * that keeps the rest from being checked. Changes nothing: it reads the integration, and asks the trigger.
 */
export const check: ReadOperation = {
	kind: 'read',
	menu: {
		name: 'Check',
		action: 'Check the integration',
		description: 'Find out whether events arrive and answers can be sent',
	},
	properties: [options('read')],
	async read(_item, from) {
		const found: Check[] = [];
		for await (const each of checks(from)) found.push(each);
		return found;
	},
};
