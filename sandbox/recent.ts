/** How much the sandbox keeps of what happened; the oldest is forgotten first. Nothing else bounds its memory. */
export const KEPT = {
	/** Of each room's messages, of all requests and of all deliveries. */
	number: 20_000,
	/** Of all rooms' messages together, of all requests and of all deliveries. */
	bytes: 64_000_000,
	/** Log entries, each of which shows the beginning of a body only. */
	logEntries: 500,
};

/** Knows the sizes of all items of one kind, and has the oldest forgotten when together they are too large. */
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

	/** Counts what was learned of an item later, unless it is forgotten already. The newest item is always kept. */
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
