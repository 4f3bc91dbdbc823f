/** Two replicas behind one Redis, and carts that ask now one and now the other, while that Redis is killed, paused and emptied. */
import { createCart, createTalonOne } from 'talon-one-react'
import { createRedisStore, createShopperProxy, type ProxyEvent, shopperSessionId } from 'talon-one-react/proxy'
import { createSandbox } from 'talon-one-react/sandbox'
import { describe, expect, test } from 'vitest'
import { clients, redisServer, type RedisServer, startRedis, withoutRedisServer } from '../redis.ts'
import { key, secret } from './proxy-shop.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Talon.One, which takes its time and counts what overlaps. */
function createUpstream() {
  const sandbox = createSandbox({ apiKey: key })
  const underWay = new Map<string, number>()
  const most = { writes: 0 }
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { pathname } = new URL(new Request(input, init).url)
    const isWrite = init?.method === 'PUT'
    if (isWrite) underWay.set(pathname, (underWay.get(pathname) ?? 0) + 1)
    most.writes = Math.max(most.writes, underWay.get(pathname) ?? 0)
    await pause(5 + Math.random() * 15)
    const answer = await sandbox.fetch(input, init)
    if (isWrite) underWay.set(pathname, (underWay.get(pathname) ?? 0) - 1)
    return answer
  }
  const cartOf = async (shopper: string): Promise<Record<string, number>> => {
    const path = `/v2/customer_sessions/${shopperSessionId({ secret }, shopper, 'basket')}`
    const { customerSession } = (await (await sandbox.fetch(path, { headers: { authorization: `ApiKey-v1 ${key}` } })).json()) as {
      customerSession: { cartItems: { sku: string; quantity: number }[] }
    }
    return Object.fromEntries(customerSession.cartItems.map(({ sku, quantity }) => [sku, quantity]))
  }
  return { fetch, most, cartOf }
}

async function openShop(redis: RedisServer) {
  const upstream = createUpstream()
  const events: ProxyEvent[] = []
  const stack = new AsyncDisposableStack()
  const openReplica = async () => {
    const client = stack.use(await clients.ioredis(redis.url))
    const proxy = createShopperProxy({
      upstream: { baseUrl: 'https://shop.talon.one', apiKey: key },
      fetch: upstream.fetch,
      secret,
      identify: ({ headers }) => ({ profileId: headers.get('x-test-shopper') ?? '' }),
      pricing: ({ items }) => ({ cartItems: items.map((item) => ({ ...item, price: 1 })) }),
      store: createRedisStore((...call) => client.evaluate(...call)),
      limits: { requests: { most: 100_000, perMs: 60_000 } },
      onEvent: (event) => events.push(event),
    })
    return { proxy, client }
  }
  const replicas = [await openReplica(), await openReplica()]
  let turn = 0
  const ask = (request: Request) => (replicas[(turn += 1) % replicas.length] as (typeof replicas)[number]).proxy(request)
  const openCart = (shopper: string) => {
    const talonOne = createTalonOne({
      baseUrl: 'https://shop.example/talon-one',
      headers: { 'x-test-shopper': shopper },
      fetch: (input, init) => ask(new Request(input, init)),
    })
    return createCart({ client: talonOne, sessionId: 'basket' })
  }
  return {
    ...upstream,
    events,
    ask,
    openCart,
    flushRedis: () => replicas[0]?.client.send('FLUSHALL'),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

const shoppers = Array.from({ length: 12 }, (_, index) => `shopper-${index}`)

/** Each shopper adds things of their own for a while; what the server must have in the end. */
async function shopFor(
  ms: number,
  { openCart, cartOf }: Awaited<ReturnType<typeof openShop>>,
): Promise<{ shown: unknown; stored: unknown }[]> {
  const end = performance.now() + ms
  return Promise.all(
    shoppers.map(async (shopper) => {
      const cart = openCart(shopper)
      const expected: Record<string, number> = {}
      while (performance.now() < end) {
        const sku = `${shopper}-${Math.floor(Math.random() * 4)}`
        void cart.add({ sku, price: 1 })
        expected[sku] = (expected[sku] ?? 0) + 1
        await pause(Math.random() * 60)
      }
      await cart.flush({ timeout: 60_000 })
      const shown = Object.fromEntries(cart.getSnapshot().lines.map(({ sku, quantity }) => [sku, quantity]))
      expect(shown, shopper).toEqual(expected)
      return { shown: sorted(shown), stored: sorted(await cartOf(shopper)) }
    }),
  )
}

const sorted = (quantities: Record<string, number>) => Object.entries(quantities).toSorted(([one], [other]) => one.localeCompare(other))

describe.skipIf(redisServer === undefined)(
  `two replicas behind one Redis${redisServer === undefined ? ` (${withoutRedisServer})` : ''}`,
  () => {
    test('keep one write of a profile under way, and answer the others 409', { timeout: 60_000 }, async () => {
      await using redis = await startRedis()
      await using shop = await openShop(redis)
      const put = () =>
        shop.ask(
          new Request('https://shop.example/talon-one/v2/customer_sessions/basket', {
            method: 'PUT',
            headers: { 'x-talon-client': '1', 'x-test-shopper': 'ada', 'content-type': 'application/json' },
            body: JSON.stringify({ customerSession: { cartItems: [{ sku: 'beans', quantity: 1 }] } }),
          }),
        )
      const statuses = (await Promise.all(Array.from({ length: 50 }, put))).map(({ status }) => status)
      expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0)
      expect(statuses.filter((status) => status !== 200 && status !== 409)).toEqual([])
      expect(shop.most.writes).toBe(1)
    })

    const disasters: Readonly<
      Record<string, { befall: (redis: RedisServer, flush: () => unknown) => Promise<unknown>; mayOverlap: number; told: boolean }>
    > = {
      // Each replica keeps its own lanes meanwhile.
      'killed, and started again': {
        befall: async (redis) => {
          await redis.kill()
          await pause(1_500)
          await redis.start()
        },
        mayOverlap: 2,
        told: true,
      },
      paused: {
        befall: async (redis) => {
          redis.pause()
          await pause(2_000)
          redis.resume()
        },
        mayOverlap: 2,
        told: true,
      },
      emptied: {
        befall: async (_, flush) => {
          for (let time = 0; time < 20; time += 1) {
            await flush()
            await pause(50)
          }
        },
        mayOverlap: 2,
        told: false,
      },
    }

    test.each(Object.entries(disasters))(
      'lose no edit and mix no carts while it is %s under load',
      { timeout: 120_000 },
      async (_, { befall, mayOverlap, told }) => {
        await using redis = await startRedis()
        await using shop = await openShop(redis)
        const shopped = shopFor(5_000, shop)
        await pause(1_000)
        await befall(redis, shop.flushRedis)
        for (const { shown, stored } of await shopped) expect(stored).toEqual(shown)
        expect(shop.most.writes).toBeLessThanOrEqual(mayOverlap)
        const troubles = shop.events.filter((event) => event.type === 'store').map((event) => ('state' in event ? event.state : ''))
        if (told) expect(new Set(troubles)).toEqual(new Set(['down', 'up']))
        else expect(troubles).toEqual([])
        // Nothing else goes wrong: a write may have to wait for another one, and for nothing more.
        const refused = shop.events.flatMap((event) => (event.type === 'refused' && event.status !== 404 ? [event.code] : []))
        expect(refused.filter((code) => code !== 'conflict')).toEqual([])
      },
    )
  },
)
