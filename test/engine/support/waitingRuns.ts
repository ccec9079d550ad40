import type { Resumption } from '../../../nodes/Jelou/shared/roomNote';
import { startRecorder, type Recorder } from '../../support/recorder';

/** What n8n answers to a resume request. */
export interface ResumeReply {
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
export const UNAVAILABLE: ResumeReply = { status: 503, body: {} };

/** n8n's side of the runs that wait: takes the answers at the resume URLs, each question's once. */
export class WaitingRuns {
	/** The answers that runs went on with, in order. */
	readonly resumed: Array<Required<Resumption>> = [];
	/** What n8n answers to the next requests, before it goes on as it should. */
	readonly replies: ResumeReply[] = [];
	private constructor(private readonly server: Recorder) {}

	static async start(): Promise<WaitingRuns> {
		const server = await startRecorder(({ body }) => {
			const reply = runs.replies.shift() ?? runs.resume(JSON.parse(body.toString()) as Resumption);
			return { status: reply.status, body: JSON.stringify(reply.body) };
		});
		const runs = new WaitingRuns(server);
		return runs;
	}

	/** How often n8n was asked. */
	get requests(): number {
		return this.server.requests.length;
	}

	/** What the addresses of this n8n begin with. */
	get origin(): string {
		return this.server.url;
	}

	resumeUrl(question: string): string {
		return `${this.origin}/webhook-waiting/${question}/node-1?signature=hidden-${question}`;
	}

	async close(): Promise<void> {
		await this.server.close();
	}

	private resume({ answer, questionId }: Resumption): ResumeReply {
		if (this.resumed.some((run) => run.questionId === questionId)) return FAILED;
		if (answer === undefined) return { status: 200, body: { status: 'waiting' } };
		this.resumed.push({ questionId, answer });
		return { status: 200, body: { status: 'resumed' } };
	}
}
