/** What both proxies are: a request is recognised, answered or refused, and told of. */
import { isRecord } from '../record.ts'
import { BodyBrokenOff, readBytes } from './body.ts'
import { StoreUnavailable, type StoreTrouble } from './guarded-store.ts'
import { corsHeaders, type Origins, preflight, refuseForgery, wrongOrigins } from './origins.ts'
import { type Answer, Problem, problemAnswer, type ProblemCode, responseOf } from './problem.ts'
import { findRoute, methodsAt, type ReadBody, type Route, type Rules } from './request.ts'
import type { StoreClock } from './store.ts'
import type { Upstream } from './upstream.ts'

/** What both proxies take. Bad configuration refuses to start and names the option only. */
export interface ProxyOptions {
  upstream: Upstream
  /** Where the proxy is mounted. @default '/talon-one' */
  basePath?: string
  /** Whose pages may ask. @default 'same-origin' */
  origins?: Origins
  /** How long things may take, in milliseconds. */
  timeouts?: ProxyTimeouts
  /** Sends to Talon.One. Default: the platform's. */
  fetch?: typeof globalThis.fetch
  /**
   * Tells the time, in milliseconds since 1970: for tests, which need not wait until a window ends. Timers are the platform's all the same.
   * Default: the platform's; `performance`, which never jumps, wherever the date does not matter.
   */
  clock?: StoreClock
  /**
   * One event for each request and each warning, for the log. Holds no ids, codes, keys or bodies. One that throws or rejects changes no
   * answer: the console is told the name of its error. Default: failures and warnings go to the console.
   */
  onEvent?: (event: ProxyEvent) => void
}

/** How long each step may take, in milliseconds. */
export interface ProxyTimeouts {
  /** Until a request's body has arrived. Then 408. @default 10000 */
  body?: number
  /** `identify`, and each call of `session`. Then 503: nobody is taken for anonymous. @default 2000 */
  identify?: number
  /** Until Talon.One has answered to the end. Then 504. @default 10000 */
  upstream?: number
}

/** How long each step may take unless it is said, in milliseconds. */
export const defaultTimeouts = { body: 10_000, identify: 2_000, upstream: 10_000, pricing: 2_000, store: 100 } as const

/** What {@link ProxyOptions.onEvent} sees. */
export type ProxyEvent =
  | { type: 'answered'; operationId: string; status: number; requestId: string; ms: number }
  | { type: 'refused'; operationId: string | undefined; status: number; code: ProblemCode; requestId: string; ms: number }
  | { type: 'failed'; operationId: string | undefined; requestId: string; error: string }
  /** Staff are about to delete something. `subject` is theirs, as `identify` gave it: the one id in any event, for the audit. */
  | { type: 'destructive'; operationId: string; subject: string }
  /** The `store` cannot be asked, and this replica goes on alone; or it can be asked again. */
  | ({ type: 'store' } & StoreTrouble)
  | { type: 'warning'; option: 'pricing' | 'basePath' | 'network'; message: string }

/**
 * A proxy: mount it wherever `Request` and `Response` are. `context`: whatever a framework gives besides. Of a worker's, which may end with
 * its answer or its caller, `waitUntil` is called, so that a write that is under way goes on.
 */
export type Proxy = (request: Request, context?: object) => Promise<Response>

/** The same for a server that reads a body, and writes an answer, in its own way. */
export type Handle = (request: Request, readBody: ReadBody) => Promise<Answer>

const handles = new WeakMap<Proxy, Handle>()

/** What a proxy does; undefined for any other function. */
export function handleOf(proxy: Proxy): Handle | undefined {
  return handles.get(proxy)
}

/** Makes a proxy of what it does with a recognised request: `answer`, which refuses by throwing a {@link Problem}. */
export function createProxy<Rule>(
  {
    basePath = '/talon-one',
    origins = 'same-origin',
    onEvent,
    clock = performance,
  }: Pick<ProxyOptions, 'basePath' | 'origins' | 'onEvent' | 'clock'>,
  rules: Rules<Rule>,
  answer: (request: Request, readBody: ReadBody, route: Route<Rule>) => Promise<Answer>,
): Proxy {
  const tell = teller(onEvent)
  const warnOnce = onceOnly(tell)

  function pathIn(pathname: string): string {
    if (pathname.startsWith(`${basePath}/`)) return pathname.slice(basePath.length)
    warnOnce({ type: 'warning', option: 'basePath', message: mountHint })
    throw new Problem(404, 'not_found')
  }

  async function handle(request: Request, readBody: ReadBody): Promise<Answer> {
    const requestId = crypto.randomUUID()
    const start = clock.now()
    const ms = () => Math.round(clock.now() - start)
    let operationId: string | undefined
    try {
      const { pathname, searchParams } = readUrl(request)
      const path = pathIn(pathname)
      if (request.method === 'OPTIONS') return preflight(request, origins, methodsAt(path, rules))
      const route = findRoute(request.method, path, searchParams, rules)
      operationId = route.endpoint.operationId
      refuseForgery(request, origins)
      const answered = await answer(request, readBody, route)
      tell({ type: 'answered', operationId, status: answered.status, requestId, ms: ms() })
      return answered
    } catch (error) {
      const problem = problemOf(error)
      // Of an error that nobody foresaw only its name is told.
      const { cause } = problem
      if (cause !== undefined) tell({ type: 'failed', operationId, requestId, error: nameOf(cause) })
      tell({ type: 'refused', operationId, status: problem.status, code: problem.code, requestId, ms: ms() })
      return problemAnswer(problem, requestId)
    }
  }

  const handleFromAnywhere: Handle = async (request, readBody) => {
    const answered = await handle(request, readBody)
    return { ...answered, headers: { ...answered.headers, ...corsHeaders(request, origins) } }
  }
  const proxy: Proxy = async (request, context) => {
    const handled = handleFromAnywhere(request, (most) => readBytes(request.body, most))
    if (context && 'waitUntil' in context && typeof context.waitUntil === 'function') context.waitUntil(handled)
    return responseOf(await handled)
  }
  handles.set(proxy, handleFromAnywhere)
  return proxy
}

// A server makes the URL of what came, and a `Host` may be none: `1.2.3.256`, `shop.example:99999`. Some say so when it is first asked for.
function readUrl(request: Request): URL {
  try {
    if (request.url.length > longestUrl) throw new Problem(414, 'uri_too_long')
    return new URL(request.url)
  } catch (error) {
    throw error instanceof Problem ? error : new Problem(400, 'invalid_request')
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  // Nobody reads this answer; but the shop's own code has not failed.
  if (error instanceof BodyBrokenOff) return new Problem(400, 'invalid_json')
  if (error instanceof StoreUnavailable) return new Problem(503, 'store_unavailable', { retryable: true })
  return new Problem(500, 'internal', { cause: error })
}

// Ids are at most 1000 characters, and a ledger is asked for 50 sessions at most.
const longestUrl = 65_536

const mountHint = "a request came without it: where your framework cuts the mount path off, set `basePath: ''`"

/** Tells the log. */
export type Tell = (event: ProxyEvent) => void

/** Tells the first event only. */
export function onceOnly(tell: Tell): Tell {
  let isDone = false
  return (event) => {
    if (!isDone) tell(event)
    isDone = true
  }
}

/** An `onEvent` that neither throws nor rejects: what is to be told of has been done by then. */
export function teller(onEvent: ProxyOptions['onEvent'] = logTrouble): Tell {
  return (event) => {
    try {
      // It may well be async: TypeScript lets it.
      void Promise.resolve(onEvent(event)).catch(logDeafness)
    } catch (error) {
      logDeafness(error)
    }
  }
}

function logDeafness(error: unknown): void {
  console.error(`talon-one proxy: \`onEvent\` failed with ${nameOf(error)}`)
}

// Its message may quote what it stumbled over.
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}

function logTrouble(event: ProxyEvent): void {
  if (event.type === 'store') console.error(`talon-one proxy: the store is ${event.state}`)
  if (event.type === 'warning') console.warn(`talon-one proxy: \`${event.option}\`: ${event.message}`)
  if (event.type === 'failed')
    console.error(`talon-one proxy: ${event.operationId ?? 'a request'} failed with ${event.error} (${event.requestId})`)
}

/** Refuses what no proxy can start with, by the name of the option only; the `upstream` itself is checked where it is made. */
export function checkProxyOptions(
  factory: string,
  { upstream, identify, basePath, origins = 'same-origin', timeouts = {}, clock = performance }: ProxyOptions & { identify: unknown },
): void {
  const wrong = (what: string) => new Error(`${factory}: ${what}`)
  if (!isRecord(upstream)) throw wrong('`upstream` must have a `baseUrl` and a credential')
  if (typeof identify !== 'function') throw wrong('`identify` must be a function')
  if (typeof clock?.now !== 'function') throw wrong('`clock` must have a function `now`')
  const wrongOrigin = wrongOrigins(origins)
  if (wrongOrigin !== undefined) throw wrong(wrongOrigin)
  for (const [name, ms] of Object.entries(timeouts)) {
    // A number from the environment that is not there is NaN.
    if (!(typeof ms === 'number' && ms > 0 && ms < 2 ** 31)) throw wrong(`\`timeouts.${name}\` must be a number of milliseconds above 0`)
  }
  if (basePath !== undefined && !/^(\/[\w.-]+)*$/.test(basePath))
    throw wrong("`basePath` must be a path such as '/talon-one', without a slash at its end")
}

/** Refuses a limit that is none, or above what it may be at most. */
export function checkLimit(factory: string, name: string, limit: unknown, most = Infinity): void {
  if (typeof limit === 'number' && Number.isInteger(limit) && limit >= 1 && limit <= most) return
  throw new Error(`${factory}: \`limits.${name}\` must be a whole number ${most === Infinity ? 'above 0' : `of 1 to ${most}`}`)
}
