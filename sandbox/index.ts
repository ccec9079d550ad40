import { orderRoutes } from './control/orders';
import { pictureRoutes } from './control/pictures';
import { servePage } from './control/page';
import { controlRoutes } from './control/routes';
import { streamRoute } from './control/stream';
import { ticketRoutes } from './control/tickets';
import { deskControlRoutes } from './desk/control';
import { Desk } from './desk/desk';
import type { WebhookResponse } from './delivery/post';
import { TriggerRooms } from './delivery/triggerRooms';
import { WebhookSender, type CustomDelivery } from './delivery/webhookSender';
import { FaultSwitch, type Faults } from './http/faults';
import { DEMO_PROJECT, type SandboxOptions, type UserMessage } from './options';
import { findProject, Platform } from './platform';
import { createServer } from './server';
import { Store } from './store';
import type { Delivery } from './types';

export { DESK_TOKEN } from './desk/api';
export type { Desk, DeskFaults } from './desk/desk';
export type * from './desk/types';
export {
	clientOf,
	DEMO_PROJECT,
	type SandboxOptions,
	type SandboxProject,
	type UserMessage,
} from './options';
export type { CustomDelivery } from './delivery/webhookSender';
export type { WebhookResponse } from './delivery/post';
export type { FaultResponse, Faults } from './http/faults';
export { sign } from './signature';
export type { Store } from './store';
export { trafficOf, type Traffic } from './traffic';
export type * from './types';

/** A running sandbox. */
export interface Sandbox {
	/** For example `http://127.0.0.1:4321`; the chat page is there. */
	readonly url: string;
	/** The base URLs to give to a credential in place of Jelou's. */
	readonly gatewayUrl: string;
	readonly chatbotUrl: string;
	readonly platformUrl: string;
	readonly port: number;
	/** Everything that has happened, in memory. */
	readonly store: Store;
	/** The stand-in for Chatwoot, at `<url>/chatwoot`. */
	readonly desk: Desk;
	/**
	 * A user writes to a bot. Resolves when the event has been delivered or has failed; then `status` is null and `error` says
	 * why. Rejects for an unknown project, user or bot.
	 */
	userWrites(projectId: string, message: UserMessage): Promise<Delivery>;
	/** Posts any bytes with any signature to the webhook, as a forger would. Rejects when there is no response. */
	deliver(projectId: string, custom: CustomDelivery): Promise<WebhookResponse>;
	/** Replaces the faults; `{}` switches all off. */
	setFaults(faults: Faults): void;
	/** Ends streams, connections and pending deliveries. */
	close(): Promise<void>;
}

/** Only this machine can reach it: it gives API keys to anyone who asks. */
const HOST = '127.0.0.1';

/** Starts a local Jelou with a chat page. Rejects when the port is in use. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const {
		port = 0,
		projects = [DEMO_PROJECT],
		allowInsecureWebhooks = false,
		existingIntegrationStatus = 409,
		platformShape = 'newer',
		platformRate = 5,
		deliveryTimeoutMs = 20_000,
		deskTimeoutMs = 5_000,
	} = options;
	const closing = new AbortController();
	const store = new Store();
	const faults = new FaultSwitch(() => store.feed.publish({ type: 'overview' }));
	const webhookSender = new WebhookSender(
		store,
		deliveryTimeoutMs,
		() => faults.current.deliverTwice === true,
	);
	const desk = new Desk(store.feed, deskTimeoutMs);
	const triggerRooms = new TriggerRooms(store, webhookSender);
	const platform = new Platform(store, webhookSender, triggerRooms);
	for (const project of projects) store.addProject(project);

	const app = createServer({
		store,
		platform,
		faults,
		desk,
		platformShape,
		platformRate,
		allowInsecureWebhooks,
		existingIntegrationStatus,
		closing: closing.signal,
	});
	controlRoutes(app, { store, platform, faults, desk, triggerRooms });
	deskControlRoutes(app, desk);
	orderRoutes(app);
	ticketRoutes(app);
	pictureRoutes(app);
	streamRoute(app, { store, faults, desk: desk.store, triggerRooms });
	servePage(app);

	const close = async () => {
		closing.abort();
		triggerRooms.close();
		await Promise.all([webhookSender.close(), desk.close(), app.close()]);
	};
	try {
		const url = await app.listen({ host: HOST, port });
		desk.store.origin = url;
		return {
			url,
			gatewayUrl: `${url}/platform`,
			chatbotUrl: url,
			platformUrl: `${url}/api`,
			port: Number(new URL(url).port),
			store,
			desk,
			userWrites: async (projectId, message) => await platform.userWrites(projectId, message).delivered,
			deliver: async (projectId, custom) =>
				await webhookSender.sendCustom(findProject(store, projectId), custom),
			setFaults: (next) => faults.set(next),
			close,
		};
	} catch (error) {
		await close();
		throw error;
	}
}
