/** The Redis store on a cluster, through each client's own for clusters. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRedisStore } from '../../src/proxy/redis-store.ts'
import { describeStore, type StoreUnderTest } from '../proxy-store-suite.ts'
import { clients, clusterClients, type RedisCluster, redisServer, startCluster, withoutRedisServer } from '../redis.ts'

/** Two replicas, each with a client of its own, behind one cluster. */
async function onCluster({ urls }: RedisCluster, client: keyof typeof clusterClients): Promise<StoreUnderTest> {
  const [one, two] = [await clusterClients[client](urls), await clusterClients[client](urls)]
  const prefix = `talon-one-test:${randomUUID()}:`
  return {
    store: createRedisStore(one.evaluate, { prefix }),
    other: createRedisStore(two.evaluate, { prefix }),
    elapse: (ms) => sleep(ms),
    isTimeStill: false,
    [Symbol.asyncDispose]: async () => {
      for (const used of [one, two]) await used[Symbol.asyncDispose]()
    },
  }
}

describe.skipIf(redisServer === undefined)(
  `a cluster${redisServer === undefined ? ` (${withoutRedisServer})` : ''}`,
  { timeout: 30_000 },
  () => {
    let cluster: RedisCluster
    beforeAll(async () => {
      cluster = await startCluster()
    }, 30_000)
    afterAll(() => cluster[Symbol.asyncDispose]())

    describeStore('through ioredis', () => onCluster(cluster, 'ioredis'))
    describeStore('through node-redis', () => onCluster(cluster, 'redis'))

    test('has something of the store on each of its servers', async () => {
      await using client = await clusterClients.ioredis(cluster.urls)
      const prefix = `talon-one-test:${randomUUID()}:`
      const store = createRedisStore(client.evaluate, { prefix })
      for (let n = 0; n < 100; n++) await store.increment(String(n), 1, 60_000)
      const counts = await Promise.all(
        cluster.urls.map(async (url) => {
          await using server = await clients.ioredis(url)
          const keys = await server.send('KEYS', `${prefix}*`)
          return Array.isArray(keys) ? keys.length : 0
        }),
      )
      expect(Math.min(...counts)).toBeGreaterThan(10)
      expect(counts.reduce((sum, count) => sum + count)).toBe(100)
    })
  },
)
