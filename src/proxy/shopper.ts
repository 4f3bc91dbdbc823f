import { type Endpoint, fill } from '../endpoint.ts'
import { filterAnswer } from './answer.ts'
import { checkProxyOptions, createHandler, type ProxyOptions, teller } from './handler.ts'
import { type Identify, identifyShopper } from './identity.ts'
import { idempotencyKeyOf, inNamespace } from './namespace.ts'
import { forceIdentity, policiesFor, type Policy, type ShopperOperations } from './policy.ts'
import { priceInput, type Pricing } from './pricing.ts'
import { answerResponse } from './problem.ts'
import { readRequest, refuseForgery, type Route } from './request.ts'
import { isSecret, type SessionNamespace } from './session-id.ts'
import { createUpstream, readAnswer, type UpstreamAnswer } from './upstream.ts'

/** What {@link createShopperProxy} takes. Bad configuration refuses to start and names the option only. */
export interface ShopperProxyOptions extends SessionNamespace, ProxyOptions {
  /** Who a request comes from. The only source of identity: whatever the browser says is compared with it and replaced. */
  identify: Identify
  /** Who says what a product costs. Required: there is no safe default. */
  pricing: Pricing
  /** What shoppers may do beside their own cart, and reading their own wallet, points and achievements. Default: nothing. */
  operations?: ShopperOperations
  /** The longest request body, in bytes. @default 65536 */
  maxBody?: number
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
export function createShopperProxy(options: ShopperProxyOptions): (request: Request) => Promise<Response> {
  checkOptions(options)
  const { maxBody = 65_536, pricing, identify, operations = {}, onEvent } = options
  const send = createUpstream('createShopperProxy', options)
  const { sessionAttributes = [], itemAttributes = [] } = operations
  if (pricing === 'trust-browser') teller(onEvent)({ type: 'warning', option: 'pricing', message: 'a page may say what a product costs' })

  // The pipeline. Each step refuses by throwing a Problem; nothing has been sent before the last but two.
  async function answer(request: Request, route: Route<Policy>): Promise<Response> {
    const { endpoint, rule: policy } = route
    refuseForgery(request)
    const shopper = await identifyShopper(identify, request)
    const asked = await readRequest(request, route, maxBody)
    const allowed = forceIdentity(endpoint, policy(asked, shopper), shopper)
    const priced = await priceInput(pricing, allowed, shopper)
    const { input, browserIds } = await inNamespace(options, endpoint, priced, shopper.profileId)
    const key = await idempotencyKeyOf(options, endpoint, request, input, shopper.profileId)
    const answered = await send(endpoint, fill(endpoint, input), key)
    const { status, data } = isEmptyWallet(endpoint, answered) ? { status: 200, data: {} } : readAnswer(endpoint, answered)
    const shown = filterAnswer(endpoint.operationId, data, { shopper, browserIds, sessionAttributes, itemAttributes })
    return answerResponse(shown === undefined ? 204 : status, shown)
  }

  return createHandler(options, policiesFor(operations), answer)
}

// Talon.One meets a shopper with the first session; until then the wallet is empty rather than missing.
function isEmptyWallet({ operationId }: Endpoint, { status }: UpstreamAnswer): boolean {
  return operationId === 'getCustomerInventory' && status === 404
}

function checkOptions(options: ShopperProxyOptions): void {
  const { secret, pricing } = options
  const wrong = (what: string) => new Error(`createShopperProxy: ${what}`)
  if (!isSecret(secret)) throw wrong('`secret` must have at least 32 characters')
  if (pricing !== 'catalog' && pricing !== 'trust-browser' && typeof pricing !== 'function') {
    throw wrong("`pricing` must be 'catalog', a function that prices on the server, or 'trust-browser'")
  }
  checkProxyOptions('createShopperProxy', options)
}
