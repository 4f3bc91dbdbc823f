/** What every store of the proxy must do, whatever it keeps its state in: for ours, and for anybody's own. */
import { randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProxyStore } from '../src/proxy/store.ts'

/** A store, and how its time passes. */
export interface StoreUnderTest extends AsyncDisposable {
  store: ProxyStore
  /** The same state, as another replica has it; the store itself where nothing is shared. */
  other: ProxyStore
  /** Lets this many milliseconds pass, at least. */
  elapse: (ms: number) => Promise<void>
  /** Whether no time passes but by `elapse`. */
  isTimeStill: boolean
}

/** Holds a store to it: `describe` with a test for each promise of {@link ProxyStore}. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name}`, { timeout: 30_000 }, () => {
    let subject: StoreUnderTest
    let key: string
    beforeAll(async () => {
      subject = await open()
    })
    afterAll(() => subject[Symbol.asyncDispose]())
    const fresh = () => (key = randomUUID())

    describe('a counter', () => {
      it('adds up, for all replicas', async () => {
        const { store, other } = subject
        fresh()
        expect((await store.increment(key, 1, 60_000)).count).toBe(1)
        expect((await other.increment(key, 4, 60_000)).count).toBe(5)
        expect((await store.increment(key, 1, 60_000)).count).toBe(6)
      })

      it('ends a window after its first increment, whatever comes meanwhile', async () => {
        const { store, elapse } = subject
        fresh()
        const first = await store.increment(key, 1, 10_000)
        expect(first.resetMs).toBe(10_000)
        await elapse(150)
        const second = await store.increment(key, 1, 60_000)
        expect(second.count).toBe(2)
        expect(second.resetMs).toBeGreaterThan(0)
        expect(second.resetMs).toBeLessThanOrEqual(9_860)
      })

      it('begins anew once it has ended', async () => {
        const { store, elapse } = subject
        fresh()
        await store.increment(key, 7, 60)
        await elapse(90)
        expect(await store.increment(key, 0, 60_000)).toEqual({ count: 0, resetMs: 0 })
        expect(await store.increment(key, 1, 60_000)).toEqual({ count: 1, resetMs: 60_000 })
      })

      it('is looked at by adding nothing, which begins no window', async () => {
        const { store } = subject
        fresh()
        expect(await store.increment(key, 0, 60_000)).toEqual({ count: 0, resetMs: 0 })
        await store.increment(key, 2, 60_000)
        expect((await store.increment(key, 0, 60_000)).count).toBe(2)
        expect((await store.increment(key, 0, 60_000)).count).toBe(2)
      })

      it('takes back, but nothing below 0, and never makes a window longer', async () => {
        const { store } = subject
        fresh()
        await store.increment(key, 3, 10_000)
        const less = await store.increment(key, -1, 60_000)
        expect(less.count).toBe(2)
        expect(less.resetMs).toBeLessThanOrEqual(10_000)
        expect((await store.increment(key, -5, 60_000)).count).toBe(0)
        expect((await store.increment(key, 1, 60_000)).count).toBe(1)
      })

      it('takes nothing back from what is not there, or has ended', async () => {
        const { store, elapse } = subject
        fresh()
        expect(await store.increment(key, -1, 60_000)).toEqual({ count: 0, resetMs: 0 })
        await store.increment(key, 3, 60)
        await elapse(90)
        expect(await store.increment(key, -1, 60_000)).toEqual({ count: 0, resetMs: 0 })
        expect(await store.increment(key, 0, 60_000)).toEqual({ count: 0, resetMs: 0 })
      })

      it('loses none of a thousand that come at once from two replicas', async () => {
        const { store, other } = subject
        fresh()
        const counts = await Promise.all(upTo(1_000).map((n) => (n % 2 ? store : other).increment(key, 1, 60_000)))
        expect(new Set(counts.map(({ count }) => count)).size).toBe(1_000)
        expect((await store.increment(key, 0, 60_000)).count).toBe(1_000)
      })

      it('takes a window that is no whole number of milliseconds', async () => {
        fresh()
        expect((await subject.store.increment(key, 1, 60_000.4)).count).toBe(1)
        expect((await subject.store.increment(key, 1, 60_000.4)).count).toBe(2)
      })
    })

    describe('a fence', () => {
      it('lets only what is higher than all before through, for all replicas', async () => {
        const { store, other } = subject
        fresh()
        expect(await store.raise(key, 5, 60_000)).toBe(true)
        expect(await other.raise(key, 5, 60_000)).toBe(false)
        expect(await other.raise(key, 4, 60_000)).toBe(false)
        expect(await other.raise(key, 10, 60_000)).toBe(true)
        expect(await store.raise(key, 9, 60_000)).toBe(false)
      })

      it('starts anywhere, at 0 too, and knows the highest number there is from the one before', async () => {
        const { store } = subject
        expect(await store.raise(fresh(), 0, 60_000)).toBe(true)
        expect(await store.raise(key, 0, 60_000)).toBe(false)
        expect(await store.raise(key, Number.MAX_SAFE_INTEGER - 1, 60_000)).toBe(true)
        expect(await store.raise(key, Number.MAX_SAFE_INTEGER, 60_000)).toBe(true)
        expect(await store.raise(key, Number.MAX_SAFE_INTEGER, 60_000)).toBe(false)
      })

      it('is forgotten after its time, which begins with the last raise alone', async () => {
        const { store, elapse } = subject
        fresh()
        await store.raise(key, 1, 60_000)
        await store.raise(key, 5, 60)
        await store.raise(key, 2, 60_000)
        await elapse(90)
        expect(await store.raise(key, 1, 60_000)).toBe(true)
      })

      it('lets each of a hundred that come at once through one time at most', async () => {
        const { store, other } = subject
        fresh()
        const values = upTo(200).map((n) => Math.floor(n / 2))
        const raised = await Promise.all(
          values.map(async (n, i) => ((await (i % 2 ? store : other).raise(key, n, 60_000)) ? n : undefined)),
        )
        const through = raised.filter((n) => n !== undefined)
        expect(new Set(through).size).toBe(through.length)
        expect(through).toContain(99)
      })
    })

    describe('a lock', () => {
      it('is given to one, for all replicas, until that one opens it', async () => {
        const { store, other } = subject
        fresh()
        const token = await store.lock(key, 60_000)
        expect(await other.lock(key, 60_000)).toBeUndefined()
        expect(await store.lock(key, 60_000)).toBeUndefined()
        await store.unlock(key, token ?? '')
        expect(await other.lock(key, 60_000)).toBeTypeOf('string')
      })

      it('is opened by nobody else', async () => {
        const { store, other } = subject
        fresh()
        const token = (await store.lock(key, 60_000)) ?? ''
        const elsewhere = (await store.lock(randomUUID(), 60_000)) ?? ''
        for (const wrong of ['', 'x', elsewhere, `${token}x`, token.slice(0, -1)]) await other.unlock(key, wrong)
        expect(await store.lock(key, 60_000)).toBeUndefined()
      })

      it('opens by itself after its time; whoever was late then opens nothing', async () => {
        const { store, elapse } = subject
        fresh()
        const late = (await store.lock(key, 60)) ?? ''
        await elapse(90)
        expect(await store.lock(key, 60_000)).toBeTypeOf('string')
        await store.unlock(key, late)
        expect(await store.lock(key, 60_000)).toBeUndefined()
      })

      it('has another token each time, of 128 bits', async () => {
        const { store } = subject
        const tokens = await Promise.all(upTo(100).map(() => store.lock(randomUUID(), 60_000)))
        expect(new Set(tokens).size).toBe(100)
        for (const token of tokens) expect(token).toMatch(/^[\w-]{22}/)
      })

      it('is opened where it is open, and nothing happens', async () => {
        const { store } = subject
        fresh()
        const token = (await store.lock(key, 60_000)) ?? ''
        await store.unlock(key, token)
        await store.unlock(key, token)
        expect(await store.lock(key, 60_000)).toBeTypeOf('string')
      })

      it('is given to exactly one of two hundred who ask at once through two replicas', async () => {
        const { store, other } = subject
        fresh()
        const tokens = await Promise.all(upTo(200).map((n) => (n % 2 ? store : other).lock(key, 60_000)))
        expect(tokens.filter((token) => token !== undefined)).toHaveLength(1)
      })
    })

    it('a counter, a fence and a lock of one key are three', async () => {
      const { store } = subject
      fresh()
      expect(await store.lock(key, 60_000)).toBeTypeOf('string')
      expect(await store.raise(key, 1, 60_000)).toBe(true)
      expect((await store.increment(key, 1, 60_000)).count).toBe(1)
    })

    it('any text is a key', async () => {
      const { store } = subject
      fresh()
      for (const odd of ['', ' ', '{a}b', '*', 'a\u0000b', 'ü€𝄞', '__proto__', 'x'.repeat(10_000)])
        expect((await store.increment(odd + key, 1, 60_000)).count).toBe(1)
    })

    it('whatever is done to it, it is a plain model', { timeout: 60_000 }, async () => {
      const { store, elapse, isTimeStill } = subject
      await fc.assert(
        fc.asyncProperty(fc.array(isTimeStill ? fc.oneof(step, wait) : step, { maxLength: 60 }), async (steps) => {
          const model = createModel()
          const run = randomUUID()
          for (const one of steps) {
            if (one.do === 'wait') {
              await elapse(one.ms)
              model.wait(one.ms)
              continue
            }
            // Where time passes by itself, none of it may matter.
            const ms = isTimeStill ? one.ms : 60_000 + one.ms
            const is = await act(store, one, run, ms, model)
            expect(isTimeStill ? is.answer : withoutTime(is.answer)).toEqual(isTimeStill ? is.expected : withoutTime(is.expected))
          }
        }),
        { numRuns: isTimeStill ? 300 : 20 },
      )
    })
  })
}

const anyKey = fc.constantFrom('a', 'b', 'c')
// Few times, so that something is often done at the very end of what was done before.
const anyMs = fc.constantFrom(10, 20, 30)
const step = fc.oneof(
  fc.record({ do: fc.constant('increment' as const), key: anyKey, by: fc.integer({ min: -3, max: 3 }), ms: anyMs }),
  fc.record({ do: fc.constant('raise' as const), key: anyKey, value: fc.integer({ min: 0, max: 5 }), ms: anyMs }),
  fc.record({ do: fc.constant('lock' as const), key: anyKey, ms: anyMs }),
  fc.record({ do: fc.constant('unlock' as const), key: anyKey, nth: fc.integer({ min: 0, max: 3 }), ms: anyMs }),
)
const wait = fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(5, 10) })
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** A store with nothing to it: what is kept, and until when, in lists. Its tokens are numbers from 1. */
function createModel() {
  let now = 0
  let tokens = 0
  const kept: Record<'count' | 'fence' | 'lock', Map<string, { value: number; until: number }>> = {
    count: new Map(),
    fence: new Map(),
    lock: new Map(),
  }
  const look = (kind: keyof typeof kept, key: string) => {
    const found = kept[kind].get(key)
    return found && now < found.until ? found : undefined
  }
  return {
    wait: (ms: number) => void (now += ms),
    increment(key: string, by: number, ms: number) {
      const found = look('count', key)
      if (!found && by <= 0) return { count: 0, resetMs: 0 }
      const { value, until } = found ?? { value: 0, until: now + ms }
      kept.count.set(key, { value: Math.max(0, value + by), until })
      return { count: Math.max(0, value + by), resetMs: until - now }
    },
    raise(key: string, value: number, ms: number) {
      if (value <= (look('fence', key)?.value ?? -1)) return false
      kept.fence.set(key, { value, until: now + ms })
      return true
    },
    lock(key: string, ms: number) {
      if (look('lock', key)) return undefined
      kept.lock.set(key, { value: ++tokens, until: now + ms })
      return tokens
    },
    unlock(key: string, token: number) {
      if (look('lock', key)?.value === token) kept.lock.delete(key)
    },
    /** The tokens of the store, in the order in which the model gave its own. */
    given: [] as string[],
  }
}

async function act(store: ProxyStore, one: Step, run: string, ms: number, model: ReturnType<typeof createModel>) {
  const key = run + one.key
  if (one.do === 'increment') return { answer: await store.increment(key, one.by, ms), expected: model.increment(key, one.by, ms) }
  if (one.do === 'raise') return { answer: await store.raise(key, one.value, ms), expected: model.raise(key, one.value, ms) }
  if (one.do === 'unlock') {
    // One of the last tokens, be it of this key or of another, be it open or not.
    const nth = model.given.length - one.nth
    model.unlock(key, nth)
    return { answer: await store.unlock(key, model.given[nth - 1] ?? 'nobody’s'), expected: undefined }
  }
  const token = await store.lock(key, ms)
  if (token !== undefined) model.given.push(token)
  return { answer: token !== undefined, expected: model.lock(key, ms) !== undefined }
}

function withoutTime(answer: unknown): unknown {
  return typeof answer === 'object' && answer !== null && 'count' in answer ? answer.count : answer
}

function upTo(most: number): number[] {
  return Array.from({ length: most }, (_, n) => n)
}
