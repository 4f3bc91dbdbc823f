import { createToken, type ProxyStore, StoreAnswerError } from './store.ts'

/**
 * Runs a Lua script on the server. `keys` becomes `KEYS` there, always one, so that it works on a cluster too; `args` becomes `ARGV`.
 * Rejects when the server does.
 */
export type EvaluateScript = (script: string, keys: string[], args: string[]) => Promise<unknown>

/** What {@link createRedisStore} takes. */
export interface RedisStoreOptions {
  /** What its keys begin with. Shops that share a server each have their own. @default 'talon-one:' */
  prefix?: string
}

// One script a method, for Redis 6 and newer and Valkey. What has less than a millisecond left, or no end at all, counts as ended.
const incrementScript = `
local by = tonumber(ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if left <= 0 then
  if by <= 0 then return {0, 0} end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return {by, tonumber(ARGV[2])}
end
local count = tonumber(redis.call('GET', KEYS[1]))
if by < -count then by = -count end
if by ~= 0 then count = redis.call('INCRBY', KEYS[1], by) end
return {count, left}`

const raiseScript = `
local kept = redis.call('GET', KEYS[1])
if kept and tonumber(ARGV[1]) <= tonumber(kept) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`

// A client that lost the connection may send it again: whoever has the lock is given it once more.
const lockScript = `
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('GET', KEYS[1]) == ARGV[1] then return 1 end
return 0`

const unlockScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`

/**
 * The store of several replicas: Redis from 6 on, or Valkey, a cluster of either too. It takes your own client's way to run a script:
 *
 * ```ts
 * createRedisStore((script, keys, args) => redis.eval(script, keys.length, ...keys, ...args)) // ioredis, iovalkey
 * createRedisStore((script, keys, args) => client.eval(script, { keys, arguments: args })) // redis (node-redis)
 * createRedisStore((script, keys, args) => redis.eval(script, keys, args)) // @upstash/redis
 * ```
 *
 * Give your client a listener for its event `error`: without one, clients throw or print when a connection breaks. What the store writes
 * ends by itself; there is nothing to clean up.
 *
 * @throws StoreAnswerError (its promises reject) when an answer is not what the script returns; what the client rejects with is handed on.
 */
export function createRedisStore(evaluate: EvaluateScript, { prefix = 'talon-one:' }: RedisStoreOptions = {}): ProxyStore {
  const run = async (script: string, kind: string, key: string, ...args: (string | number)[]): Promise<unknown> =>
    evaluate(script, [`${prefix}${kind}:${key}`], args.map(String))
  const runYesOrNo = async (...call: Parameters<typeof run>): Promise<boolean> => {
    const answer = await run(...call)
    if (answer === 0 || answer === 1) return answer === 1
    throw unlike('0 or 1')
  }

  return {
    async increment(key, by, windowMs) {
      const answer = await run(incrementScript, 'count', key, by, wholeMs(windowMs))
      const [count, resetMs] = Array.isArray(answer) && answer.length === 2 ? (answer as unknown[]) : []
      if (!isCount(count) || !isCount(resetMs)) throw unlike('a list of two numbers')
      return { count, resetMs }
    },
    raise: (key, value, ttlMs) => runYesOrNo(raiseScript, 'fence', key, value, wholeMs(ttlMs)),
    async lock(key, ttlMs) {
      const token = createToken()
      return (await runYesOrNo(lockScript, 'lock', key, token, wholeMs(ttlMs))) ? token : undefined
    },
    async unlock(key, token) {
      await runYesOrNo(unlockScript, 'lock', key, token)
    },
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

// Redis refuses parts of a millisecond, and an end that is now.
function wholeMs(ms: number): number {
  return Math.max(1, Math.ceil(ms))
}

function unlike(expected: string): StoreAnswerError {
  return new StoreAnswerError(`createRedisStore: \`evaluate\` did not give what the script returns, which is ${expected}`)
}
