/**
 * A real Redis for tests: the one of `REDIS_URL`, or a server of their own where `redis-server` or `valkey-server` is installed. Where
 * there is neither, tests say that they are skipped; with `SERVERS_REQUIRED`, as in `.ci/run`, they fail instead.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import type { EvaluateScript } from '../src/proxy/redis-store.ts'
import { freePort } from './command.ts'
import { findServer } from './installed.ts'

/** The server that is installed here; undefined when none is. */
export const redisServer = findServer('redis-server', 'valkey-server')

/** Whether there is any Redis for tests. */
export const hasRedis = redisServer !== undefined || Boolean(process.env.REDIS_URL)

/** What a test says of itself when there is no Redis. */
export const withoutRedis = 'skipped: no redis-server is installed here, and REDIS_URL is not set'

/** What a test says of itself when it has to start and kill a server, and cannot. */
export const withoutRedisServer = 'skipped: no redis-server is installed here'

/** A server of a test's own. `await using` ends it: that process and no other. */
export interface RedisServer extends AsyncDisposable {
  url: string
  /** As a power cut does. What it held is gone. */
  kill(): Promise<void>
  /** Starts it again, at the same address, empty. */
  start(): Promise<void>
  /** It takes connections and answers nothing, as in a long pause of its machine. */
  pause(): void
  resume(): void
}

/** Starts a server on a free port of this machine, which writes nothing to disk. */
export async function startRedis(): Promise<RedisServer> {
  return startServer(await freePort())
}

async function startServer(port: number, more: readonly string[] = []): Promise<RedisServer> {
  const directory = mkdtempSync(join(tmpdir(), 'talon-one-redis-'))
  let child = await spawnRedis(port, directory, more)
  const kill = async () => {
    const ended = new Promise((resolve) => child.once('close', resolve))
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await ended
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    start: async () => void (child = await spawnRedis(port, directory, more)),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    [Symbol.asyncDispose]: async () => {
      await kill()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Three servers that share the keys among them. `await using` ends them. */
export interface RedisCluster extends AsyncDisposable {
  urls: readonly string[]
}

/** Starts a cluster on free ports of this machine, which keeps nothing. Takes servers from version 7 on. */
export async function startCluster(): Promise<RedisCluster> {
  await using stack = new AsyncDisposableStack()
  const nodes: { port: number; bus: number; client: RedisClient }[] = []
  for (let index = 0; index < 3; index++) {
    const [port, bus] = [await freePort(), await freePort()]
    const more = ['--cluster-enabled', 'yes', '--cluster-port', String(bus)]
    const server = stack.use(await startServer(port, more))
    nodes.push({ port, bus, client: stack.use(await clients.ioredis(server.url)) })
  }
  const starts = [0, 5_461, 10_923, 16_384]
  for (const [index, { client }] of nodes.entries()) {
    await client.send('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))
    await client.send('CLUSTER', 'ADDSLOTSRANGE', String(starts[index]), String(Number(starts[index + 1]) - 1))
  }
  const [first, ...others] = nodes
  for (const { port, bus } of others) await first?.client.send('CLUSTER', 'MEET', '127.0.0.1', String(port), String(bus))
  for (const { client } of nodes) {
    for (let waited = 0; !/cluster_state:ok[^]*cluster_known_nodes:3/.test(String(await client.send('CLUSTER', 'INFO'))); waited += 20) {
      if (waited > 20_000) throw new Error('the servers did not become a cluster')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const started = stack.move()
  return { urls: nodes.map(({ port }) => `redis://127.0.0.1:${port}`), [Symbol.asyncDispose]: () => started.disposeAsync() }
}

/** Where tests that break nothing find a Redis. */
export async function openRedis(): Promise<{ url: string } & AsyncDisposable> {
  const url = process.env.REDIS_URL
  return url ? { url, [Symbol.asyncDispose]: async () => {} } : startRedis()
}

/** A client, as a shop has one. */
export interface RedisClient extends AsyncDisposable {
  evaluate: EvaluateScript
  /** Sends one command. */
  send(command: string, ...args: string[]): Promise<unknown>
}

/** The clients that the store is for, by the names of their packages. */
export const clients: Readonly<Record<'ioredis' | 'redis', (url: string) => Promise<RedisClient>>> = {
  async ioredis(url) {
    const redis = new Redis(url, { retryStrategy: () => 50 })
    redis.on('error', () => {})
    return {
      evaluate: (script, keys, args) => redis.eval(script, keys.length, ...keys, ...args),
      send: (command, ...args) => redis.call(command, ...args),
      [Symbol.asyncDispose]: async () => redis.disconnect(),
    }
  },
  async redis(url) {
    const client = createClient({ url, socket: { reconnectStrategy: 50 } })
    client.on('error', () => {})
    await client.connect()
    return {
      evaluate: (script, keys, args) => client.eval(script, { keys, arguments: args }),
      send: (command, ...args) => client.sendCommand([command, ...args]),
      [Symbol.asyncDispose]: async () => client.destroy(),
    }
  },
}

/** Clients of a cluster, by the names of their packages. */
export const clusterClients: Readonly<
  Record<keyof typeof clients, (urls: readonly string[]) => Promise<Pick<RedisClient, 'evaluate'> & AsyncDisposable>>
> = {
  async ioredis(urls) {
    const cluster = new Cluster([...urls])
    cluster.on('error', () => {})
    return {
      evaluate: (script, keys, args) => cluster.eval(script, keys.length, ...keys, ...args),
      [Symbol.asyncDispose]: async () => cluster.disconnect(),
    }
  },
  async redis(urls) {
    const cluster = createCluster({ rootNodes: urls.map((url) => ({ url })) })
    cluster.on('error', () => {})
    await cluster.connect()
    return {
      evaluate: (script, keys, args) => cluster.eval(script, { keys, arguments: args }),
      [Symbol.asyncDispose]: async () => cluster.destroy(),
    }
  },
}

function spawnRedis(port: number, directory: string, more: readonly string[]): Promise<ChildProcess> {
  if (redisServer === undefined) throw new Error(withoutRedisServer)
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', '', '--appendonly', 'no', ...more]
  const child = spawn(redisServer, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const end = () => void child.kill('SIGKILL')
  process.once('exit', end)
  child.once('close', () => process.off('exit', end))
  return new Promise((resolve, reject) => {
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += String(chunk)
      if (/ready to accept connections/i.test(output)) resolve(child)
    })
    child.once('error', reject)
    child.once('close', (code) => reject(new Error(`redis-server ended with ${code} before it was ready:\n${output}`)))
  })
}
