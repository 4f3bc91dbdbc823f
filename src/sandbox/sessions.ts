/** Sessions: the state machine, what an update keeps and replaces, and what closing and cancelling do. */
import type { IntegrationCustomerSessionResponse, IntegrationStateV2, KnownEffect, ReopenSessionResponse } from '../effects.ts'
import type { GetCustomerSessionInput, ReopenCustomerSessionInput, UpdateCustomerSessionV2Input } from '../endpoints.ts'
import type {
  AdditionalCost,
  CartItem,
  CustomerProfile,
  CustomerSessionV2,
  NewCustomerSessionV2,
  Return,
  SessionState,
  Timestamp,
} from '../schema.ts'
import { type Evaluated, eventOf, integrationCoupon, inventoryReferral, sharedContent } from './answers.ts'
import { withCatalog } from './catalog.ts'
import { giveBack } from './budgets.ts'
import { evaluate, nothingEvaluated } from './evaluate.ts'
import { createdBy, takeEffect } from './firing.ts'
import { bookEffects, countSale, takeBack, uncountSale } from './redeem.ts'
import { illegalMove, invalid, notFound } from './refusal.ts'
import {
  applicationId,
  copyOf,
  mergeAttributes,
  newProfile,
  normaliseCode,
  profileOf,
  type State,
  type StoredSession,
  takeId,
  timestamp,
} from './state.ts'

/** An evaluation of a session. */
export interface EvaluatedSession extends Evaluated {
  session: CustomerSessionV2
}

/** How a session is updated. */
export interface UpdateOptions {
  dry: boolean
  /** Milliseconds since the epoch. */
  now: number
}

export function updateCustomerSessionV2(state: State, input: UpdateCustomerSessionV2Input): IntegrationStateV2 {
  const { customerSessionId, customerSession, responseContent: asked = [], dry = false } = input
  if (asked.includes('campaignEligibility') && !dry)
    throw invalid('Invalid', 'campaignEligibility needs dry=true', { pointer: '/responseContent' })
  const done = updateSession(state, customerSessionId, customerSession, { dry, now: evaluationTime(state, dry, input.now) })
  return {
    effects: done.effects,
    ...createdBy(done.evaluation),
    ...sharedContent(state, asked, done),
    ...sessionContent(state, asked, done.session, state.sessions.get(customerSessionId)?.returns),
  }
}

export function getCustomerSession(state: State, { customerSessionId }: GetCustomerSessionInput): IntegrationCustomerSessionResponse {
  const stored = state.sessions.get(customerSessionId)
  if (stored === undefined) throw notFound('Customer session')
  return { customerSession: stored.session, effects: stored.effects }
}

/** Opens a closed session again; what closing it did is taken back. */
export function reopenCustomerSession(state: State, { customerSessionId }: ReopenCustomerSessionInput): ReopenSessionResponse {
  const stored = state.sessions.get(customerSessionId)
  if (stored === undefined) throw notFound('Customer session')
  if (stored.session.state !== 'closed') throw illegalMove(stored.session.state, 'open')
  return { effects: undo(state, stored, 'open', 'talon_session_reopened').effects }
}

/** One update of a session, V2's or V1's. A dry one looks at the payload alone, unless it cancels, and stores nothing. */
export function updateSession(state: State, id: string, request: NewCustomerSessionV2, { dry, now }: UpdateOptions): EvaluatedSession {
  // A cancellation is about what is stored. A dry one happens in a memory that is forgotten.
  if (dry && request.state === 'cancelled') return { ...updateSession(copyOf(state), id, request, { dry: false, now }), dry }
  const stored = state.sessions.get(id)
  const before = dry ? undefined : stored
  const to = request.state ?? 'open'
  if (!moves[before?.session.state ?? 'new'].includes(to)) throw illegalMove(before?.session.state ?? 'new', to)
  if (to === 'cancelled' && before !== undefined) return cancel(state, before)

  const cartItems = request.cartItems ?? before?.sentItems ?? before?.session.cartItems ?? []
  const numericId = dry ? (stored?.session.id ?? 0) : (before?.session.id ?? state.nextId)
  const session = merge(state, id, before?.session, { ...request, cartItems }, numericId, now)
  checkTotals(session)
  if (!dry && before === undefined) takeId(state)
  const profile = profileFor(state, session.profileId, dry)
  const only = dry ? request.evaluableCampaignIds : undefined
  const evaluation = evaluate(state, { session, profile, now, only, sourceId: session.id, dry })
  const { effects } = evaluation
  if (!dry) takeEffect(state, evaluation, profile, session)
  const type =
    session.state === 'closed' ? 'talon_session_closed' : before === undefined ? 'talon_session_created' : 'talon_session_updated'
  const event = eventOf(state, { type, profileId: session.profileId, sessionId: id, attributes: {}, effects, dry })
  if (!dry) store(state, session, effects, profile, cartItems)
  return { session, profile, evaluation, event, effects, dry, now }
}

/** The moment an evaluation is about. */
function evaluationTime(state: State, dry: boolean, now: Timestamp | undefined): number {
  if (now === undefined) return state.clock()
  if (!dry) throw invalid('Invalid', 'now needs dry=true', { parameter: 'now' })
  if (Date.parse(now) <= state.clock()) throw invalid('Invalid', 'now must lie in the future', { parameter: 'now' })
  return Date.parse(now)
}

// docs.talon.one/docs/dev/concepts/entities/customer-sessions; that nothing else leads out of the last two is
// inferred. partially_returned cannot be set by an update; reopening and returning have their own operations.
const moves: Readonly<Record<SessionState | 'new', readonly SessionState[]>> = {
  new: ['open', 'closed'],
  open: ['open', 'closed', 'cancelled'],
  closed: ['cancelled'],
  partially_returned: ['cancelled'],
  cancelled: [],
}

function merge(
  state: State,
  integrationId: string,
  before: CustomerSessionV2 | undefined,
  request: NewCustomerSessionV2 & { cartItems: CartItem[] },
  id: number,
  now: number,
): CustomerSessionV2 {
  const at = timestamp(state)
  const profileId = request.profileId ?? before?.profileId ?? ''
  const cartItems = request.cartItems.map((item, position) => ({ ...withCatalog(state, item, now), position }))
  const additionalCosts = request.additionalCosts ?? before?.additionalCosts ?? {}
  return {
    ...before,
    ...request,
    id,
    created: before?.created ?? at,
    updated: at,
    updateCount: (before?.updateCount ?? 0) + 1,
    integrationId,
    applicationId,
    profileId,
    state: request.state ?? 'open',
    couponCodes: (request.couponCodes ?? before?.couponCodes ?? []).map(normaliseCode),
    referralCode: normaliseCode(request.referralCode ?? before?.referralCode ?? ''),
    cartItems,
    additionalCosts,
    attributes: mergeAttributes(before?.attributes ?? {}, request.attributes),
    firstSession: isFirst(state, integrationId, profileId, id),
    ...totalsOf(cartItems, additionalCosts),
  }
}

// Beyond it sums are no longer exact, and in the end no longer numbers.
const mostMoney = Number.MAX_SAFE_INTEGER

function checkTotals({ cartItemTotal, additionalCostTotal, cartItemAdditionalCostTotal, total }: Totals): void {
  const isWithin = [cartItemTotal, additionalCostTotal, cartItemAdditionalCostTotal, total].every((amount) => Math.abs(amount) <= mostMoney)
  if (!isWithin) throw invalid('Invalid', `expected a cart worth at most ${mostMoney}`, { pointer: '/cartItems' })
}

type Totals = Pick<CustomerSessionV2, 'cartItemTotal' | 'additionalCostTotal' | 'cartItemAdditionalCostTotal' | 'total'>

/** What a cart costs before discounts. */
export function totalsOf(cartItems: readonly CartItem[], additionalCosts: Record<string, AdditionalCost> = {}): Totals {
  const cartItemTotal = sum(cartItems.map(({ price = 0, quantity }) => price * quantity))
  const additionalCostTotal = sum(pricesOf(additionalCosts))
  const cartItemAdditionalCostTotal = sum(cartItems.flatMap((item) => pricesOf(item.additionalCosts).map((price) => price * item.quantity)))
  const total = cartItemTotal + additionalCostTotal + cartItemAdditionalCostTotal
  return { cartItemTotal, additionalCostTotal, cartItemAdditionalCostTotal, total }
}

function pricesOf(costs: Record<string, AdditionalCost> = {}): number[] {
  return Object.values(costs).map(({ price }) => price)
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}

// Always true for anonymous sessions: talon-one/t1-openapi-specs, `firstSession`.
function isFirst(state: State, integrationId: string, profileId: string, id: number): boolean {
  if (profileId === '') return true
  for (const { session } of state.sessions.values()) {
    const isEarlier = id === 0 || session.id < id
    if (session.profileId === profileId && isEarlier && session.integrationId !== integrationId) return false
  }
  return true
}

/** The profile of a session or an event; undefined: anonymous. A dry run makes none. */
export function profileFor(state: State, profileId: string, dry: boolean): CustomerProfile | undefined {
  if (profileId === '') return undefined
  return dry ? (state.profiles.get(profileId) ?? newProfile(state, profileId)) : profileOf(state, profileId)
}

function store(
  state: State,
  session: CustomerSessionV2,
  effects: KnownEffect[],
  profile: CustomerProfile | undefined,
  sentItems: CartItem[],
): void {
  const statedTotal = state.sessions.get(session.integrationId)?.statedTotal
  state.sessions.set(session.integrationId, { session, effects, sentItems, ...(statedTotal !== undefined && { statedTotal }) })
  if (profile !== undefined) profile.lastActivity = session.updated
  if (session.state !== 'closed') return
  bookEffects(state, effects, session)
  countSale(profile, session)
}

function cancel(state: State, before: StoredSession): EvaluatedSession {
  if (before.session.state !== 'open') return undo(state, before, 'cancelled', 'talon_session_revoked')
  return move(state, { ...before, effects: [] }, 'cancelled', 'talon_session_cancelled', [])
}

/** Takes back what closing did. */
function undo(state: State, before: StoredSession, to: SessionState, type: string): EvaluatedSession {
  const { session } = before
  const { rollbacks, kept } = takeBack(state, before.effects, session)
  giveBack(state, session.integrationId, before.effects)
  uncountSale(state.profiles.get(session.profileId), session)
  return move(state, { ...before, effects: kept }, to, type, rollbacks)
}

// Only the state moves: whatever else a request says, a finished order stays as it was.
function move(state: State, before: StoredSession, to: SessionState, type: string, effects: KnownEffect[]): EvaluatedSession {
  const updateCount = before.session.updateCount + 1
  const session: CustomerSessionV2 = { ...before.session, state: to, updateCount, updated: timestamp(state) }
  const { profileId, integrationId: sessionId } = session
  const profile = profileFor(state, profileId, false)
  state.sessions.set(sessionId, { ...before, session })
  const event = eventOf(state, { type, profileId, sessionId, attributes: {}, effects, dry: false })
  return { session, profile, evaluation: nothingEvaluated, event, effects, dry: false, now: state.clock() }
}

type SessionContent = Pick<IntegrationStateV2, 'customerSession' | 'coupons' | 'referral' | 'previousReturns'>

/** The parts an answer about a session was asked for. */
export function sessionContent(
  state: State,
  asked: readonly string[],
  session: CustomerSessionV2,
  previousReturns: Return[] = [],
): SessionContent {
  const referral = state.referrals.get(session.referralCode ?? '')
  const coupons = (session.couponCodes ?? []).flatMap((code) => state.coupons.get(code) ?? [])
  return {
    ...(asked.includes('customerSession') && { customerSession: session }),
    ...(asked.includes('coupons') && { coupons: coupons.map((coupon) => integrationCoupon(coupon, session.profileId)) }),
    ...(asked.includes('referral') && referral && { referral: inventoryReferral(referral) }),
    ...(asked.includes('previousReturns') && { previousReturns }),
  }
}
