/** Returns: units of a closed session come back, and what they earned is taken back. */
import type { IntegrationStateV2, KnownEffect } from '../effects.ts'
import type { ReturnCartItemsInput } from '../endpoints.ts'
import type { CartItem, CustomerProfile, CustomerSessionV2, Return, ReturnedCartItem } from '../schema.ts'
import { eventOf, sharedContent } from './answers.ts'
import { giveBack } from './budgets.ts'
import { evaluate, type Evaluation, nothingEvaluated } from './evaluate.ts'
import { createdBy, takeEffect } from './firing.ts'
import { exact } from './ledger.ts'
import { bookEffects, takeBack, worthOf } from './redeem.ts'
import { illegalMove, invalid, notFound } from './refusal.ts'
import { sessionContent, totalsOf } from './sessions.ts'
import { accountId, applicationId, copyOf, type State, takeId, timestamp } from './state.ts'

type Line = Required<ReturnedCartItem>

export function returnCartItems(state: State, input: ReturnCartItemsInput): IntegrationStateV2 {
  // A dry return is a return, in a memory that is forgotten.
  return input.dry ? takeReturn(copyOf(state), input) : takeReturn(state, input)
}

function takeReturn(state: State, input: ReturnCartItemsInput): IntegrationStateV2 {
  const { customerSessionId, return: request, responseContent: asked = [], runRuleEngine = false } = input
  const stored = state.sessions.get(customerSessionId)
  if (stored === undefined) throw notFound('Customer session')
  const { session: before, returns: previousReturns = [] } = stored
  if (before.state !== 'closed' && before.state !== 'partially_returned') throw illegalMove(before.state, 'partially_returned')

  const lines = linesOf(before, request.returnedCartItems)
  const session = afterReturn(state, before, lines)
  const profile = state.profiles.get(session.profileId)
  const anew = new Set(runRuleEngine ? reevaluated(state, stored.effects) : [])
  const { rollbacks, evaluation, net } = settle(state, stored.effects, session, profile, anew)
  if (profile !== undefined) profile.totalSales = exact(profile.totalSales - worthOf(lines.flatMap((line) => unitsOf(session, line))))
  if (profile !== undefined && runRuleEngine) profile.lastActivity = session.updated

  const effects = [...rollbacks, ...evaluation.effects]
  const type = 'talon_session_partially_returned'
  const event = eventOf(state, { type, profileId: session.profileId, sessionId: customerSessionId, attributes: {}, effects, dry: false })
  const made = returnOf(state, session, profile, lines, event.id)
  state.sessions.set(customerSessionId, { ...stored, session, effects: net, returns: [...previousReturns, made] })
  return {
    effects,
    ...createdBy(evaluation),
    return: made,
    ...sharedContent(state, asked, { session, profile, evaluation, event, effects, dry: false, now: state.clock() }),
    ...sessionContent(state, asked, session, previousReturns),
  }
}

/** The lines that are meant, each with its position, SKU and quantity. A line that says no quantity comes back whole. */
function linesOf({ cartItems }: CustomerSessionV2, asked: readonly ReturnedCartItem[]): Line[] {
  if (asked.length === 0) throw invalid('Invalid', 'there is nothing to return', { pointer: '/return/returnedCartItems' })
  const left = cartItems.map(({ quantity, remainingQuantity = quantity }) => remainingQuantity)
  return asked.map((line, index) => {
    const pointer = `/return/returnedCartItems/${index}`
    const position = line.position ?? cartItems.findIndex(({ sku }) => sku === line.sku)
    const { sku } = cartItems[position] ?? {}
    const rest = left[position]
    if (sku === undefined || rest === undefined || (line.sku ?? sku) !== sku)
      throw invalid('Invalid', 'the session has no such line', { pointer })
    const { quantity = rest } = line
    if (quantity < 1 || quantity > rest)
      throw invalid('Invalid', 'expected at least 1 and at most what remains of the line', { pointer: `${pointer}/quantity` })
    left[position] = rest - quantity
    return { position, sku, quantity }
  })
}

function afterReturn(state: State, before: CustomerSessionV2, lines: readonly Line[]): CustomerSessionV2 {
  const cartItems = before.cartItems.map((item, position) => {
    const returnedQuantity = (item.returnedQuantity ?? 0) + quantityAt(lines, position)
    return { ...item, returnedQuantity, remainingQuantity: item.quantity - returnedQuantity }
  })
  return { ...before, state: 'partially_returned', cartItems, updateCount: before.updateCount + 1, updated: timestamp(state) }
}

/** Takes back what hung on the units and what the campaigns that are asked anew gave, and books what those give for the rest. */
function settle(
  state: State,
  effects: readonly KnownEffect[],
  session: CustomerSessionV2,
  profile: CustomerProfile | undefined,
  anew: ReadonlySet<number>,
): { rollbacks: KnownEffect[]; evaluation: Evaluation; net: KnownEffect[] } {
  const isTakenBack = (effect: KnownEffect): boolean => anew.has(effect.campaignId) || isReturned(effect, session)
  const { rollbacks, kept } = takeBack(state, effects.filter(isTakenBack), session)
  // What cannot be taken back, such as a giveaway, is counted anew where it is given anew.
  giveBack(state, session.integrationId, effects.filter(isTakenBack))
  const evaluation = evaluateRest(state, session, profile, anew)
  takeEffect(state, evaluation, profile, session)
  bookEffects(state, evaluation.effects, session)
  const others = effects.filter((effect) => !isTakenBack(effect))
  const stay = kept.filter(({ campaignId }) => !anew.has(campaignId))
  return { rollbacks, evaluation, net: [...others, ...stay, ...evaluation.effects] }
}

/** Whether an effect hangs on a unit that came back. The last units of a line come back first. */
function isReturned(effect: KnownEffect, { cartItems }: CustomerSessionV2): boolean {
  const { position = -1, subPosition } = unitOf(effect)
  const remaining = cartItems[position]?.remainingQuantity ?? Infinity
  return subPosition === undefined ? remaining === 0 : subPosition >= remaining
}

function unitOf({ effectType, props }: KnownEffect): { position?: number | undefined; subPosition?: number | undefined } {
  if (effectType === 'setDiscountPerItem' || effectType === 'setDiscountPerAdditionalCostPerItem') return props
  return effectType === 'addLoyaltyPoints' ? { position: props.cartItemPosition, subPosition: props.cartItemSubPosition } : {}
}

/** The campaigns that gave something at the close and want to be asked again. */
function reevaluated({ campaigns }: State, effects: readonly KnownEffect[]): number[] {
  const asking = campaigns.filter(({ reevaluateOnReturn }) => reevaluateOnReturn).map(({ id }) => id)
  const giving = effects.filter(({ effectType }) => effectType !== 'rejectCoupon' && effectType !== 'rejectReferral')
  return asking.filter((id) => giving.some(({ campaignId }) => campaignId === id))
}

function evaluateRest(
  state: State,
  session: CustomerSessionV2,
  profile: CustomerProfile | undefined,
  campaignIds: ReadonlySet<number>,
): Evaluation {
  if (campaignIds.size === 0) return nothingEvaluated
  const lines = session.cartItems.map(({ remainingQuantity, ...item }) => ({ ...item, quantity: remainingQuantity ?? item.quantity }))
  const cartItems = lines.filter(({ quantity }) => quantity > 0)
  const cart = { ...session, cartItems, ...totalsOf(cartItems, session.additionalCosts) }
  const { effects, ...rest } = evaluate(state, {
    session: cart,
    profile,
    now: state.clock(),
    only: [...campaignIds],
    sourceId: takeId(state),
    dry: false,
  })
  // Codes of other campaigns are refused in such an evaluation, and stand as they stood.
  return { effects: effects.filter(({ campaignId }) => campaignIds.has(campaignId)), ...rest }
}

function unitsOf({ cartItems }: CustomerSessionV2, { position, quantity }: Line): { item: CartItem; quantity: number }[] {
  const item = cartItems[position]
  return item === undefined ? [] : [{ item, quantity }]
}

function quantityAt(lines: readonly Line[], position: number): number {
  return lines.filter((line) => line.position === position).reduce((sum, { quantity }) => sum + quantity, 0)
}

function returnOf(
  state: State,
  session: CustomerSessionV2,
  profile: CustomerProfile | undefined,
  returnedCartItems: Line[],
  eventId: number,
): Return {
  return {
    id: takeId(state),
    created: timestamp(state),
    applicationId,
    accountId,
    returnedCartItems,
    eventId,
    sessionId: session.id,
    sessionIntegrationId: session.integrationId,
    ...(profile && { profileId: profile.id, profileIntegrationId: profile.integrationId }),
  }
}
