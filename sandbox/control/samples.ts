import type { UserMessage } from '../options';

/** Files for the customer to send at once. They lie beside the page and are served with it. */
export const SAMPLES = {
	image: {
		file: 'lampara.jpg',
		type: 'image',
		content: { mime_type: 'image/jpeg', caption: '¿La tienen en azul?' },
	},
	document: {
		file: 'factura-1042.pdf',
		type: 'document',
		content: { mime_type: 'application/pdf', filename: 'factura-1042.pdf' },
	},
	audio: { file: 'nota-de-voz.ogg', type: 'audio', content: { mime_type: 'audio/ogg' } },
} as const;

export interface Sample {
	sample: keyof typeof SAMPLES;
	userId?: string;
	botId?: string;
}

/**
 * The message that sends a sample file. Its URL is the sandbox's own, so not on HTTPS as those of messages are by rule:
 * the nodes allow that where the credential points to a local sandbox.
 */
export function sampleMessage({ sample, ...parties }: Sample, origin: string): UserMessage {
	const { file, ...message } = SAMPLES[sample];
	const url = `${origin}/${file}`;
	// Taken apart, type and content no longer show that they belong together.
	return { ...parties, ...message, content: { ...message.content, url } } as UserMessage;
}
