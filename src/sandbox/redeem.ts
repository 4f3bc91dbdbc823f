/** What closing a session books, and what cancelling, reopening and returning take back. */
import type { KnownEffect } from '../effects.ts'
import type { CartItem, Coupon, CustomerProfile, CustomerSessionV2, Referral } from '../schema.ts'
import { bookProgress, unbookProgress } from './achievements.ts'
import { type BudgetUser, recordUses, userOf } from './budgets.ts'
import { exact } from './ledger.ts'
import { arePointsKept, bookPoints, unbookPoints } from './loyalty.ts'
import { envelopeOf, rollbackOf } from './rollback.ts'
import type { Redemption, State, StoredCoupon, StoredReferral } from './state.ts'

/** Redeems the codes among a session's effects, and books its points and its progress. */
export function bookEffects(state: State, effects: readonly KnownEffect[], session: CustomerSessionV2): void {
  const { profileId, integrationId: sessionId } = session
  const redemption: Redemption = { profileId, sessionId }
  for (const { stored, code } of effects.flatMap((effect) => codeIn(state, effect))) {
    stored.redemptions.push(redemption)
    code.usageCounter += 1
  }
  const user = userOf(profileId, session)
  bookGifts(state, effects, { profileId, user, now: state.clock(), pointsOf: sessionId, giveawaysOf: sessionId })
}

/** Whom gifts are booked for. */
export interface Recipient {
  profileId: string
  user: BudgetUser
  /** Milliseconds since the epoch. */
  now: number
  /** The session that points are listed with. */
  pointsOf?: string | undefined
  /** The session that gets the same giveaways again when it is reopened. */
  giveawaysOf?: string | undefined
}

/** Books what effects give for good: points, progress and giveaways, and what they use of budgets. */
export function bookGifts(state: State, effects: readonly KnownEffect[], recipient: Recipient): void {
  const { profileId, user, now, pointsOf, giveawaysOf } = recipient
  bookPoints(state, effects, profileId, pointsOf)
  bookProgress(state, effects, profileId, now)
  awardGiveaways(state, effects, giveawaysOf)
  recordUses(state, effects, user, 'closing')
}

/** Gives out the giveaways among effects. Nothing takes them back. */
function awardGiveaways(state: State, effects: readonly KnownEffect[], sessionId: string | undefined): void {
  for (const { effectType, props } of effects) {
    if (effectType !== 'awardGiveaway') continue
    const stored = state.giveaways.find(({ giveaway }) => giveaway.id === props.giveawayId)
    if (stored === undefined) continue
    const profileId = state.profiles.get(props.recipientIntegrationId)?.id
    const recipient = { profileIntegrationId: props.recipientIntegrationId, ...(profileId !== undefined && { profileId }) }
    Object.assign(stored.giveaway, { used: true, ...recipient })
    if (sessionId !== undefined) stored.sessionId = sessionId
  }
}

/** Takes booked effects back: `rollbacks` say so, in the order of the effects; `kept` are those that stay. */
export function takeBack(
  state: State,
  effects: readonly KnownEffect[],
  session: CustomerSessionV2,
): { rollbacks: KnownEffect[]; kept: KnownEffect[] } {
  const rollbacks: KnownEffect[] = []
  const kept: KnownEffect[] = []
  for (const effect of effects) {
    const rollback = rollbackIn(state, effect, session)
    if (rollback === undefined) kept.push(effect)
    else rollbacks.push(rollback)
  }
  for (const { stored, code } of rollbacks.flatMap((effect) => codeIn(state, effect))) {
    const others = stored.redemptions.filter(({ sessionId }) => sessionId !== session.integrationId)
    code.usageCounter -= stored.redemptions.length - others.length
    stored.redemptions = others
  }
  unbookPoints(state, session.integrationId, rollbacks)
  return { rollbacks, kept }
}

/** Counts a session among its profile's sales. */
export function countSale(profile: CustomerProfile | undefined, session: CustomerSessionV2): void {
  if (profile === undefined) return
  profile.closedSessions += 1
  profile.totalSales = exact(profile.totalSales + session.total)
}

/** Counts a session no more; what came back of it has been taken off before. */
export function uncountSale(profile: CustomerProfile | undefined, session: CustomerSessionV2): void {
  if (profile === undefined) return
  profile.closedSessions -= 1
  const returned = worthOf(session.cartItems.map((item) => ({ item, quantity: item.returnedQuantity ?? 0 })))
  profile.totalSales = exact(profile.totalSales - (session.total - returned))
}

/** What units of lines count in a session's total, before discounts. */
export function worthOf(lines: readonly { item: CartItem; quantity: number }[]): number {
  return lines.reduce((sum, { item: { price = 0, additionalCosts = {} }, quantity }) => {
    const costs = Object.values(additionalCosts).reduce((total, cost) => total + cost.price, 0)
    return sum + (price + costs) * quantity
  }, 0)
}

function rollbackIn(state: State, effect: KnownEffect, session: CustomerSessionV2): KnownEffect | undefined {
  if (effect.effectType === 'addLoyaltyPoints' && arePointsKept(state, effect)) return undefined
  if (effect.effectType !== 'increaseAchievementProgress') return rollbackOf(effect, session.profileId)
  const props = unbookProgress(state, effect)
  return props && { ...envelopeOf(effect), effectType: 'rollbackIncreasedAchievementProgress', props }
}

/** The code that an effect redeems or gives back. */
function codeIn(
  { coupons, referrals }: State,
  { effectType, props }: KnownEffect,
): { stored: StoredCoupon | StoredReferral; code: Coupon | Referral }[] {
  if (effectType === 'acceptCoupon' || effectType === 'rollbackCoupon') {
    const stored = coupons.get(props.value)
    return stored === undefined ? [] : [{ stored, code: stored.coupon }]
  }
  if (effectType !== 'acceptReferral' && effectType !== 'rollbackReferral') return []
  const stored = referrals.get(props.value)
  return stored === undefined ? [] : [{ stored, code: stored.referral }]
}
