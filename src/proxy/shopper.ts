import { type Endpoint, fill } from '../endpoint.ts'
import { type CouponReasons, filterAnswer } from './answer.ts'
import { type Identify, identifyShopper } from './identity.ts'
import { readLimits, type ShopperLimits } from './limits.ts'
import { idempotencyKeyOf, inNamespace, type SessionOf } from './namespace.ts'
import { forceIdentity, policiesFor, type Policy, type ShopperFields, type ShopperOperations } from './policy.ts'
import { priceInput, type Pricing } from './pricing.ts'
import { type Answer, dataAnswer, Problem } from './problem.ts'
import { checkProxyOptions, createProxy, type Proxy, type ProxyOptions, type ProxyTimeouts, teller } from './proxy.ts'
import { type ReadBody, readRequest, type Route } from './request.ts'
import { isSecret, type SessionNamespace } from './session-id.ts'
import { createUpstream, readAnswer, type UpstreamAnswer } from './upstream.ts'

/** What {@link createShopperProxy} takes. Bad configuration refuses to start and names the option only. */
export interface ShopperProxyOptions extends SessionNamespace, Omit<ProxyOptions, 'timeouts'> {
  /** Who a request comes from. The only source of identity: whatever the browser says is compared with it and replaced. */
  identify: Identify
  /** Who says what a product costs. Required: there is no safe default. */
  pricing: Pricing
  /** What shoppers may do beside their own cart, and reading their own wallet, points and achievements. Default: nothing. */
  operations?: ShopperOperations
  /** What shoppers may set and see beside what every cart has. Default: nothing. */
  fields?: ShopperFields
  /**
   * How much shoppers learn of why a code was refused. `'coarse'`: a code that is somebody else's, or reserved, is answered as one that does
   * not exist, so that none can be found by guessing. @default 'coarse'
   */
  couponReasons?: CouponReasons
  /** Talon.One's id for what a browser calls a session, where your carts have ids of their own. Default: {@link shopperSessionId}. */
  session?: SessionOf
  limits?: ShopperLimits
  timeouts?: ProxyTimeouts & {
    /** Your `pricing`. Then 503, and nothing is sent. @default 2000 */
    pricing?: number
  }
}

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
export function createShopperProxy(options: ShopperProxyOptions): Proxy {
  checkOptions(options)
  const { pricing, identify, operations = {}, fields = {}, couponReasons = 'coarse', session, timeouts = {}, onEvent } = options
  const limits = readLimits(options.limits)
  const send = createUpstream('createShopperProxy', options)
  if (pricing === 'unsafe-trust-browser')
    teller(onEvent)({ type: 'warning', option: 'pricing', message: 'a page may say what a product costs' })

  // The pipeline. Each step refuses by throwing a Problem; nothing has been sent before the last but two.
  async function answer(request: Request, readBody: ReadBody, route: Route<Policy>): Promise<Answer> {
    const { endpoint, rule: policy } = route
    const shopper = await identifyShopper(identify, request, timeouts.identify ?? 2_000)
    if (shopper === null) throw new Problem(401, 'unauthenticated')
    const asked = await readRequest(request, readBody, route, { ...limits, bodyMs: timeouts.body ?? 10_000 })
    const allowed = forceIdentity(endpoint, policy(asked, shopper), shopper)
    const priced = await priceInput(pricing, allowed, shopper, request, timeouts.pricing ?? 2_000)
    const { input, browserIds } = await inNamespace(options, session, endpoint, priced, shopper)
    const key = idempotencyKeyOf(options, endpoint, request, input, shopper.profileId)
    const answered = await send(endpoint, fill(endpoint, input), key)
    const { status, data } = isEmptyWallet(endpoint, answered) ? { status: 200, data: {} } : readAnswer(endpoint, answered)
    const shown = filterAnswer(endpoint.operationId, data, { shopper, browserIds, fields, couponReasons })
    return dataAnswer(shown === undefined ? 204 : status, shown)
  }

  return createProxy(options, policiesFor(operations, fields, limits), answer)
}

// Talon.One meets a shopper with the first session; until then the wallet is empty rather than missing.
function isEmptyWallet({ operationId }: Endpoint, { status }: UpstreamAnswer): boolean {
  return operationId === 'getCustomerInventory' && status === 404
}

function checkOptions(options: ShopperProxyOptions): void {
  const { secret, pricing, upstream, couponReasons = 'coarse' } = options
  const wrong = (what: string) => new Error(`createShopperProxy: ${what}`)
  if (!isSecret(secret)) throw wrong('`secret` must have at least 32 characters')
  if (pricing !== 'catalog' && pricing !== 'unsafe-trust-browser' && typeof pricing !== 'function') {
    throw wrong("`pricing` must be 'catalog', a function that prices on the server, or 'unsafe-trust-browser'")
  }
  if (couponReasons !== 'coarse' && couponReasons !== 'unsafe-all') throw wrong("`couponReasons` must be 'coarse' or 'unsafe-all'")
  checkProxyOptions('createShopperProxy', options)
  if ('apiKey' in upstream && upstream.apiKey?.trim() === secret) throw wrong('`secret` must not be the API key')
}
