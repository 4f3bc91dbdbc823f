/**
 * A scripted Talon.One: sessions with the semantics of the real ones, and a hand on each answer. It shares no code with what it
 * tests: neither prices, nor the cart, nor the sandbox.
 */
import {
  type AdditionalCost,
  type CouponRejection,
  createTalonOne,
  type CustomerSessionV2,
  type Effect,
  type EffectOf,
  type EffectProps,
  type EffectType,
  type Loyalty,
  type NewCustomerSessionV2,
  preloadCart,
  type ReferralRejection,
  type TalonOne,
} from 'talon-one-react'
import { createClock, type TestClock } from './clock.ts'

// A page loads it when a cart is first looked at; a clock that moves only when told to does not wait for that.
await preloadCart()

/**
 * What becomes of a request.
 * - `answer`: carried out and answered.
 * - `hold`: waits for {@link TalonOneServer.release}, which says what becomes of it.
 * - `unreachable`: never arrives.
 * - `lost`: carried out, but the answer does not arrive. `cut`: the answer breaks off in the middle.
 * - `hang`: carried out, but never answered. `silence`: neither.
 * - a status: refused, nothing is carried out. A body of text goes out as it is.
 */
export type Fate =
  | 'answer'
  | 'hold'
  | 'unreachable'
  | 'lost'
  | 'cut'
  | 'hang'
  | 'silence'
  | { status: number; headers?: Record<string, string>; body?: unknown }

/** A request as it arrived. */
export interface Arrival {
  method: string
  path: string
  /** The session of a PUT. */
  session: NewCustomerSessionV2 | undefined
  /** When, by the clock. */
  at: number
}

export interface TalonOneServer {
  readonly clock: TestClock
  readonly fetch: typeof globalThis.fetch
  /** A client of this server. */
  readonly client: TalonOne
  readonly sessions: Map<string, CustomerSessionV2>
  /** Every state a session was ever in, in order. */
  readonly history: CustomerSessionV2[]
  readonly requests: Arrival[]
  readonly puts: Arrival[]
  /** The most requests that were ever on their way at the same time. */
  readonly mostAtOnce: number
  /** How many requests wait for `release`. */
  readonly held: number
  /** How long each answer takes, in milliseconds. */
  latency: number
  /** Verdicts on codes, by the code in upper case; any other is not found. */
  verdicts: Record<string, 'accepted' | CouponRejection | ReferralRejection>
  /** Whether a session drops the codes it refuses. */
  dropsRefused: boolean
  /** The campaigns. */
  rules: (session: CustomerSessionV2) => Effect[]
  /** What becomes of a PUT by what it holds; undefined: it is carried out. */
  judge: (session: NewCustomerSessionV2) => Fate | undefined
  loyalty: Loyalty | undefined
  /** What becomes of the next requests of a method, in order. */
  script(method: 'GET' | 'PUT', ...fates: Fate[]): void
  /** What becomes of every request that has no script. */
  always(fate: Fate): void
  /** Lets the request that has waited longest go on. */
  release(fate?: Fate): Promise<void>
  /** Writes a session as somebody else would: another device, or the order system. */
  write(sessionId: string, session: NewCustomerSessionV2): CustomerSessionV2
}

export function createServer(clock: TestClock = createClock()): TalonOneServer {
  const scripts: Record<string, Fate[]> = { GET: [], PUT: [] }
  const waiting: ((fate: Fate) => void)[] = []
  // The codes a session has dropped, which its effects speak of all the same.
  const refused = new WeakMap<CustomerSessionV2, string[]>()
  let byDefault: Fate = 'answer'
  let sending = 0
  let standing = 0
  let underWay = 0
  let mostAtOnce = 0

  const fetch: typeof globalThis.fetch = async (input, init) => serve(new Request(input, init))
  const client = counted(createTalonOne({ baseUrl: 'http://shop.test/talon-one', fetch, locks: withoutLanes }))
  // The clock must not move while a call is on its way, unless all that is left of it is waiting for somebody outside.
  clock.watch(() => sending > standing)

  const server: TalonOneServer = {
    clock,
    fetch,
    client,
    sessions: new Map(),
    history: [],
    requests: [],
    get puts() {
      return server.requests.filter(({ method }) => method === 'PUT')
    },
    get mostAtOnce() {
      return mostAtOnce
    },
    get held() {
      return waiting.length
    },
    latency: 0,
    verdicts: {},
    dropsRefused: false,
    rules: () => [],
    judge: () => undefined,
    loyalty: undefined,
    script: (method, ...fates) => void scripts[method]?.push(...fates),
    always: (fate) => {
      byDefault = fate
    },
    async release(fate = 'answer') {
      const release = waiting.shift()
      if (!release) throw new Error('no request waits to be released')
      release(fate)
      await clock.settle()
    },
    write: carryOut,
  }

  async function serve(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    const text = await request.text()
    const body: { customerSession: NewCustomerSessionV2; responseContent?: string[] } | undefined = text ? JSON.parse(text) : undefined
    server.requests.push({ method: request.method, path: pathname, session: body?.customerSession, at: clock.now() })
    mostAtOnce = Math.max(mostAtOnce, ++underWay)
    try {
      const sessionId = decodeURIComponent(pathname.split('/').at(-1) ?? '')
      let fate = scripts[request.method]?.shift() ?? byDefault
      if (fate === 'hold') fate = await stand((resolve) => void waiting.push(resolve), request.signal)
      if (server.latency > 0) await stand((resolve) => clock.setTimeout(() => resolve(undefined), server.latency), request.signal)
      const verdict = body && server.judge(body.customerSession)
      // What is refused is not carried out, however it is answered.
      const instead: Record<string, Fate> = verdict ? { answer: verdict, lost: 'unreachable', cut: 'unreachable', hang: 'silence' } : {}
      if (typeof fate === 'string') fate = instead[fate] ?? fate
      if (fate === 'unreachable') throw new TypeError('fetch failed')
      if (fate === 'silence') return await stand<never>(() => {}, request.signal)
      if (typeof fate === 'object') return respond(fate.status, fate.body ?? { message: 'refused' }, fate.headers)
      const answer = body ? put(sessionId, body) : get(sessionId)
      if (fate === 'lost') throw new TypeError('fetch failed')
      if (fate === 'hang') return await stand<never>(() => {}, request.signal)
      return fate === 'cut' ? cutOff(await answer.text()) : answer
    } finally {
      underWay--
    }
  }

  /** Waits for somebody outside; meanwhile nothing goes on here. */
  async function stand<Value>(wait: (resolve: (value: Value) => void) => void, signal: AbortSignal): Promise<Value> {
    standing++
    try {
      return await new Promise<Value>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        wait(resolve)
      })
    } finally {
      standing--
    }
  }

  function put(sessionId: string, body: { customerSession: NewCustomerSessionV2; responseContent?: string[] }): Response {
    const state = server.sessions.get(sessionId)?.state ?? 'open'
    if (state !== 'open') return respond(400, { message: `Cannot move session to state "open" from state "${state}"` })
    const session = carryOut(sessionId, body.customerSession)
    const asked = new Set(body.responseContent)
    return respond(200, {
      effects: effectsOf(session),
      createdCoupons: [],
      createdReferrals: [],
      ...(asked.has('customerSession') && { customerSession: session }),
      ...(asked.has('loyalty') && server.loyalty && { loyalty: server.loyalty }),
    })
  }

  function get(sessionId: string): Response {
    const session = server.sessions.get(sessionId)
    return session ? respond(200, { customerSession: session, effects: effectsOf(session) }) : respond(404, { message: 'not found' })
  }

  /** What is left out keeps its value, lists are replaced, attributes are merged. */
  function carryOut(sessionId: string, request: NewCustomerSessionV2): CustomerSessionV2 {
    const before = server.sessions.get(sessionId)
    const codes = (request.couponCodes ?? before?.couponCodes ?? []).map((code) => code.toUpperCase())
    const couponCodes = codes.filter((code) => !server.dropsRefused || server.verdicts[code] === 'accepted')
    const cartItems = (request.cartItems ?? before?.cartItems ?? []).map((item, position) => ({ ...item, position }))
    const session: CustomerSessionV2 = {
      id: 1,
      created: '2026-01-15T12:00:00Z',
      updated: '2026-01-15T12:00:00Z',
      integrationId: sessionId,
      applicationId: 1,
      profileId: request.profileId ?? before?.profileId ?? '',
      state: request.state ?? 'open',
      couponCodes,
      referralCode: (request.referralCode ?? before?.referralCode ?? '').toUpperCase(),
      loyaltyCards: request.loyaltyCards ?? before?.loyaltyCards ?? [],
      cartItems,
      additionalCosts: request.additionalCosts ?? before?.additionalCosts ?? {},
      attributes: { ...before?.attributes, ...request.attributes },
      firstSession: true,
      updateCount: (before?.updateCount ?? 0) + 1,
      total: 0,
      cartItemTotal: 0,
      additionalCostTotal: 0,
      cartItemAdditionalCostTotal: 0,
    }
    server.sessions.set(sessionId, session)
    server.history.push(session)
    refused.set(session, codes.length === couponCodes.length ? [] : codes.filter((code) => !couponCodes.includes(code)))
    return session
  }

  function effectsOf(session: CustomerSessionV2): Effect[] {
    const codes = [...(session.couponCodes ?? []), ...(refused.get(session) ?? [])]
    return [
      ...codes.map((value) => {
        const verdict = server.verdicts[value] ?? 'CouponNotFound'
        return verdict === 'accepted'
          ? effect('acceptCoupon', { value })
          : effect('rejectCoupon', { value, rejectionReason: verdict as CouponRejection })
      }),
      ...[session.referralCode ?? ''].filter(Boolean).map((value) => {
        const verdict = server.verdicts[value] ?? 'ReferralNotFound'
        return verdict === 'accepted'
          ? effect('acceptReferral', { value })
          : effect('rejectReferral', { value, rejectionReason: verdict as ReferralRejection })
      }),
      ...server.rules(session),
    ]
  }

  return server

  function counted(of: TalonOne): TalonOne {
    return {
      ...of,
      async send(...call) {
        sending++
        try {
          return await of.send(...call)
        } finally {
          sending--
        }
      },
      withProfile: (profileId) => counted(of.withProfile(profileId)),
    }
  }
}

// Without the client's own lanes, so that it shows when the cart itself sends two at once.
const withoutLanes = { request: <Value>(_name: string, _options: object, task: () => Promise<Value>) => task() }

/** One effect, as a campaign makes it. */
export function effect<Type extends EffectType>(effectType: Type, props: EffectProps[Type]): EffectOf<Type> {
  // The compiler does not follow that a type and its own props make that type's effect.
  return { campaignId: 1, rulesetId: 1, ruleIndex: 0, ruleName: 'rule', effectType, props } as unknown as EffectOf<Type>
}

/** A cost by its price. */
export const cost = (price: number): AdditionalCost => ({ price })

function respond(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return new Response(text, { status, headers: { 'content-type': 'application/json', ...headers } })
}

function cutOff(text: string): Response {
  const half = new TextEncoder().encode(text.slice(0, text.length / 2))
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(half)
      controller.error(new TypeError('terminated'))
    },
  })
  return new Response(body, { status: 200, headers: { 'content-type': 'application/json' } })
}
