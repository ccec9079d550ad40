/** How much of what happened the sandbox keeps; the oldest is forgotten first. Nothing else limits its memory. */
export const KEPT = {
	/** Of each room's messages, of all requests and of all deliveries. */
	number: 20_000,
	/** Of all rooms' messages together, of all requests and of all deliveries. */
	bytes: 64_000_000,
	/** Log entries, each of which shows only the beginning of a body. */
	logEntries: 500,
};

/** Tracks the sizes of all items of one kind, and forgets the oldest when together they are too large. */
export class Recent<Item> {
	/** In order of arrival. */
	private readonly sizes = new Map<Item, number>();
	private bytes = 0;

	/** @param forget takes the oldest item out of wherever it is kept */
	constructor(private readonly forget: (oldest: Item) => void) {}

	add(item: Item, bytes: number): void {
		this.sizes.set(item, 0);
		this.grow(item, bytes);
	}

	/** Counts what an item gained later, unless it is already forgotten. The newest item is always kept. */
	grow(item: Item, bytes: number): void {
		const size = this.sizes.get(item);
		if (size === undefined) return;
		this.sizes.set(item, size + bytes);
		this.bytes += bytes;
		for (const oldest of this.sizes.keys()) {
			if (this.bytes <= KEPT.bytes || this.sizes.size === 1) return;
			this.remove(oldest);
			this.forget(oldest);
		}
	}

	remove(item: Item): void {
		this.bytes -= this.sizes.get(item) ?? 0;
		this.sizes.delete(item);
	}

	clear(): void {
		this.sizes.clear();
		this.bytes = 0;
	}
}
