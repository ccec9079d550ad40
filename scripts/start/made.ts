import { isRecord } from '../json';
import { readJsonFile, writeJsonFile } from './jsonFile';

type Ids = Record<string, string>;

function ids(value: unknown): Ids {
	const entries = Object.entries(isRecord(value) ? value : {});
	return Object.fromEntries(
		entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
	);
}

function texts(value: unknown): string[] {
	return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/**
 * What `npm start` has made in this n8n, noted step by step: nothing is made a second time, so that what a person
 * changes, unpublishes or deletes stays so, and a start that was cut off is completed by the next.
 */
export class Made {
	/** The IDs of credentials, by project. */
	readonly credentials: Ids;
	/** The IDs of workflows, by the file of the example. */
	readonly workflows: Ids;
	/** The files of the examples that were published. */
	readonly published: string[];
	/** Every address that the sandbox has had. */
	readonly sandboxUrls: string[];

	constructor(private readonly file: string) {
		const kept = readJsonFile(file);
		const { credentials, published, sandboxUrls, workflows } = isRecord(kept) ? kept : {};
		this.credentials = ids(credentials);
		this.workflows = ids(workflows);
		this.published = texts(published);
		this.sandboxUrls = texts(sandboxUrls);
	}

	save(): void {
		const { credentials, published, sandboxUrls, workflows } = this;
		writeJsonFile(this.file, { credentials, workflows, published, sandboxUrls });
	}
}
