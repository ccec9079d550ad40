import { text } from 'node:stream/consumers';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Resumption } from '../../../nodes/Jelou/shared/roomNote';

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
	/** How often n8n was asked. */
	requests = 0;
	/** What n8n answers to the next requests, before it goes on as it should. */
	readonly replies: ResumeReply[] = [];
	private constructor(private readonly server: Server) {}

	static async start(): Promise<WaitingRuns> {
		const runs: WaitingRuns = new WaitingRuns(
			createServer((request, response) => {
				runs.requests++;
				void text(request).then((body) => {
					const reply = runs.replies.shift() ?? runs.resume(JSON.parse(body) as Resumption);
					response.writeHead(reply.status, { 'Content-Type': 'application/json' });
					response.end(JSON.stringify(reply.body));
				});
			}),
		);
		await new Promise<void>((resolve) => runs.server.listen(0, '127.0.0.1', resolve));
		return runs;
	}

	/** What the addresses of this n8n begin with. */
	get origin(): string {
		return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
	}

	resumeUrl(question: string): string {
		return `${this.origin}/webhook-waiting/${question}/node-1?signature=hidden-${question}`;
	}

	close(): void {
		this.server.close();
		this.server.closeAllConnections();
	}

	private resume({ answer, questionId }: Resumption): ResumeReply {
		if (this.resumed.some((run) => run.questionId === questionId)) return FAILED;
		if (answer === undefined) return { status: 200, body: { status: 'waiting' } };
		this.resumed.push({ questionId, answer });
		return { status: 200, body: { status: 'resumed' } };
	}
}
