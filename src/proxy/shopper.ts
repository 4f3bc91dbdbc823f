import { type Endpoint, readInput, recognise } from '../endpoint.ts'
import type { TalonOneIssue } from '../error.ts'
import { filterAnswer } from './answer.ts'
import { type Identify, identifyShopper } from './identity.ts'
import { idempotencyKeyOf, inNamespace } from './namespace.ts'
import { forceIdentity, policiesFor, type Policy, type ShopperOperations } from './policy.ts'
import { priceInput, type Pricing } from './pricing.ts'
import { answerResponse, Problem, type ProblemCode, problemResponse } from './problem.ts'
import { isSecret, type SessionNamespace } from './session-id.ts'
import { createUpstream, type Upstream } from './upstream.ts'

/** What {@link createShopperProxy} takes. Bad configuration refuses to start and names the option only. */
export interface ShopperProxyOptions extends SessionNamespace {
  upstream: Upstream
  /** Who a request comes from. The only source of identity: whatever the browser says is compared with it and replaced. */
  identify: Identify
  /** Who says what a product costs. Required: there is no safe default. */
  pricing: Pricing
  /** What shoppers may do beside their own cart, and reading their own wallet, points and achievements. Default: nothing. */
  operations?: ShopperOperations
  /** Where the proxy is mounted. @default '/talon-one' */
  basePath?: string
  /** How long Talon.One may take, in milliseconds. @default 10000 */
  timeout?: number
  /** The longest request body, in bytes. @default 65536 */
  maxBody?: number
  /** Sends to Talon.One. Default: the platform's. */
  fetch?: typeof globalThis.fetch
  /** One event for each request and each warning, for the log. Holds no ids, codes, keys or bodies. Default: failures and warnings go to the console. */
  onEvent?: (event: ProxyEvent) => void
}

/** What {@link ShopperProxyOptions.onEvent} sees. */
export type ProxyEvent =
  | { type: 'answered'; operationId: string; status: number; requestId: string; ms: number }
  | { type: 'refused'; operationId: string | undefined; status: number; code: ProblemCode; requestId: string; ms: number }
  | { type: 'failed'; operationId: string | undefined; requestId: string; error: string }
  | { type: 'warning'; option: 'pricing' | 'basePath'; message: string }

/**
 * The server side of a storefront: takes a browser's request, and sends Talon.One one that it has built anew.
 *
 * Only operations a shopper may call exist; the identity comes from `identify`, the prices from `pricing`, the session id from
 * the shopper's own namespace; the key is added, nothing else is forwarded; the answer is built from an allow-list.
 * Runs wherever `Request` and `Response` do.
 *
 * @example
 * const proxy = createShopperProxy({
 *   upstream: { baseUrl: process.env.TALON_ONE_BASE_URL, apiKey: process.env.TALON_ONE_API_KEY },
 *   secret: process.env.SESSION_SECRET,
 *   identify: (request) => ({ profileId: profileOf(request) }),
 *   pricing: 'catalog',
 * })
 */
export function createShopperProxy(options: ShopperProxyOptions): (request: Request) => Promise<Response> {
  checkOptions(options)
  const { basePath = '/talon-one', maxBody = 65_536, pricing, identify, operations = {}, onEvent = logTrouble } = options
  const send = createUpstream(options.upstream, options.fetch ?? globalThis.fetch, options.timeout ?? 10_000)
  const { sessionAttributes = [], itemAttributes = [] } = operations
  const policies = policiesFor(operations)
  if (pricing === 'trust-browser') onEvent({ type: 'warning', option: 'pricing', message: 'a page may say what a product costs' })
  const warnOnce = onceOnly(onEvent)

  // The pipeline. Each step refuses by throwing a Problem; nothing has been sent before the last but one.
  async function answer(request: Request, searchParams: URLSearchParams, route: Route): Promise<Response> {
    const { endpoint, policy } = route
    refuseForgery(request)
    const shopper = await identifyShopper(identify, request)
    const asked = await readRequest(request, searchParams, route, maxBody)
    const allowed = forceIdentity(endpoint, policy(asked, shopper), shopper)
    const priced = await priceInput(pricing, allowed, shopper)
    const { input, browserIds } = await inNamespace(options, endpoint, priced, shopper.profileId)
    const key = await idempotencyKeyOf(options, endpoint, request, input, shopper.profileId)
    const { status, data } = await send(endpoint, input, key).catch(emptyWalletOf(endpoint))
    return answerResponse(status, filterAnswer(endpoint.operationId, data, { shopper, browserIds, sessionAttributes, itemAttributes }))
  }

  return async (request) => {
    const requestId = crypto.randomUUID()
    const start = performance.now()
    const ms = () => Math.round(performance.now() - start)
    let operationId: string | undefined
    try {
      const url = new URL(request.url)
      if (!url.pathname.startsWith(`${basePath}/`)) {
        warnOnce({ type: 'warning', option: 'basePath', message: mountHint })
        throw new Problem(404, 'not_found')
      }
      const route = findRoute(request.method, url.pathname.slice(basePath.length), policies)
      operationId = route.endpoint.operationId
      const response = await answer(request, url.searchParams, route)
      onEvent({ type: 'answered', operationId, status: response.status, requestId, ms: ms() })
      return response
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem(500, 'internal', { cause: error })
      // Of an error that nobody foresaw only its name is told: its message may quote what it stumbled over.
      const { cause } = problem
      if (cause !== undefined)
        onEvent({ type: 'failed', operationId, requestId, error: cause instanceof Error ? cause.name : typeof cause })
      onEvent({ type: 'refused', operationId, status: problem.status, code: problem.code, requestId, ms: ms() })
      return problemResponse(problem, requestId)
    }
  }
}

interface Route {
  endpoint: Endpoint
  params: Record<string, string>
  policy: Policy
}

function findRoute(method: string, path: string, policies: ReadonlyMap<Endpoint, Policy>): Route {
  const methods = new Set<string>()
  for (const [endpoint, policy] of policies) {
    const params = recognise(endpoint, endpoint.method, path)
    if (!params) continue
    if (endpoint.method === method) return { endpoint, params, policy }
    methods.add(endpoint.method)
  }
  if (methods.size > 0) throw new Problem(405, 'method_not_allowed', { headers: { allow: [...methods].join(', ') } })
  throw new Problem(404, 'not_found')
}

// A form, an image or a script of another site cannot set this header, and a browser says where a request comes from.
function refuseForgery(request: Request): void {
  const site = request.headers.get('sec-fetch-site') ?? 'same-origin'
  if (request.headers.get('x-talon-client') !== '1' || site !== 'same-origin') throw new Problem(403, 'csrf_rejected')
}

async function readRequest(
  request: Request,
  searchParams: URLSearchParams,
  { endpoint, params }: Route,
  maxBody: number,
): Promise<Record<string, unknown>> {
  const issues: TalonOneIssue[] = []
  const body = endpoint.body ? await readBody(request, maxBody) : undefined
  const input = readInput(endpoint, { params, searchParams, body }, issues)
  if (issues.length > 0) throw new Problem(400, 'invalid_request', { issues })
  return input
}

async function readBody(request: Request, maxBody: number): Promise<unknown> {
  if (!/^application\/json(;\s*charset=utf-8)?$/i.test(request.headers.get('content-type') ?? ''))
    throw new Problem(415, 'unsupported_media_type')
  const bytes = await readBytes(request, maxBody)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new Problem(400, 'invalid_json')
  }
}

// Counted while reading: a length that was announced may be a lie.
async function readBytes(request: Request, maxBody: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = request.body?.getReader()
  for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
    length += chunk.value.length
    if (length > maxBody) {
      await reader?.cancel()
      throw new Problem(413, 'body_too_large')
    }
    chunks.push(chunk.value)
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

// Talon.One meets a shopper with the first session; until then the wallet is empty rather than missing.
const emptyWalletOf = (endpoint: Endpoint) => (error: unknown) => {
  if (endpoint.operationId === 'getCustomerInventory' && error instanceof Problem && error.code === 'not_found')
    return { status: 200, data: {} }
  throw error
}

const mountHint = "a request came without it: where your framework cuts the mount path off, set `basePath: ''`"

function onceOnly(onEvent: (event: ProxyEvent) => void): (event: ProxyEvent) => void {
  let isDone = false
  return (event) => {
    if (!isDone) onEvent(event)
    isDone = true
  }
}

function logTrouble(event: ProxyEvent): void {
  if (event.type === 'warning') console.warn(`talon-one proxy: \`${event.option}\`: ${event.message}`)
  if (event.type === 'failed')
    console.error(`talon-one proxy: ${event.operationId ?? 'a request'} failed with ${event.error} (${event.requestId})`)
}

function checkOptions({ secret, pricing, identify, basePath, timeout = 1, maxBody = 1 }: ShopperProxyOptions): void {
  const wrong = (what: string) => new Error(`createShopperProxy: ${what}`)
  if (!isSecret(secret)) throw wrong('`secret` must have at least 32 characters')
  if (typeof identify !== 'function') throw wrong('`identify` must be a function')
  if (pricing !== 'catalog' && pricing !== 'trust-browser' && typeof pricing !== 'function') {
    throw wrong("`pricing` must be 'catalog', a function that prices on the server, or 'trust-browser'")
  }
  // A number from the environment that is not there is NaN.
  if (!(timeout > 0 && timeout < 2 ** 31)) throw wrong('`timeout` must be a number of milliseconds above 0')
  if (!(maxBody > 0)) throw wrong('`maxBody` must be a number of bytes above 0')
  if (basePath !== undefined && !/^(\/[\w.-]+)*$/.test(basePath))
    throw wrong("`basePath` must be a path such as '/talon-one', without a slash at its end")
}
