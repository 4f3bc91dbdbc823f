/** Budgets: how much of what campaigns and coupons limit has been used, and by whom. */
import type { KnownEffect } from '../effects.ts'
import type { Coupon, CustomerSessionV2, LimitConfig } from '../schema.ts'
import { startOf } from './duration.ts'
import { exact } from './ledger.ts'
import type { BudgetAction, SandboxCampaign } from './rules.ts'
import { type BudgetUse, normaliseCode, type State, timestamp } from './state.ts'

/** Whom a budget may be for, at one moment. */
export interface BudgetUser {
  profileId?: string | undefined
  sessionId?: string | undefined
  coupon?: string | undefined
  referral?: string | undefined
  identifiers?: readonly string[] | undefined
  store?: string | undefined
}

/** Whom the budgets of a session, or of an event or a profile without one, are for. */
export function userOf(profileId: string | undefined, session?: CustomerSessionV2): BudgetUser {
  return {
    profileId: profileId || undefined,
    sessionId: session?.integrationId,
    referral: session?.referralCode || undefined,
    identifiers: session?.identifiers,
    store: session?.storeIntegrationId,
  }
}

/** What is left of budgets while an evaluation uses them up: by campaign, budget and user. */
export type BudgetLeft = Map<string, number>

/** One thing that an effect uses, and how much of it. */
interface Use {
  action: BudgetAction
  amount: number
}

/** The budgets that bind an action of a campaign, for a coupon if there is one: the coupon's own come before the campaign's. */
export function budgetsFor(campaign: SandboxCampaign, coupon: Coupon | undefined, action: BudgetAction): LimitConfig[] {
  const own = (coupon?.limits ?? []).filter((limit) => limit.action === action)
  const others = limitsOf(campaign).filter((limit) => limit.action === action && !own.some((mine) => isForSame(mine, limit)))
  const ofCoupon = own.map((limit): LimitConfig => ({ ...limit, entities: [...new Set([...limit.entities, 'Coupon' as const])] }))
  const { discountLimit = 0 } = coupon ?? {}
  // What a gift card is worth.
  const worth: LimitConfig[] = action === 'setDiscount' && discountLimit > 0 ? [{ action, limit: discountLimit, entities: ['Coupon'] }] : []
  // Two that are alike are one: else each use would count twice.
  const distinct = new Map([...ofCoupon, ...others, ...worth].map((budget) => [keyOf(campaign.id, budget, {}), budget]))
  return [...distinct.values()]
}

/** A campaign's budgets, as the API writes them. */
export function limitsOf({ limits = [] }: SandboxCampaign): LimitConfig[] {
  return limits.map((budget) => ({ ...budget, entities: budget.entities ?? [] }))
}

/** How much of a budget is left to a user at a moment; what it is for and the user lacks has no limit. */
export function leftOf(
  state: State,
  { id: campaignId }: SandboxCampaign,
  budget: LimitConfig,
  user: BudgetUser,
  now: number,
  left: BudgetLeft = new Map(),
): number {
  const key = keyOf(campaignId, budget, user)
  const known = left.get(key)
  if (known !== undefined) return known
  if (budget.entities.includes('Profile') && !user.profileId) return 0
  if (budget.entities.some((entity) => isMissing(entity, user))) return Infinity
  const since = budget.period === undefined ? -Infinity : startOf(units[budget.period], now)
  const uses = state.budgetUses.filter(
    (use) =>
      use.campaignId === campaignId &&
      use.action === budget.action &&
      Date.parse(use.at) >= since &&
      budget.entities.every((entity) => isSame(entity, use, user)),
  )
  const rest = exact(budget.limit - uses.reduce((sum, { amount }) => sum + amount, 0))
  left.set(key, rest)
  return rest
}

/** Uses up some of a budget that {@link leftOf} has looked at, in this evaluation only. */
export function takeFrom(left: BudgetLeft, campaignId: number, budget: LimitConfig, user: BudgetUser, amount: number): void {
  const key = keyOf(campaignId, budget, user)
  const before = left.get(key)
  if (before !== undefined) left.set(key, exact(before - amount))
}

/** What an effect uses of budgets. */
export function usesOf(effect: KnownEffect): Use[] {
  switch (effect.effectType) {
    case 'setDiscount':
    case 'setDiscountPerItem':
    case 'setDiscountPerAdditionalCost':
    case 'setDiscountPerAdditionalCostPerItem':
      return [once('setDiscountEffect'), { action: 'setDiscount', amount: effect.props.value }]
    case 'addLoyaltyPoints':
      return [once('createLoyaltyPointsEffect'), { action: 'createLoyaltyPoints', amount: effect.props.value }]
    case 'deductLoyaltyPoints':
      return [once('redeemLoyaltyPointsEffect'), { action: 'redeemLoyaltyPoints', amount: effect.props.value }]
    case 'acceptCoupon':
      return [once('redeemCoupon')]
    case 'acceptReferral':
      return [once('redeemReferral')]
    case 'couponCreated':
      return [once('createCoupon')]
    case 'referralCreated':
      return [once('createReferral')]
    case 'reserveCoupon':
      return effect.props.isNewReservation ? [once('reserveCoupon')] : []
    case 'awardGiveaway':
    case 'willAwardGiveaway':
      return [once('awardGiveaway')]
    case 'addFreeItem':
      return [once('addFreeItemEffect')]
    case 'customEffect':
      return [once('customEffect')]
    case 'triggerWebhook':
      return [once('callApi')]
    default:
      return []
  }
}

/** The actions that are done when a rule fires, not when the session closes, and that nothing takes back. */
const atOnce: ReadonlySet<BudgetAction> = new Set<BudgetAction>(['createCoupon', 'createReferral', 'reserveCoupon'])

/** Writes down what effects use: at once when their rules fire, else when the session closes. */
export function recordUses(state: State, effects: readonly KnownEffect[], user: BudgetUser, when: 'firing' | 'closing'): void {
  for (const effect of effects) {
    const campaign = state.campaigns.find(({ id }) => id === effect.campaignId)
    if (campaign === undefined) continue
    const coupon = couponOf(state, effect)
    for (const { action, amount } of usesOf(effect)) {
      if (atOnce.has(action) !== (when === 'firing') || budgetsFor(campaign, coupon, action).length === 0) continue
      state.budgetUses.push(budgetUse({ ...user, coupon: coupon?.value }, campaign.id, action, amount, timestamp(state)))
    }
  }
  countDiscounts(state)
}

/** Gives back what effects of a session used when it closed. */
export function giveBack(state: State, sessionId: string, effects: readonly KnownEffect[]): void {
  const taken = effects.flatMap((effect) => {
    const coupon = couponOf(state, effect)?.value
    return usesOf(effect).map((use) => ({ ...use, campaignId: effect.campaignId, coupon }))
  })
  state.budgetUses = state.budgetUses.filter((use) => {
    if (use.sessionId !== sessionId || atOnce.has(use.action)) return true
    const index = taken.findIndex(
      ({ campaignId, action, amount, coupon }) =>
        campaignId === use.campaignId && action === use.action && amount === use.amount && coupon === use.coupon,
    )
    if (index >= 0) taken.splice(index, 1)
    return index < 0
  })
  countDiscounts(state)
}

/** The coupon an effect came of. */
export function couponOf(state: State, effect: KnownEffect): Coupon | undefined {
  if (effect.effectType === 'acceptCoupon') return state.coupons.get(normaliseCode(effect.props.value))?.coupon
  if (effect.triggeredByCoupon === undefined) return undefined
  for (const { coupon } of state.coupons.values()) if (coupon.id === effect.triggeredByCoupon) return coupon
  return undefined
}

// What coupons show of the money they gave.
function countDiscounts(state: State): void {
  for (const { coupon } of state.coupons.values()) {
    const { discountLimit = 0, value } = coupon
    if (discountLimit === 0) continue
    const uses = state.budgetUses.filter((use) => use.action === 'setDiscount' && use.coupon === value)
    coupon.discountCounter = exact(uses.reduce((sum, { amount }) => sum + amount, 0))
    coupon.discountRemainder = exact(discountLimit - coupon.discountCounter)
  }
}

const units = { daily: 'D', weekly: 'W', monthly: 'M', yearly: 'Y' } as const

function once(action: BudgetAction): Use {
  return { action, amount: 1 }
}

function budgetUse(user: BudgetUser, campaignId: number, action: BudgetAction, amount: number, at: string): BudgetUse {
  const { profileId, sessionId, coupon, referral, identifiers, store } = user
  return {
    campaignId,
    action,
    amount,
    at,
    ...(profileId !== undefined && { profileId }),
    ...(sessionId !== undefined && { sessionId }),
    ...(coupon !== undefined && { coupon }),
    ...(referral !== undefined && { referral }),
    ...(identifiers !== undefined && { identifiers: [...identifiers] }),
    ...(store !== undefined && { store }),
  }
}

function isForSame(one: LimitConfig, other: LimitConfig): boolean {
  const names = ({ entities }: LimitConfig): string =>
    entities
      .filter((entity) => entity !== 'Coupon')
      .toSorted()
      .join()
  return names(one) === names(other)
}

function isMissing(entity: LimitConfig['entities'][number], user: BudgetUser): boolean {
  const value = valueOf(entity, user)
  return value === undefined || value.length === 0
}

function isSame(entity: LimitConfig['entities'][number], use: BudgetUse, user: BudgetUser): boolean {
  if (entity === 'Identifier') return use.identifiers?.some((one) => user.identifiers?.includes(one)) ?? false
  return valueOf(entity, use) === valueOf(entity, user)
}

function valueOf(entity: LimitConfig['entities'][number], user: BudgetUser): string | readonly string[] | undefined {
  switch (entity) {
    case 'Profile':
      return user.profileId
    case 'Coupon':
      return user.coupon
    case 'Referral':
      return user.referral
    case 'Identifier':
      return user.identifiers
    case 'Store':
      return user.store
    case 'Session':
      return user.sessionId
  }
}

function keyOf(campaignId: number, { action, entities, period, limit }: LimitConfig, user: BudgetUser): string {
  return JSON.stringify([campaignId, action, limit, period, entities.map((entity) => [entity, valueOf(entity, user)])])
}
