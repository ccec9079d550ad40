/** What became of the events of one fault. */
export interface Row {
	fault: string;
	/** Genuine events that the sandbox posted, by how they were answered. */
	events: number;
	accepted: number;
	refused: number;
	unanswered: number;
	/** Forged deliveries that were mixed in, and how many of them started a run. */
	forged: number;
	forgedRuns: number;
	/** Runs by status, once all had ended and before any was retried. */
	runs: Record<string, number>;
	/** Accepted events whose run failed and that n8n kept without its input, so that a retry of it does nothing. */
	withoutInput: number;
	/** Failed runs that were retried, and how many of those then succeeded. */
	retried: number;
	retriedWell: number;
	/** Messages that the sandbox took, and how many of them it had taken before (same room, same text). */
	messages: number;
	twice: number;
	/** Of those sent twice, how many had the ID of the first, by which they can be told. */
	twiceWithSameId: number;
	/** Accepted events of which n8n knows nothing. */
	lostSilently: number;
	/** Accepted events whose reply had not been sent in the end. */
	unreplied: number;
	/** How often an n8n process ended by itself and was started again. */
	restarts: number;
	/** What a user sees, as the failed runs put it: each error once. */
	errors: string[];
}
