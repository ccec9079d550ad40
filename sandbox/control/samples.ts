import type { UserMessage } from '../options';

/** Files that the customer can send with one click. They are beside the page and served with it. */
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
 * The message that sends a sample file. Its URL is the sandbox's own, and so not on HTTPS, as messages normally require:
 * the nodes allow that where the credential points to a local sandbox.
 */
export function sampleMessage({ sample, ...parties }: Sample, origin: string): UserMessage {
	const { file, ...message } = SAMPLES[sample];
	const url = `${origin}/${file}`;
	// Taken apart, type and content no longer show that they belong together.
	return { ...parties, ...message, content: { ...message.content, url } } as UserMessage;
}
