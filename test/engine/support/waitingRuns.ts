import type { Resumption } from '../../../nodes/Jelou/shared/triggerNote';
import { startRecorder, type Recorder } from '../../support/recorder';

/** n8n's response to a resume request. */
interface ResumeReply {
	status: number;
	body: object;
}

export const FAILED: ResumeReply = {
	status: 409,
	body: { message: 'The execution "1" has finished with error.' },
};
export const RUNNING: ResumeReply = {
	status: 409,
	body: { message: 'The execution "1" is running already.' },
};
/** n8n shows a page for a run that has succeeded. */
export const OVER: ResumeReply = { status: 200, body: {} };
export const UNAVAILABLE: ResumeReply = { status: 503, body: {} };

/** n8n's side of waiting runs: accepts the answers at the resume URLs, once for each question. */
export class WaitingRuns {
	/** The answers that runs continued with, in order. */
	readonly resumed: Array<Required<Resumption>> = [];
	/** n8n's responses to the next requests, before it works normally again. */
	readonly replies: ResumeReply[] = [];
	/** Where this n8n has its triggers, or that it has none published. */
	triggers: string | 'unpublished' = '';
	private constructor(private readonly server: Recorder) {}

	static async start(): Promise<WaitingRuns> {
		const server = await startRecorder(({ body, headers, path }, response) => {
			if (path.startsWith('/webhook/') && runs.triggers === 'unpublished') return { status: 404, body: '{}' };
			if (path.startsWith('/webhook/')) {
				const signature = String(headers['x-jelou-signature']);
				fetch(`${runs.triggers}${path}`, {
					method: 'POST',
					headers: { 'Content-Type': 'application/json', 'X-Jelou-Signature': signature },
					body: Uint8Array.from(body),
				})
					.then(async (given) => response.writeHead(given.status).end(await given.text()))
					.catch(() => response.destroy());
				return undefined;
			}
			// The first time, a node is still about to ask.
			const usual = () =>
				runs.requests === 0 ? RUNNING : runs.resume(JSON.parse(body.toString()) as Resumption);
			const reply = runs.replies.shift() ?? usual();
			return { status: reply.status, body: JSON.stringify(reply.body) };
		});
		const runs = new WaitingRuns(server);
		return runs;
	}

	/** How often n8n was asked about a run, not counting the first time, when the trigger finds out whether it can ask. */
	get requests(): number {
		return this.server.requests.filter(({ path }) => !path.startsWith('/webhook/')).length - 1;
	}

	/** The notes that the trigger sent itself. */
	get ownNotes(): Array<{ note: string }> {
		const own = this.server.requests.filter(({ path }) => path.startsWith('/webhook/'));
		return own.map(({ body }) => JSON.parse(body.toString()) as { note: string });
	}

	/** The beginning of this n8n's addresses. */
	get origin(): string {
		return this.server.url;
	}

	resumePath(question: string): string {
		return `/webhook-waiting/${question}/node-1?signature=hidden-${question}`;
	}

	async close(): Promise<void> {
		await this.server.close();
	}

	private resume({ answer, questionId }: Resumption): ResumeReply {
		if (this.resumed.some((run) => run.questionId === questionId)) return OVER;
		if (answer === undefined) return { status: 200, body: { status: 'waiting' } };
		this.resumed.push({ questionId, answer });
		return { status: 200, body: { status: 'resumed' } };
	}
}
