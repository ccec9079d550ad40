export interface DialogueCounts {
	opened: number;
	/** Those whose customer heard everything to the end, with their own answers. */
	finished: number;
	/** Those whose run n8n shows as failed. */
	failed: number;
	/** Those whose customer had to write a message again that was refused. */
	repeated: number;
	/** Those whose customer was asked a question more often than there were runs to ask it. */
	askedTwice: number;
	/** Those in which a customer heard another's answers, or whose run got them. */
	crossed: number;
	/** Runs beyond one for each customer. */
	runsTooMany: number;
}

/** What became of the events of one fault. */
export interface Row {
	fault: string;
	/** Genuine events that the sandbox posted, by their responses. */
	events: number;
	accepted: number;
	refused: number;
	unanswered: number;
	/** Forged deliveries that were mixed in, and how many of them started a run. */
	forged: number;
	forgedRuns: number;
	/** Runs by status, once all had ended and before any was retried. */
	runs: Record<string, number>;
	/** Failed runs of accepted events that n8n kept without their input, so that a retry does nothing. */
	withoutInput: number;
	/** Failed runs that were retried, and how many of those then succeeded. */
	retried: number;
	retriedWell: number;
	/** Messages that the sandbox accepted, and how many of them were repetitions (same room, same text). */
	messages: number;
	twice: number;
	/** Of those sent twice, how many had the ID of the first, by which they can be recognised. */
	twiceWithSameId: number;
	/** Accepted events that n8n knows nothing about, and dialogues that neither finished nor failed visibly. */
	lostSilently: number;
	/** Accepted events whose reply was never sent, or dialogues that did not finish. */
	unreplied: number;
	/** What became of the dialogues, where customers were in the middle of one. */
	dialogues?: DialogueCounts;
	/** How often an n8n process ended by itself and was restarted. */
	restarts: number;
	/** What a user sees in the failed runs: each error once. */
	errors: string[];
}
