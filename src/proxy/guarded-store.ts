import { type Counted, createMemoryStore, type ProxyStore, StoreAnswerError, type StoreClock } from './store.ts'

/** A store that always answers in time. */
export interface GuardedStore extends ProxyStore {
  /**
   * @param options.failClosed when the store cannot be asked, counting for this replica alone is not enough.
   * @throws StoreUnavailable (it rejects), with `failClosed` only.
   */
  increment(key: string, by: number, windowMs: number, options?: { failClosed?: boolean }): Promise<Counted>
}

/** What {@link GuardOptions.onTrouble} is told. Holds no keys, and nothing of an error's own words. */
export type StoreTrouble =
  | {
      state: 'down'
      /** `'slow'`: no answer in time. `'failed'`: the store rejected. `'malformed'`: its answer is none. */
      reason: 'slow' | 'failed' | 'malformed'
      /** What it failed with, where that has a code: `'ECONNREFUSED'`, `'READONLY'`. */
      code?: string
    }
  | {
      state: 'up'
      /** How long it was down, in milliseconds. */
      ms: number
    }

/** What {@link guardStore} takes. */
export interface GuardOptions {
  /** How long a store may take for an answer, in milliseconds. @default 100 */
  timeoutMs?: number
  /** Told once when the store goes down and once when it is back. Must not throw. */
  onTrouble?: (trouble: StoreTrouble) => void
  /** Default: the platform's `performance`. */
  clock?: StoreClock
}

/** Thrown to whoever asked to fail closed while the store cannot be asked. */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable'

  constructor() {
    super('the store of the proxy could not be asked, and this must not go on without it')
  }
}

// While a store is down, one call in this time asks it, in milliseconds.
const probeGapMs = 1_000

/**
 * A store that a request may rely on: every call ends after `timeoutMs`, and a store that is slow, down or answers nonsense is left alone
 * until one of its calls, tried each second, succeeds again. Until then counters, fences and locks are those of this replica, in its
 * memory: each replica allows what all together would, a lock keeps out what comes through this replica, and a counter begins anew. Fences
 * and locks are kept in memory beside the store all the time, so that those this replica knows of outlast a store that dies or is emptied.
 *
 * @throws Error when `timeoutMs` is no time.
 */
export function guardStore(
  store: ProxyStore,
  { timeoutMs = 100, onTrouble = () => {}, clock = performance }: GuardOptions = {},
): GuardedStore {
  if (!(timeoutMs > 0 && timeoutMs < 2 ** 31)) throw new Error('guardStore: `timeoutMs` must be a number of milliseconds above 0')
  const memory = createMemoryStore({ clock })
  let downSince: number | undefined
  let probeAt = 0
  let falls = 0

  /** What the store answers to a call, or what there is instead. */
  async function ask<Answer>(
    call: (isOver: () => boolean) => Promise<unknown>,
    isAnswer: (answer: unknown) => answer is Answer,
    instead: () => Answer | Promise<Answer>,
  ): Promise<Answer> {
    const isProbe = downSince !== undefined
    if (isProbe && clock.now() < probeAt) return instead()
    probeAt = clock.now() + probeGapMs
    const fallsBefore = falls
    try {
      const answer = await within(timeoutMs, async (isOver) => {
        if (isProbe) await probe()
        return isOver() ? undefined : call(isOver)
      })
      if (!isAnswer(answer)) throw new StoreAnswerError('a store answered what no store says')
      if (isProbe) rise()
      return answer
    } catch (error) {
      fall(error, fallsBefore)
      return instead()
    }
  }

  // A store that only reads, such as a replica of Redis or one whose memory is full, is not back: a lock is always a write.
  async function probe(): Promise<void> {
    if (!isToken(await store.lock('probe', 1))) throw new StoreAnswerError('a store answered what no store says')
  }

  // What a call meets that began before the store went down, and was back, is of yesterday.
  function fall(error: unknown, fallsBefore: number): void {
    if (downSince !== undefined || falls !== fallsBefore) return
    falls += 1
    downSince = clock.now()
    onTrouble({ state: 'down', ...reasonOf(error) })
  }

  function rise(): void {
    if (downSince === undefined) return
    const ms = Math.round(clock.now() - downSince)
    downSince = undefined
    onTrouble({ state: 'up', ms })
  }

  return {
    increment(key, by, windowMs, { failClosed = false } = {}) {
      const instead = () => {
        if (failClosed) throw new StoreUnavailable()
        return memory.increment(key, by, windowMs)
      }
      return ask(() => store.increment(key, by, windowMs), isCounted, instead)
    },
    async raise(key, value, ttlMs) {
      if (!(await memory.raise(key, value, ttlMs))) return false
      return ask(
        () => store.raise(key, value, ttlMs),
        (answer) => typeof answer === 'boolean',
        () => true,
      )
    },
    async lock(key, ttlMs) {
      const own = await memory.lock(key, ttlMs)
      if (own === undefined) return undefined
      const call = async (isOver: () => boolean) => {
        const token = await store.lock(key, ttlMs)
        // Nobody waits for this one any more: it would shut the shopper out for its whole time.
        if (isOver() && token !== undefined) await store.unlock(key, token)
        return token
      }
      const shared = await ask(call, isToken, () => '')
      if (shared !== undefined) return `${own}.${shared}`
      await memory.unlock(key, own)
      return undefined
    },
    async unlock(key, token) {
      const [own = '', ...rest] = token.split('.')
      const shared = rest.join('.')
      await memory.unlock(key, own)
      if (shared === '') return
      const fallsBefore = falls
      const opening = within(timeoutMs, async () => store.unlock(key, shared))
      // A store that is down is told too, in case it hears: the lock would stay shut for its whole time. Nobody waits for that.
      if (downSince !== undefined) return void opening.catch(() => {})
      await opening.catch((error: unknown) => fall(error, fallsBefore))
    },
  }
}

/** What a task comes to, within a time in milliseconds. What comes later is dropped, a failure too. */
async function within<Value>(ms: number, task: (isOver: () => boolean) => Promise<Value>): Promise<Value> {
  let isOver = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_, reject) => {
    const end = () => {
      isOver = true
      reject(new SlowStore())
    }
    // A process that was busy hears of a timer before it hears an answer that has long come: the last tenth lets that in.
    timer = setTimeout(() => (timer = setTimeout(end, ms / 10)), ms * 0.9)
  })
  try {
    return await Promise.race([task(() => isOver), timeout])
  } finally {
    clearTimeout(timer)
  }
}

class SlowStore extends Error {}

function reasonOf(error: unknown): { reason: 'slow' | 'failed' | 'malformed'; code?: string } {
  if (error instanceof SlowStore) return { reason: 'slow' }
  if (error instanceof StoreAnswerError) return { reason: 'malformed' }
  const code = codeOf(error)
  return { reason: 'failed', ...(code !== undefined && { code }) }
}

// Node's errors have a code; Redis' own begin with one. The rest of a message may quote a key.
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.message.split(' ')[0]
  return code !== undefined && /^[A-Z][A-Z_]{1,30}$/.test(code) ? code : undefined
}

function isCounted(answer: unknown): answer is Counted {
  if (typeof answer !== 'object' || answer === null || !('count' in answer) || !('resetMs' in answer)) return false
  const { count, resetMs } = answer
  return Number.isSafeInteger(count) && Number(count) >= 0 && Number.isFinite(resetMs) && Number(resetMs) >= 0
}

function isToken(answer: unknown): answer is string | undefined {
  return answer === undefined || (typeof answer === 'string' && answer !== '')
}
