/**
 * A real Redis for tests: the one of `REDIS_URL`, or a server of their own where `redis-server` or `valkey-server` is installed. Where
 * there is neither, tests say that they are skipped; with `SERVERS_REQUIRED`, as in `.ci/run`, they fail instead.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
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
  const port = await freePort()
  const directory = mkdtempSync(join(tmpdir(), 'talon-one-redis-'))
  let child = await spawnRedis(port, directory)
  const kill = async () => {
    const ended = new Promise((resolve) => child.once('close', resolve))
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await ended
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    start: async () => void (child = await spawnRedis(port, directory)),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    [Symbol.asyncDispose]: async () => {
      await kill()
      rmSync(directory, { recursive: true, force: true })
    },
  }
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

function spawnRedis(port: number, directory: string): Promise<ChildProcess> {
  if (redisServer === undefined) throw new Error(withoutRedisServer)
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', '', '--appendonly', 'no']
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
