import { type Endpoint, fill, isDry } from '../endpoint.ts'
import { isRecord } from '../record.ts'
import { type CouponReasons, filterAnswer } from './answer.ts'
import { refuseOvertaken } from './fence.ts'
import { guardStore, type StoreTrouble } from './guarded-store.ts'
import { createGuessCounter, type Guesses, isReservation } from './guesses.ts'
import type { GuestOptions } from './guests.ts'
import type { Identify, Shopper } from './identity.ts'
import { readLimits, type ShopperLimits } from './limits.ts'
import { idempotencyKeyOf, inNamespace, type SessionOf } from './namespace.ts'
import type { NetworkOf } from './network.ts'
import { forceIdentity, policiesFor, type Policy, type ShopperFields, type ShopperOperations } from './policy.ts'
import { priceInput, type Pricing } from './pricing.ts'
import { type Answer, dataAnswer, Problem } from './problem.ts'
import {
  checkProxyOptions,
  createProxy,
  defaultTimeouts,
  type Proxy,
  type ProxyOptions,
  type ProxyTimeouts,
  onceOnly,
  teller,
} from './proxy.ts'
import { type ReadBody, readRequest, type Route } from './request.ts'
import { isSecret, type SessionNamespace } from './session-id.ts'
import { createMemoryStore, type ProxyStore } from './store.ts'
import { createUpstream, handOn, readAnswer, type UpstreamAnswer } from './upstream.ts'
import { createVisitors } from './visitors.ts'
import { inWriteLane } from './write-lane.ts'

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
  /**
   * Shoppers whom `identify` does not know are guests, by a cookie of the proxy's own: their first write makes them one. It needs https (or
   * localhost) and `network`. Default: nobody is a guest, and whoever is not signed in is answered 401.
   */
  guests?: true | GuestOptions
  /** The address a request comes from, for limits that hold whoever asks. Default: there are none of those. */
  network?: NetworkOf
  /** What several replicas share: limits, lanes of writes, fences. Default: this replica's memory. */
  store?: ProxyStore
  limits?: ShopperLimits
  timeouts?: ProxyTimeouts & {
    /** Your `pricing`. Then 503, and nothing is sent. @default 2000 */
    pricing?: number
    /** Each call of `store`. Then this replica goes on alone, and refuses with 503 what must not be guessed at. @default 100 */
    store?: number
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
  const { pricing, operations = {}, fields = {}, couponReasons = 'coarse', session, audience = 'shop', clock = performance } = options
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const limits = readLimits(options.limits)
  const send = createUpstream('createShopperProxy', options)
  const tell = teller(options.onEvent)
  if (pricing === 'unsafe-trust-browser') tell({ type: 'warning', option: 'pricing', message: 'a page may say what a product costs' })
  const onTrouble = (trouble: StoreTrouble) => tell({ type: 'store', ...trouble })
  // This replica's memory is always there, and in time.
  const store = options.store ? guardStore(options.store, { timeoutMs: timeouts.store, onTrouble, clock }) : createMemoryStore({ clock })
  const counter = createGuessCounter(store, clock)
  const visitors = createVisitors({ ...options, timeouts }, store, limits, onceOnly(tell))

  // The pipeline. Each step refuses by throwing a Problem; nothing is sent before `exchange`.
  async function answer(request: Request, readBody: ReadBody, route: Route<Policy>): Promise<Answer> {
    const { endpoint, rule: policy } = route
    const visitor = await visitors.identify(request)
    const asked = await readRequest(request, readBody, route, { ...limits, bodyMs: timeouts.body })
    const met = await visitors.meet(visitor, endpoint, asked)
    if (met === undefined) return unmet(endpoint)
    return withHeaders(met.headers, async () => {
      const { shopper } = met
      const allowed = forceIdentity(endpoint, policy(asked, shopper), shopper)
      const guesses = await counter.take(met.guessers, endpoint, allowed)
      const { status, shown } = await settled(guesses, async () => {
        const { status, data, browserIds } = await exchange(request, endpoint, allowed, shopper)
        const shown = filterAnswer(endpoint.operationId, data, { shopper, browserIds, fields, couponReasons })
        // The coupon is somebody else's.
        if (data !== undefined && shown === undefined && isReservation(endpoint)) throw new Problem(404, 'not_found')
        return { status, data, shown }
      })
      return handOn(endpoint, shown === undefined ? 204 : status, shown)
    })
  }

  async function exchange(request: Request, endpoint: Endpoint, allowed: Record<string, unknown>, shopper: Shopper): Promise<Exchanged> {
    const priced = await priceInput(pricing, allowed, shopper, request, timeouts.pricing)
    const { input, browserIds } = await inNamespace(options, session, endpoint, priced, shopper, timeouts.identify)
    const key = idempotencyKeyOf(options, endpoint, request, input, shopper.profileId)
    const filled = fill(endpoint, input)
    const sent = async () => {
      const answered = await send(endpoint, filled, key)
      return { ...readFor(endpoint, answered, couponReasons), browserIds }
    }
    if (endpoint.kind === 'read' || isDry(input)) return sent()
    const { customerSessionId } = input
    return inWriteLane(store, audience, shopper.profileId, async () => {
      if (typeof customerSessionId === 'string') await refuseOvertaken(store, request, customerSessionId)
      return sent()
    })
  }

  return createProxy(options, policiesFor(operations, fields, limits), answer)
}

/** With headers that a refusal has too: a guest whose first write was not answered in time must be the same one at the next try. */
async function withHeaders(headers: Record<string, string>, task: () => Promise<Answer>): Promise<Answer> {
  try {
    const answer = await task()
    return { ...answer, headers: { ...answer.headers, ...headers } }
  } catch (error) {
    throw error instanceof Problem ? error.with(headers) : error
  }
}

interface Exchanged {
  status: number
  data: unknown
  browserIds: ReadonlyMap<string, string>
}

async function settled<Done extends { data: unknown }>(guesses: Guesses, task: () => Promise<Done>): Promise<Done> {
  try {
    const exchanged = await task()
    await guesses.settle(exchanged.data)
    return exchanged
  } catch (error) {
    await guesses.fail(error)
    throw error
  }
}

/** What somebody whom nobody has met is answered: nothing is theirs yet, and Talon.One need not be asked. */
function unmet({ operationId }: Endpoint): Answer {
  if (operationId === 'getCustomerInventory') return dataAnswer(200, {})
  throw new Problem(404, 'not_found')
}

/** What a shopper is told of an answer: of something that there is not, no more than that. */
function readFor(endpoint: Endpoint, answered: UpstreamAnswer, couponReasons: CouponReasons): { status: number; data: unknown } {
  const { operationId } = endpoint
  const { status } = answered
  // Talon.One meets a shopper with the first session; until then the wallet is empty rather than missing.
  if (operationId === 'getCustomerInventory' && status === 404) return { status: 200, data: {} }
  const isRefused = [400, 404, 422].includes(status)
  // They have no reservation of it now, whether or not there is such a code.
  if (operationId === 'deleteCouponReservation' && isRefused) return { status: 204, data: undefined }
  // A code that is somebody else's is refused in another way than one that does not exist.
  if (isReservation(endpoint) && isRefused && couponReasons === 'coarse') throw new Problem(404, 'not_found')
  return readAnswer(endpoint, answered)
}

function checkOptions(options: ShopperProxyOptions): void {
  const { secret, pricing, upstream, guests, network, couponReasons = 'coarse' } = options
  const wrong = (what: string) => new Error(`createShopperProxy: ${what}`)
  if (!isSecret(secret)) throw wrong('`secret` must have at least 32 characters')
  if (pricing !== 'catalog' && pricing !== 'unsafe-trust-browser' && typeof pricing !== 'function') {
    throw wrong("`pricing` must be 'catalog', a function that prices on the server, or 'unsafe-trust-browser'")
  }
  if (couponReasons !== 'coarse' && couponReasons !== 'unsafe-all') throw wrong("`couponReasons` must be 'coarse' or 'unsafe-all'")
  // Whoever may become a new guest at will has as many budgets.
  if (guests && typeof network !== 'function') throw wrong('`guests` need `network`, which tells the address a request comes from')
  const { maxAge = 1 } = isRecord(guests) ? guests : {}
  if (!(typeof maxAge === 'number' && maxAge > 0 && maxAge < Infinity))
    throw wrong('`guests.maxAge` must be a number of milliseconds above 0')
  for (const [name, list] of listsIn(options)) if (!Array.isArray(list)) throw wrong(`\`${name}\` must be a list`)
  checkProxyOptions('createShopperProxy', options)
  if ('apiKey' in upstream && upstream.apiKey?.trim() === secret) throw wrong('`secret` must not be the API key')
}

// A text has an `includes` too, which finds one name within another.
function listsIn({ operations = {}, fields = {} }: ShopperProxyOptions): [name: string, list: unknown][] {
  const { referrals, profileAttributes, events, joinLoyaltyProgram, loyaltyProgramIds } = operations
  const lists: [string, unknown][] = [
    ['operations.profileAttributes', profileAttributes],
    ['operations.loyaltyProgramIds', loyaltyProgramIds],
    // Without its list an operation is not the operation.
    ['operations.referrals.campaignIds', referrals && (referrals.campaignIds ?? null)],
    ['operations.joinLoyaltyProgram.loyaltyProgramIds', joinLoyaltyProgram && (joinLoyaltyProgram.loyaltyProgramIds ?? null)],
    ['operations.events.types', events && (events.types ?? null)],
    ...Object.values(events?.attributes ?? {}).map((names): [string, unknown] => ['operations.events.attributes', names]),
    ...Object.entries(fields).map(([name, names]): [string, unknown] => [`fields.${name}`, names]),
  ]
  return lists.filter(([, list]) => list !== undefined)
}
