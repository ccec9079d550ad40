export interface Sizes {
	/** Messages of the batch during which a worker is killed. */
	batch: number;
	/** Events while a process is killed, and while all are restarted. */
	events: number;
	restartEvents: number;
	perSecond: number;
	/** How long Redis and PostgreSQL are away, and how long Jelou misbehaves. */
	awaySeconds: number;
	faultSeconds: number;
	/** Customers in the middle of a dialogue while something fails. */
	customers: number;
}

/** In full, for the table in `docs/scale.md`; and what fits into every test run. */
export const LONG: Sizes = {
	batch: 500,
	events: 100,
	restartEvents: 200,
	perSecond: 10,
	awaySeconds: 10,
	faultSeconds: 30,
	customers: 20,
};
export const SHORT: Sizes = {
	batch: 60,
	events: 12,
	restartEvents: 20,
	perSecond: 4,
	awaySeconds: 3,
	faultSeconds: 3,
	customers: 6,
};
