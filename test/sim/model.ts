/** Talon.One and the proxy before it, with the semantics that matter to a cart. It shares no code with what it tests. */
import type { CustomerSessionV2, Effect, NewCustomerSessionV2 } from '../../src/index.ts'

export interface Answer {
  status: number
  body: unknown
}

/** Who may be signed in. Each has a session of their own: ids are in the shopper's own namespace. */
export const shoppers = ['anna', 'bob'] as const
export type Shopper = (typeof shoppers)[number]

export interface Call {
  method: string
  session: NewCustomerSessionV2 | undefined
  /** Whose cookie it carries. */
  shopper: Shopper | undefined
}

export interface TalonOneModel {
  sessionOf(shopper: Shopper): CustomerSessionV2 | undefined
  /** What the cart came to at each revision. */
  totalAt(shopper: Shopper, revision: number): number | undefined
  /** A request has arrived: starts it, and returns how to end it. */
  begin(call: Call): () => Answer
  /** Writes as somebody else does. */
  write(shopper: Shopper, session: NewCustomerSessionV2): CustomerSessionV2
}

/** Verdicts on codes; any other is not found. */
const accepted: ReadonlySet<string> = new Set(['TEN', 'FIVE', 'FRIEND', 'BOBS-TEN', 'BOBS-FIVE', 'BOBS-FRIEND'])
/** What the application does not know, and refuses. */
export const refused = { sku: 'GONE', attribute: 'unknown' } as const

export function createModel(onWritten: (shopper: Shopper, session: CustomerSessionV2) => void): TalonOneModel {
  const sessions = new Map<Shopper, CustomerSessionV2>()
  const totals = new Map<string, number>()
  const writing = new Set<Shopper>()

  // What is left out keeps its value, lists are replaced, attributes are merged.
  function write(shopper: Shopper, request: NewCustomerSessionV2): CustomerSessionV2 {
    const before = sessions.get(shopper)
    const session: CustomerSessionV2 = {
      id: 1,
      created: '2026-01-15T12:00:00Z',
      updated: '2026-01-15T12:00:00Z',
      integrationId: 'cart',
      applicationId: 1,
      profileId: shopper,
      state: request.state ?? before?.state ?? 'open',
      couponCodes: request.couponCodes ?? before?.couponCodes ?? [],
      referralCode: request.referralCode ?? before?.referralCode ?? '',
      loyaltyCards: request.loyaltyCards ?? before?.loyaltyCards ?? [],
      cartItems: (request.cartItems ?? before?.cartItems ?? []).map((item, position) => ({ ...item, position })),
      additionalCosts: request.additionalCosts ?? before?.additionalCosts ?? {},
      attributes: { ...before?.attributes, ...request.attributes },
      firstSession: true,
      updateCount: (before?.updateCount ?? 0) + 1,
      total: 0,
      cartItemTotal: 0,
      additionalCostTotal: 0,
      cartItemAdditionalCostTotal: 0,
    }
    sessions.set(shopper, session)
    onWritten(shopper, session)
    totals.set(`${shopper} ${session.updateCount}`, totalOf(session))
    return session
  }

  function put(shopper: Shopper, request: NewCustomerSessionV2): Answer {
    const state = sessions.get(shopper)?.state ?? 'open'
    if (state !== 'open') return { status: 400, body: { message: `Cannot move session to state "open" from state "${state}"` } }
    const isUnknown = request.cartItems?.some(({ sku }) => sku === refused.sku) || refused.attribute in (request.attributes ?? {})
    if (isUnknown) return { status: 400, body: { message: 'there is something that the application does not know' } }
    const written = write(shopper, request)
    return { status: 200, body: { customerSession: written, effects: effectsOf(written), createdCoupons: [], createdReferrals: [] } }
  }

  return {
    sessionOf: (shopper) => sessions.get(shopper),
    totalAt: (shopper, revision) => totals.get(`${shopper} ${revision}`),
    write,
    begin({ method, session: request, shopper }) {
      if (shopper === undefined) return () => ({ status: 401, body: { code: 'unauthenticated', retryable: false } })
      if (method === 'GET' || !request)
        return () => {
          const session = sessions.get(shopper)
          return session
            ? { status: 200, body: { customerSession: session, effects: effectsOf(session) } }
            : { status: 404, body: { message: 'not found' } }
        }
      // What is another's is answered like what does not exist.
      const isForeign = request.profileId !== undefined && request.profileId !== 'me' && request.profileId !== shopper
      if (isForeign) return () => ({ status: 404, body: { code: 'not_found', retryable: false } })
      // Updates of one session that overlap are refused.
      if (writing.has(shopper)) return () => ({ status: 409, body: { message: 'another request is updating this session' } })
      writing.add(shopper)
      return () => {
        writing.delete(shopper)
        return put(shopper, request)
      }
    },
  }
}

function totalOf({ cartItems, additionalCosts = {} }: CustomerSessionV2): number {
  const lines = cartItems.reduce((sum, { price = 0, quantity }) => sum + price * quantity, 0)
  return Object.values(additionalCosts).reduce((sum, { price }) => sum + price, lines)
}

function effectsOf({ couponCodes = [], referralCode = '' }: CustomerSessionV2): Effect[] {
  return [
    ...couponCodes.map((value) =>
      accepted.has(value) ? effect('acceptCoupon', { value }) : effect('rejectCoupon', { value, rejectionReason: 'CouponExpired' }),
    ),
    ...[referralCode]
      .filter(Boolean)
      .map((value) =>
        accepted.has(value)
          ? effect('acceptReferral', { value })
          : effect('rejectReferral', { value, rejectionReason: 'ReferralNotFound' }),
      ),
  ]
}

function effect(effectType: string, props: object): Effect {
  // The model's few effects are written out above with the props of their types.
  return { campaignId: 1, rulesetId: 1, ruleIndex: 0, ruleName: 'rule', effectType, props } as unknown as Effect
}
