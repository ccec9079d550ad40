import { DeskError } from './errors';
import type { DeskFile } from './types';

/** The fields of a request's body, and the files that came with it. */
export interface Form {
	fields: Record<string, unknown>;
	files: DeskFile[];
}

/** Reads `multipart/form-data`, whose files are in `attachments[]`. Throws a 400 for anything else. */
export async function readForm(raw: Buffer, contentType: string): Promise<Form> {
	const form: Form = { fields: {}, files: [] };
	const parts = await new Response(new Uint8Array(raw), { headers: { 'content-type': contentType } })
		.formData()
		.catch(() => {
			throw new DeskError(400, 'The body is not valid multipart/form-data');
		});
	for (const [name, value] of parts) {
		if (typeof value === 'string') form.fields[name] = value;
		else if (name === 'attachments[]') {
			const bytes = Buffer.from(await value.arrayBuffer());
			form.files.push({ name: value.name, mimeType: value.type || 'application/octet-stream', bytes });
		}
	}
	return form;
}
