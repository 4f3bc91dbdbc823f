import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { guardStore } from '../../src/proxy/guarded-store.ts'
import { createRedisStore, type EvaluateScript } from '../../src/proxy/redis-store.ts'
import { createMemoryStore, type ProxyStore } from '../../src/proxy/store.ts'
import { describeStore, type StoreUnderTest } from '../proxy-store-suite.ts'
import { clients, hasRedis, openRedis, withoutRedis } from '../redis.ts'

function createTime() {
  let now = 1_000
  return { clock: { now: () => now }, elapse: async (ms: number) => void (now += ms) }
}

async function inMemory(guard: (store: ProxyStore, clock: { now(): number }) => ProxyStore): Promise<StoreUnderTest> {
  const { clock, elapse } = createTime()
  const store = guard(createMemoryStore({ clock }), clock)
  return { store, other: store, elapse, isTimeStill: true, [Symbol.asyncDispose]: async () => {} }
}

/** Two replicas, each with a client of its own, behind one server. */
async function onRedis(client: keyof typeof clients, guard: (store: ProxyStore) => ProxyStore): Promise<StoreUnderTest> {
  const redis = await openRedis()
  const [one, two] = [await clients[client](redis.url), await clients[client](redis.url)]
  const prefix = `talon-one-test:${randomUUID()}:`
  return {
    store: guard(createRedisStore(one.evaluate, { prefix })),
    other: guard(createRedisStore(two.evaluate, { prefix })),
    elapse: (ms) => sleep(ms),
    isTimeStill: false,
    [Symbol.asyncDispose]: async () => {
      for (const used of [one, two, redis]) await used[Symbol.asyncDispose]()
    },
  }
}

describeStore('memory', () => inMemory((store) => store))
describeStore('memory, guarded', () => inMemory((store, clock) => guardStore(store, { clock })))

describe.skipIf(!hasRedis)(`a real Redis${hasRedis ? '' : ` (${withoutRedis})`}`, { timeout: 30_000 }, () => {
  describeStore('through ioredis', () => onRedis('ioredis', (store) => store))
  describeStore('through node-redis', () => onRedis('redis', (store) => store))
  // A machine with much to do may take its time here: what a guard does with a store that is slow has tests of its own.
  describeStore('through ioredis, guarded', () => onRedis('ioredis', (store) => guardStore(store, { timeoutMs: 5_000 })))

  it('keeps nothing that does not end', async () => {
    await using redis = await openRedis()
    await using client = await clients.ioredis(redis.url)
    const prefix = `talon-one-test:${randomUUID()}:`
    const store = createRedisStore(client.evaluate, { prefix })
    // As somebody who looked around with a client of theirs may leave it.
    await client.send('SET', `${prefix}count:eternal`, '5')
    expect(await store.increment('eternal', 1, 60_000)).toEqual({ count: 1, resetMs: 60_000 })
    for (const by of [3, 0, -2, -9]) await store.increment('a', by, 60_000)
    for (const value of [1, 3, 2]) await store.raise('a', value, 60_000)
    for (let times = 0; times < 2; times++) await store.lock('a', 60_000)
    const keys = ['count:eternal', 'count:a', 'fence:a', 'lock:a'].map((key) => prefix + key)
    expect(await client.send('EXISTS', ...keys)).toBe(4)
    for (const key of keys) {
      const left = await client.send('PTTL', key)
      expect(left).toBeGreaterThan(0)
      expect(left).toBeLessThanOrEqual(60_000)
    }
  })

  it('gives a lock once more to a client that asks again because it has lost the connection', async () => {
    await using redis = await openRedis()
    await using client = await clients.ioredis(redis.url)
    const twice: EvaluateScript = async (...call) => (await client.evaluate(...call), client.evaluate(...call))
    const store = createRedisStore(twice, { prefix: `talon-one-test:${randomUUID()}:` })
    expect(await store.lock('a', 60_000)).toBeTypeOf('string')
    expect(await store.lock('a', 60_000)).toBeUndefined()
  })
})

describe('what a client does for the Redis store', () => {
  const calls: [keyof ProxyStore, (store: ProxyStore) => Promise<unknown>][] = [
    ['increment', (store) => store.increment('a', 1, 1_000)],
    ['raise', (store) => store.raise('a', 1, 1_000)],
    ['lock', (store) => store.lock('a', 1_000)],
    ['unlock', (store) => store.unlock('a', 'token')],
  ]

  it.each(calls)('%s is one script with one key, which begins with the prefix', async (_, call) => {
    const asked: Parameters<EvaluateScript>[] = []
    const evaluate: EvaluateScript = async (...args) => void asked.push(args)
    await call(createRedisStore(evaluate)).catch(() => {})
    await call(createRedisStore(evaluate, { prefix: 'mine:' })).catch(() => {})
    expect(asked.map(([, keys]) => keys)).toEqual([[expect.stringMatching(/^talon-one:\w+:a$/)], [expect.stringMatching(/^mine:\w+:a$/)]])
    for (const [, , args] of asked) for (const arg of args) expect(arg).toBeTypeOf('string')
  })

  it.each(calls)('%s refuses an answer that its script never gives, and does not quote it', async (name, call) => {
    const odd = [undefined, null, 2, -1, '1', true, 'OK secret', [], [1], ['1', '2'], [1, 2, 3], [-1, 5], [1.5, 5], [1, NaN], {}]
    const wrong = name === 'increment' ? [...odd, 0, 1] : [...odd, [0, 0]]
    for (const answer of wrong) {
      const error = await call(createRedisStore(async () => answer)).catch((reason: unknown) => reason)
      expect(error).toMatchObject({
        name: 'StoreAnswerError',
        message: expect.stringMatching(/^createRedisStore: `evaluate` did not give/),
      })
      expect(String(error)).not.toContain('secret')
    }
  })

  it.each(calls)('%s hands on what the client rejects with, and what it throws', async (_, call) => {
    const refusal = new Error('READONLY You cannot write against a read only replica.')
    await expect(call(createRedisStore(() => Promise.reject(refusal)))).rejects.toBe(refusal)
    const thrower: EvaluateScript = () => {
      throw refusal
    }
    await expect(call(createRedisStore(thrower))).rejects.toBe(refusal)
  })
})

describe('memory is bounded', () => {
  const flood = async (store: ProxyStore, most: number) => {
    for (let n = 0; n < most; n++) await store.increment(`flood ${n}`, 1, 60_000)
  }

  it('T81: distinct keys without end leave it flat', { timeout: 60_000 }, async () => {
    setFlagsFromString('--expose-gc')
    const gc: unknown = runInNewContext('gc')
    const used = () => {
      if (typeof gc === 'function') gc()
      return process.memoryUsage().heapUsed
    }
    const store = createMemoryStore()
    await flood(store, 20_000)
    const before = used()
    for (let n = 0; n < 100_000; n++) {
      await store.increment(`counter ${n}`, 1, 60_000)
      if (n % 3 === 0) await store.raise(`fence ${n}`, 1, 60_000)
      if (n % 3 === 0) await store.lock(`lock ${n}`, 60_000)
    }
    expect(used() - before).toBeLessThan(8 * 2 ** 20)
    // Still in use: else there would be nothing to measure.
    expect((await store.increment('counter 99999', 0, 60_000)).count).toBe(1)
  })

  it('the counter that was used longest ago goes first, a fence likewise', async () => {
    const store = createMemoryStore({ entries: 3 })
    for (const key of ['a', 'b', 'c', 'a', 'd']) await store.increment(key, 1, 60_000)
    const counts = await Promise.all(['a', 'b', 'c', 'd'].map(async (key) => (await store.increment(key, 0, 60_000)).count))
    expect(counts).toEqual([2, 0, 1, 1])
    for (const key of ['a', 'b', 'c']) await store.raise(key, 5, 60_000)
    expect(await store.raise('a', 4, 60_000)).toBe(false)
    await store.raise('d', 5, 60_000)
    expect(await Promise.all(['a', 'c', 'd'].map((key) => store.raise(key, 5, 60_000)))).toEqual([false, false, false])
    expect(await store.raise('b', 1, 60_000)).toBe(true)
  })

  it('the one used longest ago goes, after however many others', () => {
    const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { maxLength: 200 })
    return fc.assert(
      fc.asyncProperty(keys, fc.integer({ min: 1, max: 4 }), async (used, entries) => {
        const store = createMemoryStore({ entries })
        let counts: [string, number][] = []
        for (const key of used) {
          const count = (counts.find(([one]) => one === key)?.[1] ?? 0) + 1
          counts = [...counts.filter(([one]) => one !== key), [key, count] satisfies [string, number]].slice(-entries)
          expect((await store.increment(key, 1, 60_000)).count).toBe(count)
        }
      }),
    )
  })

  it.each([0, -1, NaN])('%j places are none, which is said at once', (entries) => {
    expect(() => createMemoryStore({ entries })).toThrow('createMemoryStore: `entries` must be a number above 0')
  })

  it('what has ended goes before what was used long ago', async () => {
    const { clock, elapse } = createTime()
    const store = createMemoryStore({ clock, entries: 3 })
    await store.increment('guesses', 9, 600_000)
    for (const key of ['a', 'b']) await store.increment(key, 1, 60_000)
    await elapse(60_000)
    for (const key of ['c', 'd']) await store.increment(key, 1, 60_000)
    expect((await store.increment('guesses', 0, 600_000)).count).toBe(9)
  })

  it('a flood of counters pushes out neither fence nor lock, nor one of fences a counter', async () => {
    const store = createMemoryStore()
    await store.raise('mine', 5, 600_000)
    await store.lock('mine', 600_000)
    await flood(store, 30_000)
    expect(await store.raise('mine', 5, 600_000)).toBe(false)
    expect(await store.lock('mine', 600_000)).toBeUndefined()
    await store.increment('mine', 7, 600_000)
    for (let n = 0; n < 30_000; n++) await store.raise(`flood ${n}`, 1, 60_000)
    expect((await store.increment('mine', 0, 600_000)).count).toBe(7)
  })

  it('a lock is never pushed out: where all places are taken no further one is given, until one opens or ends', async () => {
    const { clock, elapse } = createTime()
    const store = createMemoryStore({ clock, entries: 2 })
    const [first = ''] = [await store.lock('a', 60_000), await store.lock('b', 30_000)]
    expect(await store.lock('c', 60_000)).toBeUndefined()
    expect(await store.lock('a', 60_000)).toBeUndefined()
    await store.unlock('a', first)
    expect(await store.lock('c', 60_000)).toBeTypeOf('string')
    expect(await store.lock('d', 60_000)).toBeUndefined()
    await elapse(30_000)
    expect(await store.lock('d', 60_000)).toBeTypeOf('string')
    expect(await store.lock('c', 60_000)).toBeUndefined()
  })
})
