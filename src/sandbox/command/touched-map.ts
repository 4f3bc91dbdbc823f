/** A map that knows which of its entries may have changed, and in what order they came. */
export class TouchedMap<Key, Value> extends Map<Key, Value> {
  /** The keys that were set, deleted or handed out by `get`. */
  readonly touched = new Set<Key>()
  /** Whether somebody went through the entries: then each of them was handed out. */
  wasSearched = false
  readonly #orders = new Map<Key, number>()
  #nextOrder = 0

  /** Entries with their places; places only need to rise. */
  constructor(entries: Iterable<readonly [Key, Value, order?: number | undefined]>) {
    super()
    for (const [key, value, order] of entries) this.#append(key, value, order)
  }

  override get(key: Key): Value | undefined {
    if (this.has(key)) this.touched.add(key)
    return super.get(key)
  }

  override set(key: Key, value: Value): this {
    this.touched.add(key)
    if (!this.has(key)) return this.#append(key, value)
    return super.set(key, value)
  }

  override delete(key: Key): boolean {
    this.touched.add(key)
    this.#orders.delete(key)
    return super.delete(key)
  }

  override clear(): void {
    for (const key of this.keys()) this.touched.add(key)
    this.#orders.clear()
    super.clear()
  }

  override forEach(visit: (value: Value, key: Key, map: Map<Key, Value>) => void, thisArg?: unknown): void {
    this.wasSearched = true
    super.forEach(visit, thisArg)
  }

  override values(): MapIterator<Value> {
    this.wasSearched = true
    return super.values()
  }

  override entries(): MapIterator<[Key, Value]> {
    this.wasSearched = true
    return super.entries()
  }

  override [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.entries()
  }

  /** Begins anew: nothing was touched. */
  forget(): void {
    this.touched.clear()
    this.wasSearched = false
  }

  /** The entry with its place; undefined when there is none. It counts as seen, not as handed out. */
  look(key: Key): { order: number; value: Value } | undefined {
    const order = this.#orders.get(key)
    // The cast holds because every key with a place has a value, be it undefined.
    return order === undefined ? undefined : { order, value: super.get(key) as Value }
  }

  #append(key: Key, value: Value, order = this.#nextOrder): this {
    this.#orders.set(key, order)
    this.#nextOrder = order + 1
    return super.set(key, value)
  }
}
