/** What both proxies are: a request is recognised, answered or refused, and told of. */
import { isRecord } from '../record.ts'
import { Problem, type ProblemCode, problemResponse } from './problem.ts'
import { findRoute, type Route, type Rules } from './request.ts'
import type { Upstream } from './upstream.ts'

/** What both proxies take. Bad configuration refuses to start and names the option only. */
export interface ProxyOptions {
  upstream: Upstream
  /** Where the proxy is mounted. @default '/talon-one' */
  basePath?: string
  /** How long Talon.One may take, in milliseconds. @default 10000 */
  timeout?: number
  /** Sends to Talon.One. Default: the platform's. */
  fetch?: typeof globalThis.fetch
  /**
   * One event for each request and each warning, for the log. Holds no ids, codes, keys or bodies. One that throws or rejects changes no
   * answer: the console is told the name of its error. Default: failures and warnings go to the console.
   */
  onEvent?: (event: ProxyEvent) => void
}

/** What {@link ProxyOptions.onEvent} sees. */
export type ProxyEvent =
  | { type: 'answered'; operationId: string; status: number; requestId: string; ms: number }
  | { type: 'refused'; operationId: string | undefined; status: number; code: ProblemCode; requestId: string; ms: number }
  | { type: 'failed'; operationId: string | undefined; requestId: string; error: string }
  | { type: 'warning'; option: 'pricing' | 'basePath'; message: string }

/** Makes a proxy of what it does with a recognised request: `answer`, which refuses by throwing a {@link Problem}. */
export function createHandler<Rule>(
  { basePath = '/talon-one', onEvent }: Pick<ProxyOptions, 'basePath' | 'onEvent'>,
  rules: Rules<Rule>,
  answer: (request: Request, route: Route<Rule>) => Promise<Response>,
): (request: Request) => Promise<Response> {
  const tell = teller(onEvent)
  const warnOnce = onceOnly(tell)

  return async (request) => {
    const requestId = crypto.randomUUID()
    const start = performance.now()
    const ms = () => Math.round(performance.now() - start)
    let operationId: string | undefined
    try {
      const { pathname, searchParams } = new URL(request.url)
      if (!pathname.startsWith(`${basePath}/`)) {
        warnOnce({ type: 'warning', option: 'basePath', message: mountHint })
        throw new Problem(404, 'not_found')
      }
      const route = findRoute(request.method, pathname.slice(basePath.length), searchParams, rules)
      operationId = route.endpoint.operationId
      const response = await answer(request, route)
      tell({ type: 'answered', operationId, status: response.status, requestId, ms: ms() })
      return response
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem(500, 'internal', { cause: error })
      // Of an error that nobody foresaw only its name is told.
      const { cause } = problem
      if (cause !== undefined) tell({ type: 'failed', operationId, requestId, error: nameOf(cause) })
      tell({ type: 'refused', operationId, status: problem.status, code: problem.code, requestId, ms: ms() })
      return problemResponse(problem, requestId)
    }
  }
}

const mountHint = "a request came without it: where your framework cuts the mount path off, set `basePath: ''`"

type Tell = (event: ProxyEvent) => void

function onceOnly(tell: Tell): Tell {
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
  if (event.type === 'warning') console.warn(`talon-one proxy: \`${event.option}\`: ${event.message}`)
  if (event.type === 'failed')
    console.error(`talon-one proxy: ${event.operationId ?? 'a request'} failed with ${event.error} (${event.requestId})`)
}

/** Refuses what no proxy can start with, by the name of the option only; the `upstream` itself is checked where it is made. */
export function checkProxyOptions(
  factory: string,
  { upstream, identify, basePath, timeout = 1, maxBody = 1 }: ProxyOptions & { identify: unknown; maxBody?: number },
): void {
  const wrong = (what: string) => new Error(`${factory}: ${what}`)
  if (!isRecord(upstream)) throw wrong('`upstream` must have a `baseUrl` and a credential')
  if (typeof identify !== 'function') throw wrong('`identify` must be a function')
  // A number from the environment that is not there is NaN.
  if (!(timeout > 0 && timeout < 2 ** 31)) throw wrong('`timeout` must be a number of milliseconds above 0')
  if (!(maxBody > 0)) throw wrong('`maxBody` must be a number of bytes above 0')
  if (basePath !== undefined && !/^(\/[\w.-]+)*$/.test(basePath))
    throw wrong("`basePath` must be a path such as '/talon-one', without a slash at its end")
}
