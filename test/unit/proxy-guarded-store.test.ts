import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type GuardedStore, type GuardOptions, guardStore, type StoreTrouble, StoreUnavailable } from '../../src/proxy/guarded-store.ts'
import { createRedisStore } from '../../src/proxy/redis-store.ts'
import { createMemoryStore, type ProxyStore } from '../../src/proxy/store.ts'
import { clients, type RedisClient, redisServer, startRedis, withoutRedisServer } from '../redis.ts'

// A rejection that nobody handles, such as an answer's that comes too late, fails the run by itself.

/** A store that can be broken: it does to each call what `fault` does with it. */
function createBreakable() {
  let now = 1_000
  const clock = { now: () => now }
  const inner = createMemoryStore({ clock })
  const asked: string[] = []
  const breakable = {
    fault: undefined as ((call: () => Promise<unknown>, name: string) => unknown) | undefined,
    asked,
    inner,
    elapse: (ms: number) => void (now += ms),
  }
  const through =
    (name: 'increment' | 'raise' | 'lock' | 'unlock') =>
    async (...args: unknown[]): Promise<unknown> => {
      asked.push(name)
      // The arguments are those of that very method: a guard has checked them as a store's.
      const call = () => (inner[name] as (...all: unknown[]) => Promise<unknown>)(...args)
      return breakable.fault ? breakable.fault(call, name) : call()
    }
  const store = { increment: through('increment'), raise: through('raise'), lock: through('lock'), unlock: through('unlock') }
  const told: StoreTrouble[] = []
  const guard = (options: GuardOptions = {}) =>
    // What a broken store answers is no store's answer: this is what the guard is for.
    guardStore(store as unknown as ProxyStore, { timeoutMs: 20, clock, onTrouble: (trouble) => told.push(trouble), ...options })
  return { breakable, guard, told }
}

/** A promise that is kept when the test says so. */
function byHand() {
  let resolve = () => {}
  const promise = new Promise<void>((keep) => (resolve = keep))
  return { promise, resolve: () => resolve() }
}

const rejects = (error: unknown) => () => Promise.reject(error)
const never = () => new Promise(() => {})
const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:6379'), { code: 'ECONNREFUSED' })

type Use = (store: GuardedStore) => Promise<unknown>
const uses: [string, Use, unknown][] = [
  ['increment', (store) => store.increment('my-key', 2, 60_000), { count: 2, resetMs: 60_000 }],
  ['raise', (store) => store.raise('my-key', 2, 60_000), true],
  ['lock', (store) => store.lock('my-key', 60_000), expect.any(String)],
]

describe('a store in trouble', () => {
  const faults: [string, (later: Promise<void>) => unknown, StoreTrouble][] = [
    ['never answers', never, { state: 'down', reason: 'slow' }],
    ['answers late', (later) => later, { state: 'down', reason: 'slow' }],
    ['fails late', (later) => later.then(() => Promise.reject(refused)), { state: 'down', reason: 'slow' }],
    ['cannot be reached', rejects(refused), { state: 'down', reason: 'failed', code: 'ECONNREFUSED' }],
    ['may only be read', rejects(new Error('READONLY my-key')), { state: 'down', reason: 'failed', code: 'READONLY' }],
    ['quotes keys', rejects(new Error('my-key is wrong')), { state: 'down', reason: 'failed' }],
    ['rejects with nothing', rejects(undefined), { state: 'down', reason: 'failed' }],
    ['answers null', async () => null, { state: 'down', reason: 'malformed' }],
    ['answers a text of nothing', async () => '', { state: 'down', reason: 'malformed' }],
    ['answers half a count', async () => ({ count: 1 }), { state: 'down', reason: 'malformed' }],
    ['answers a count below 0', async () => ({ count: -1, resetMs: 1 }), { state: 'down', reason: 'malformed' }],
    ['answers a count that is none', async () => ({ count: 'NaN', resetMs: NaN }), { state: 'down', reason: 'malformed' }],
  ]

  it.each(faults)('that %s is left for memory, in time, and told of once, without a key', async (_, fault, trouble) => {
    for (const [name, use, answer] of uses) {
      const { breakable, guard, told } = createBreakable()
      const store = guard()
      const { promise: later, resolve: goOn } = byHand()
      breakable.fault = () => fault(later)
      const start = performance.now()
      expect(await use(store), name).toEqual(answer)
      expect(performance.now() - start, name).toBeLessThan(1_000)
      for (const [, again] of uses) await again(store)
      expect(told, name).toEqual([trouble])
      expect(JSON.stringify(told)).not.toContain('my-key')
      goOn()
      await sleep(1)
      expect(told, name).toEqual([trouble])
    }
  })

  it('that throws at once is one that rejects', async () => {
    const { breakable, guard, told } = createBreakable()
    breakable.fault = () => {
      throw refused
    }
    expect(await guard().increment('a', 1, 1_000)).toEqual({ count: 1, resetMs: 1_000 })
    expect(told).toHaveLength(1)
  })

  it('fails whoever asks for it, and counts nothing for them', async () => {
    const { breakable, guard, told } = createBreakable()
    const store = guard()
    const guess = () => store.increment('guesses', 1, 60_000, { failClosed: true })
    expect((await guess()).count).toBe(1)
    for (const fault of [never, rejects(refused), async () => null]) {
      breakable.fault = fault
      await expect(guess()).rejects.toThrow(StoreUnavailable)
      await expect(guess()).rejects.toThrow('the store of the proxy could not be asked')
      breakable.fault = undefined
      breakable.elapse(1_000)
      expect((await guess()).count).toBeGreaterThan(1)
    }
    expect((await store.increment('guesses', 0, 60_000)).count).toBe(4)
    expect(told.map(({ state }) => state)).toEqual(['down', 'up', 'down', 'up', 'down', 'up'])
  })
})

it.each([0, -1, NaN, Infinity, 2 ** 31])('%j is no time to answer in, which is said at once', (timeoutMs) => {
  expect(() => createBreakable().guard({ timeoutMs })).toThrow('guardStore: `timeoutMs` must be a number of milliseconds above 0')
})

describe('a store that is down', () => {
  it('is asked by one call a second, and costs the others nothing', async () => {
    const { breakable, guard, told } = createBreakable()
    const store = guard()
    breakable.fault = never
    await store.increment('a', 1, 600_000)
    breakable.asked.length = 0
    for (let n = 0; n < 1_000; n++) await store.increment('a', 1, 600_000)
    expect(breakable.asked).toEqual([])
    for (let second = 0; second < 5; second++) {
      breakable.elapse(1_000)
      await Promise.all(Array.from({ length: 100 }, () => store.increment('a', 1, 600_000)))
    }
    expect(breakable.asked).toHaveLength(5)
    expect((await store.increment('a', 0, 600_000)).count).toBe(1_501)
    expect(told).toHaveLength(1)
  })

  it('is back with the first call that succeeds, which is told once, with how long it took', async () => {
    const { breakable, guard, told } = createBreakable()
    const store = guard()
    await store.increment('a', 5, 600_000)
    breakable.fault = rejects(refused)
    expect((await store.increment('a', 1, 600_000)).count).toBe(1)
    breakable.elapse(3_500)
    breakable.fault = undefined
    expect((await store.increment('a', 1, 600_000)).count).toBe(6)
    expect((await store.increment('a', 1, 600_000)).count).toBe(7)
    expect(told.slice(1)).toEqual([{ state: 'up', ms: 3_500 }])
  })

  it('is not back because it can be read', async () => {
    const { breakable, guard, told } = createBreakable()
    const store = guard()
    breakable.fault = (call, name) => (name === 'lock' ? Promise.reject(new Error('READONLY')) : call())
    await store.lock('a', 60_000)
    for (let second = 0; second < 5; second++) {
      breakable.elapse(1_000)
      await store.increment('a', 0, 60_000)
    }
    expect(told).toEqual([{ state: 'down', reason: 'failed', code: 'READONLY' }])
  })

  it('what a call meets that began before it was down, and is back, is of yesterday', async () => {
    const { breakable, guard, told } = createBreakable()
    const store = guard({ timeoutMs: 60_000 })
    let failLate: (error: unknown) => void = () => {}
    breakable.fault = () => new Promise((_, reject) => (failLate = reject))
    const slow = store.increment('a', 1, 60_000)
    breakable.fault = rejects(refused)
    await store.increment('a', 1, 60_000)
    breakable.elapse(1_000)
    breakable.fault = undefined
    await store.increment('a', 1, 60_000)
    failLate(refused)
    expect((await slow).count).toBeGreaterThan(0)
    expect(told.map(({ state }) => state)).toEqual(['down', 'up'])
  })

  it('a call that nobody waits for any more is not carried out when it wakes up', async () => {
    const { breakable, guard } = createBreakable()
    const store = guard()
    breakable.fault = rejects(refused)
    await store.increment('a', 1, 60_000)
    breakable.elapse(1_000)
    let wake = () => {}
    breakable.fault = (call) => new Promise<void>((resolve) => (wake = resolve)).then(call)
    await store.increment('a', 1, 60_000)
    breakable.fault = undefined
    wake()
    await sleep(5)
    expect((await breakable.inner.increment('a', 0, 60_000)).count).toBe(0)
  })
})

describe('locks and fences of this replica', () => {
  it('outlast a store that dies, is emptied, or comes back empty', async () => {
    const { breakable, guard } = createBreakable()
    const store = guard()
    const token = (await store.lock('a', 60_000)) ?? ''
    await store.raise('a', 5, 60_000)
    const holds = async () => {
      expect(await store.lock('a', 60_000)).toBeUndefined()
      expect(await store.raise('a', 5, 60_000)).toBe(false)
    }
    // Everything the store says is what an empty one would.
    const empty = createMemoryStore()
    breakable.fault = (_, name) => (name === 'lock' ? empty.lock(randomUUID(), 1) : name === 'raise' ? Promise.resolve(true) : undefined)
    await holds()
    breakable.fault = rejects(refused)
    await store.increment('b', 1, 1_000)
    await holds()
    breakable.fault = undefined
    breakable.elapse(1_000)
    await store.increment('b', 1, 1_000)
    await holds()
    await store.unlock('a', token)
    expect(await store.lock('a', 60_000)).toBeTypeOf('string')
    expect(await store.raise('a', 6, 60_000)).toBe(true)
  })

  it('are not taken where another replica has them', async () => {
    const { breakable, guard } = createBreakable()
    const [one, other] = [guard(), guard()]
    const token = (await one.lock('a', 60_000)) ?? ''
    expect(await other.lock('a', 60_000)).toBeUndefined()
    await one.unlock('a', token)
    const next = await other.lock('a', 60_000)
    expect(next).toBeTypeOf('string')
    expect(breakable.asked).toEqual(['lock', 'lock', 'unlock', 'lock'])
  })

  it('a lock that is answered too late is opened again', async () => {
    const { breakable, guard } = createBreakable()
    const store = guard()
    const { promise: later, resolve: goOn } = byHand()
    breakable.fault = (call) => later.then(call)
    const token = (await store.lock('a', 60_000)) ?? ''
    breakable.fault = undefined
    goOn()
    await sleep(1)
    expect(breakable.asked).toEqual(['lock', 'unlock'])
    const others = await breakable.inner.lock('a', 60_000)
    expect(others).toBeTypeOf('string')
    expect(await store.lock('a', 60_000)).toBeUndefined()
    await store.unlock('a', token)
    expect(await breakable.inner.lock('a', 60_000)).toBeUndefined()
  })

  it('a lock of the store is opened there even while it is down, one of memory never', async () => {
    const { breakable, guard } = createBreakable()
    const store = guard()
    const shared = (await store.lock('shared', 60_000)) ?? ''
    breakable.fault = never
    const own = (await store.lock('own', 60_000)) ?? ''
    breakable.asked.length = 0
    breakable.fault = undefined
    await store.unlock('own', own)
    expect(breakable.asked).toEqual([])
    await store.unlock('shared', shared)
    expect(breakable.asked).toEqual(['unlock'])
    expect(await breakable.inner.lock('shared', 60_000)).toBeTypeOf('string')
  })

  it('a store that cannot open a lock keeps nobody waiting, and is in trouble', async () => {
    const { breakable, guard, told } = createBreakable()
    const store = guard()
    const tokens = [await store.lock('a', 60_000), await store.lock('b', 60_000)]
    breakable.fault = never
    await store.unlock('a', tokens[0] ?? '')
    expect(told).toEqual([{ state: 'down', reason: 'slow' }])
    breakable.fault = rejects(refused)
    await store.unlock('b', tokens[1] ?? '')
    expect(await store.lock('a', 60_000)).toBeTypeOf('string')
  })
})

/** Two replicas, with a client and a guard each, behind one server of their own. */
async function openReplicas(options: GuardOptions = {}) {
  const redis = await startRedis()
  const [one, two] = [await clients.ioredis(redis.url), await clients.redis(redis.url)]
  const told: [StoreTrouble[], StoreTrouble[]] = [[], []]
  const guarded = ({ evaluate }: RedisClient, list: StoreTrouble[]) =>
    guardStore(createRedisStore(evaluate), { ...options, onTrouble: (trouble) => list.push(trouble) })
  return {
    redis,
    replicas: [guarded(one, told[0]), guarded(two, told[1])] as const,
    told,
    both: (state: StoreTrouble['state']) => until(() => told.every((list) => list.at(-1)?.state === state)),
    [Symbol.asyncDispose]: async () => {
      for (const used of [one, two, redis]) await used[Symbol.asyncDispose]()
    },
  }
}

/** What shoppers do, twenty at a time, until they are stopped. */
function startLoad(replicas: readonly GuardedStore[]) {
  const report = { calls: 0, slowest: 0, twoInOneLane: 0, repeatsLetThrough: 0, errors: [] as unknown[] }
  let isStopped = false
  const timed = async <Value>(work: Promise<Value>): Promise<Value> => {
    const start = performance.now()
    const value = await work
    report.slowest = Math.max(report.slowest, performance.now() - start)
    report.calls += 1
    return value
  }
  const shopper = async (store: GuardedStore, lanes: Set<string>, n: number) => {
    for (let turn = 1; !isStopped; turn++) {
      const lane = `lane ${n % 4}`
      await timed(store.increment(`limit ${n}`, 1, 60_000))
      const token = await timed(store.lock(lane, 30_000))
      if (token !== undefined) {
        if (lanes.has(lane)) report.twoInOneLane += 1
        lanes.add(lane)
        const fence = `fence ${n} ${replicas.indexOf(store)}`
        await timed(store.raise(fence, turn, 600_000))
        if (await timed(store.raise(fence, turn, 600_000))) report.repeatsLetThrough += 1
        await sleep(1)
        lanes.delete(lane)
        await timed(store.unlock(lane, token))
      }
      await sleep(2)
    }
  }
  const shoppers = replicas.flatMap((store) => {
    const lanes = new Set<string>()
    return Array.from({ length: 10 }, (_, n) => shopper(store, lanes, n).catch((error: unknown) => report.errors.push(error)))
  })
  return async () => {
    isStopped = true
    await Promise.all(shoppers)
    return report
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let ms = 0; !isTrue() && ms < 10_000; ms += 10) await sleep(10)
  expect(isTrue()).toBe(true)
}

describe.skipIf(redisServer === undefined)(
  `T82: a real Redis under load${redisServer ? '' : ` (${withoutRedisServer})`}`,
  { timeout: 40_000 },
  () => {
    // Long enough for a machine that has much else to do, and far below the time for which the server is gone.
    const options = { timeoutMs: 250 }
    const slowest = 1_250
    const downUp = [expect.objectContaining({ state: 'down' }), expect.objectContaining({ state: 'up' })]
    const good = { twoInOneLane: 0, repeatsLetThrough: 0, errors: [] }

    async function sharesAgain([one, other]: readonly GuardedStore[]) {
      const key = randomUUID()
      await one?.increment(key, 1, 60_000)
      expect((await other?.increment(key, 1, 60_000))?.count).toBe(2)
      expect(await one?.lock(key, 60_000)).toBeTypeOf('string')
      expect(await other?.lock(key, 60_000)).toBeUndefined()
    }

    it('is killed: requests go on in time, the shop is told once, and it comes back by itself', async () => {
      await using scene = await openReplicas(options)
      const stop = startLoad(scene.replicas)
      await sleep(300)
      await scene.redis.kill()
      await scene.both('down')
      await sleep(1_500)
      await scene.redis.start()
      await scene.both('up')
      await sleep(300)
      const report = await stop()
      expect(report).toMatchObject(good)
      expect(report.slowest).toBeLessThan(slowest)
      expect(report.calls).toBeGreaterThan(1_000)
      expect(scene.told).toEqual([downUp, downUp])
      await sharesAgain(scene.replicas)
    })

    it('stands still: the same, and what it carries out late shuts nobody out', async () => {
      await using scene = await openReplicas(options)
      const stop = startLoad(scene.replicas)
      await sleep(300)
      scene.redis.pause()
      await scene.both('down')
      await sleep(2_500)
      scene.redis.resume()
      await scene.both('up')
      await sleep(300)
      const report = await stop()
      expect(report).toMatchObject(good)
      expect(report.slowest).toBeLessThan(slowest)
      expect(scene.told).toEqual([downUp, downUp])
      await sharesAgain(scene.replicas)
      for (let lane = 0; lane < 4; lane++) {
        const token = await scene.replicas[0].lock(`lane ${lane}`, 30_000)
        expect(token).toBeTypeOf('string')
        await scene.replicas[0].unlock(`lane ${lane}`, token ?? '')
      }
    })

    it('is emptied: counts begin anew, a replica keeps its own lanes and fences, and nothing is in trouble', async () => {
      await using scene = await openReplicas(options)
      await using client = await clients.ioredis(scene.redis.url)
      const stop = startLoad(scene.replicas)
      for (let times = 0; times < 20; times++) {
        await sleep(25)
        await client.send('FLUSHALL')
      }
      const report = await stop()
      expect(report).toMatchObject(good)
      expect(scene.told).toEqual([[], []])
      await sharesAgain(scene.replicas)
    })

    it('fails closed for whoever asks for it', async () => {
      await using scene = await openReplicas(options)
      const [store] = scene.replicas
      const guess = () => store.increment('guesses', 1, 60_000, { failClosed: true })
      expect((await guess()).count).toBe(1)
      scene.redis.pause()
      await expect(guess()).rejects.toThrow(StoreUnavailable)
      const start = performance.now()
      for (let times = 0; times < 100; times++) await expect(guess()).rejects.toThrow(StoreUnavailable)
      expect(performance.now() - start).toBeLessThan(500)
      scene.redis.resume()
      await until(() => performance.now() - start > 1_100)
      // What it was asked before it stood still, it has carried out late: two counts, not a hundred.
      expect((await guess()).count).toBe(3)
    })

    it('answers a process that was busy itself: that is no trouble', async () => {
      await using scene = await openReplicas({ timeoutMs: 100 })
      const [store] = scene.replicas
      await store.increment('a', 1, 60_000)
      for (let times = 0; times < 5; times++) {
        const counted = store.increment('a', 1, 60_000)
        // Its answer comes in while nobody listens.
        for (const start = performance.now(); performance.now() - start < 250;);
        await counted
      }
      expect(scene.told[0]).toEqual([])
    })
  },
)
