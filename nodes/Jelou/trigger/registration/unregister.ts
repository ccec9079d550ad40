import type { IHookFunctions } from 'n8n-workflow';

import { later } from '../../shared/clock';
import { integrationKey, isOf, isSaved } from '../../shared/registration';
import { decideUnregister } from './decide';
import type { TriggerStatus } from './memory';
import { log, logNotGivenBack, withRemedyInMessage } from './refusals';
import { openHook, readState, removeMoved, type Hook } from './state';

/** n8n unpublishes a trigger that was edited, and publishes it again at once: that must change nothing at Jelou. */
const RELEASE_MS = 5_000;

/**
 * Takes this node's URL back from Jelou: restores the earlier one, or deletes the integration that was created for it.
 * After a test, at once; in production, a moment later, unless the node is published again by then.
 */
export async function unregister(context: IHookFunctions): Promise<boolean> {
	return await withRemedyInMessage(async () => {
		const hook = await openHook(context);
		const { credential, integrations, memory, url } = hook;
		// After a failed registration the workflow still counts as published, and n8n tries again.
		const status = memory.statuses.get(url) === 'failed' ? 'failed' : 'released';
		if (hook.isTest) {
			memory.statuses.delete(url);
			await giveBack(hook, false);
			return true;
		}
		// Now, because n8n saves the static data when this function returns.
		if (isSaved(context, credential)) {
			await integrations.store(credential.registration);
			await removeMoved(hook);
		}
		memory.statuses.set(url, status);
		later(RELEASE_MS, async () => {
			await withRemedyInMessage(() => giveBackUnlessTaken(hook, status)).catch((error: unknown) => {
				logNotGivenBack(context, error);
			});
		});
		return true;
	});
}

function publishedAt({ credential, trigger }: Hook): number | undefined {
	return credential.registration.addresses.find((address) => isOf(address, trigger))?.publishedAt;
}

async function giveBackUnlessTaken(released: Hook, status: TriggerStatus): Promise<void> {
	const { context, memory, url } = released;
	await memory.whileGivingBack(async () => {
		// A credential that was deleted meanwhile still works here.
		const hook = await openHook(context).catch(() => released);
		const isSameProject = integrationKey(hook.credential) === integrationKey(released.credential);
		// If another process has published it again, only the credential says so.
		const isUnchanged = !isSameProject || publishedAt(hook) === publishedAt(released);
		if (!isUnchanged || memory.statuses.get(url) !== status) return;
		memory.statuses.delete(url);
		if (!isSameProject) throw new Error('the Jelou credential was changed to another project meanwhile.');
		await giveBack(hook, status === 'failed');
	});
}

async function giveBack(hook: Hook, hasFailed: boolean): Promise<void> {
	const { context, credential, integrations, isTest, memory, url } = hook;
	const state = await readState(hook);
	const decision = decideUnregister(state);
	switch (decision.action) {
		case 'restore':
			await integrations.update(decision.url, decision.save);
			if (!isTest) memory.setRestoreUrl(decision.url);
			break;
		case 'delete':
			// n8n is about to register it again, and Jelou would make another secret.
			if (hasFailed && state.creation !== 'unanswered') break;
			await integrations.deleteAndForget();
			memory.forgetIntegration(credential, url);
			break;
		case 'leaveToTest':
			memory.setRestoreUrl(decision.restoreUrl);
			await integrations.storeChanged(state.registration, decision.save);
			break;
		case 'leave':
			await integrations.storeChanged(state.registration, decision.save);
	}
	log(context, decision.line);
	memory.endTest(url);
}
