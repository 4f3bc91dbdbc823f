/**
 * What the replicas of a proxy share: counters, fences and locks, each by a key of its own. Every method is one atomic step. A key that is
 * used for two of the three is two. Times are milliseconds.
 */
export interface ProxyStore {
  /**
   * Counts within a fixed window, which begins with the first increment and ends `windowMs` later, whatever is added meanwhile.
   *
   * @param by an integer. Below 0 it takes back: never below a count of 0, and never from a window that has ended. 0 only looks.
   */
  increment(key: string, by: number, windowMs: number): Promise<Counted>
  /**
   * The fence: keeps the highest value there was. False, and nothing changes, when `value` is not above it. It is forgotten `ttlMs` after
   * it was last raised.
   */
  raise(key: string, value: number, ttlMs: number): Promise<boolean>
  /** Takes a lock: a token that nobody guesses, or undefined while somebody else has it. It opens by itself after `ttlMs`. */
  lock(key: string, ttlMs: number): Promise<string | undefined>
  /** Opens a lock for whoever has its token; for anybody else, or when it is open, nothing changes. */
  unlock(key: string, token: string): Promise<void>
}

/** What a counter stands at. */
export interface Counted {
  count: number
  /** Until its window ends, in milliseconds; 0 when there is no window. */
  resetMs: number
}

/** Time in milliseconds, from any beginning. */
export interface StoreClock {
  now(): number
}

/** What {@link createMemoryStore} takes. */
export interface MemoryStoreOptions {
  /** Default: the platform's `performance`, which never jumps. */
  clock?: StoreClock
  /** How many counters it keeps, how many fences, and how many locks. @default 10000 */
  entries?: number
}

/** Thrown by a store that was answered what no store says. The message does not hold the answer. */
export class StoreAnswerError extends Error {
  override name = 'StoreAnswerError'
}

/** A token that nobody guesses: 122 random bits, 36 characters. */
// Node has the random bits of a hundred of these ready; those of `getRandomValues` it would fetch each time.
export function createToken(): string {
  return crypto.randomUUID()
}

/**
 * A store for one replica: it shares nothing and forgets everything with its process. Its memory is bounded. Counters, fences and locks
 * have a place each, so that a flood of one kind never pushes out another. Where a place is full, what has ended goes first (looked for
 * once a second at most), then the counter or the fence that was used longest ago. A lock never goes before its end: while all places are
 * taken by locks that are held, a further one is not given.
 *
 * @throws Error when `entries` is no number above 0.
 */
export function createMemoryStore({ clock = performance, entries = 10_000 }: MemoryStoreOptions = {}): ProxyStore {
  // A number from the environment that is not there is NaN, and nothing would be too many.
  if (!(entries >= 1)) throw new Error('createMemoryStore: `entries` must be a number above 0')
  const counters = createShelf<{ count: number; endsAt: number }>(entries, clock)
  const fences = createShelf<{ value: number; endsAt: number }>(entries, clock)
  const locks = createShelf<{ token: string; endsAt: number }>(entries, clock)

  return {
    async increment(key, by, windowMs) {
      const counter = counters.get(key)
      if (counter === undefined && by <= 0) return { count: 0, resetMs: 0 }
      const { count, endsAt } = counter ?? { count: 0, endsAt: clock.now() + windowMs }
      const next = { count: Math.max(0, count + by), endsAt }
      counters.makeRoom(key)
      counters.set(key, next)
      return { count: next.count, resetMs: Math.ceil(endsAt - clock.now()) }
    },
    async raise(key, value, ttlMs) {
      const fence = fences.get(key)
      if (fence !== undefined && value <= fence.value) return false
      fences.makeRoom(key)
      fences.set(key, { value, endsAt: clock.now() + ttlMs })
      return true
    },
    async lock(key, ttlMs) {
      if (locks.get(key) !== undefined || !locks.hasRoom(key)) return undefined
      const token = createToken()
      locks.set(key, { token, endsAt: clock.now() + ttlMs })
      return token
    },
    async unlock(key, token) {
      if (locks.get(key)?.token === token) locks.delete(key)
    },
  }
}

/** Entries until they end, in the order in which they were last used. */
interface Shelf<Entry> {
  get(key: string): Entry | undefined
  set(key: string, entry: Entry): void
  delete(key: string): void
  /** Whether an entry may be set without there being too many: what has ended makes room. */
  hasRoom(key: string): boolean
  /** Gives the place of the entry that was used longest ago away, where nothing has ended. */
  makeRoom(key: string): void
}

// How long one iterator serves.
const mostChanges = 1_000

function createShelf<Entry extends { endsAt: number }>(most: number, clock: StoreClock): Shelf<Entry> {
  // A map iterates in the order of insertion: the first key is the one that was used longest ago. What it came past is gone or further
  // back by now, so that one iterator serves for long; a new one would walk over all the gaps each time. But not for ever: it keeps alive
  // every table that the map has outgrown since.
  const entries = new Map<string, Entry>()
  let oldestFirst: Iterator<string> | undefined
  let changes = 0
  let sweptAt = -Infinity

  function hasRoom(key: string): boolean {
    const now = clock.now()
    const isFull = () => entries.size >= most && !entries.has(key)
    // A flood must not have the whole shelf looked through for every entry.
    if (isFull() && now - sweptAt >= 1_000) {
      sweptAt = now
      for (const [other, { endsAt }] of entries) if (endsAt <= now) entries.delete(other)
    }
    return !isFull()
  }

  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      if (entry.endsAt <= clock.now()) return undefined
      this.set(key, entry)
      return entry
    },
    set(key, entry) {
      entries.set(key, entry)
      changes += 1
      if (changes % mostChanges === 0) oldestFirst = undefined
    },
    delete: (key) => void entries.delete(key),
    hasRoom,
    makeRoom(key) {
      if (hasRoom(key)) return
      oldestFirst ??= entries.keys()
      const oldest = oldestFirst.next()
      if (!oldest.done) entries.delete(oldest.value)
    },
  }
}
