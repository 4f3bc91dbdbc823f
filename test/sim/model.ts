/** Talon.One as the simulator sees it: one session, with the semantics that matter to a cart. It shares no code with what it tests. */
import type { CustomerSessionV2, Effect, NewCustomerSessionV2 } from '../../src/index.ts'

export interface Answer {
  status: number
  body: unknown
}

export interface TalonOneModel {
  readonly session: CustomerSessionV2 | undefined
  /** A request for the session has arrived: starts it, and returns how to end it. */
  begin(method: string, session: NewCustomerSessionV2 | undefined): () => Answer
  /** Writes as somebody else does. */
  write(session: NewCustomerSessionV2): CustomerSessionV2
}

/** Verdicts on codes; any other is not found. */
const accepted: ReadonlySet<string> = new Set(['TEN', 'FIVE', 'FRIEND'])

export function createModel(): TalonOneModel {
  let session: CustomerSessionV2 | undefined
  let writing = 0

  // What is left out keeps its value, lists are replaced, attributes are merged.
  function write(request: NewCustomerSessionV2): CustomerSessionV2 {
    const before = session
    session = {
      id: 1,
      created: '2026-01-15T12:00:00Z',
      updated: '2026-01-15T12:00:00Z',
      integrationId: 'cart',
      applicationId: 1,
      profileId: request.profileId ?? before?.profileId ?? '',
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
    return session
  }

  function put(request: NewCustomerSessionV2): Answer {
    const state = session?.state ?? 'open'
    if (state !== 'open') return { status: 400, body: { message: `Cannot move session to state "open" from state "${state}"` } }
    const written = write(request)
    return { status: 200, body: { customerSession: written, effects: effectsOf(written), createdCoupons: [], createdReferrals: [] } }
  }

  return {
    get session() {
      return session
    },
    write,
    begin(method, request) {
      if (method === 'GET' || !request)
        return () =>
          session
            ? { status: 200, body: { customerSession: session, effects: effectsOf(session) } }
            : { status: 404, body: { message: 'not found' } }
      // Updates of one session that overlap are refused.
      if (writing > 0) return () => ({ status: 409, body: { message: 'another request is updating this session' } })
      writing++
      return () => {
        writing--
        return put(request)
      }
    },
  }
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
