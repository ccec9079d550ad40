import type { IWebhookFunctions } from 'n8n-workflow';

import type { RoomStore } from './roomStore';

/** The rooms of a trigger's project, as one delivery sees them. */
export interface RoomView {
	context: IWebhookFunctions;
	store: RoomStore;
	/** The trigger's own address, in production, at which it gives itself notes and n8n resumes runs. */
	readonly address: string;
	/** The secret that signs its notes, and the messages that it sends. */
	secret: string;
	/** Identifies the trigger. */
	triggerKey: string;
}
