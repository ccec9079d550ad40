/** A map that keeps only the entries set last, so that no outsider can make it grow without end. */
export class BoundedMap<Key, Value> extends Map<Key, Value> {
	readonly #limit: number;

	constructor(limit: number) {
		super();
		this.#limit = limit;
	}

	/** Sets an entry as the newest one; beyond the limit the oldest is dropped. */
	override set(key: Key, value: Value): this {
		this.delete(key);
		super.set(key, value);
		const oldest = this.keys().next();
		if (this.size > this.#limit && !oldest.done) this.delete(oldest.value);
		return this;
	}
}
