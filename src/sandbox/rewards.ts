/** What budgets leave of effects: all, a part, or nothing. */
import type { EffectOf, KnownEffect } from '../effects.ts'
import type { Coupon, LimitConfig } from '../schema.ts'
import { budgetsFor, type BudgetUser, leftOf, takeFrom, usesOf } from './budgets.ts'
import { exact } from './ledger.ts'
import type { SandboxCampaign } from './rules.ts'
import type { State } from './state.ts'
import type { Tally } from './tally.ts'

/** Whose budgets an effect is paid from. */
export interface Purse {
  state: State
  campaign: SandboxCampaign
  /** The code that the rule runs for. */
  coupon: Coupon | undefined
  user: BudgetUser
  /** Milliseconds since the epoch. */
  now: number
}

/** What budgets leave of an effect, which is used up then. */
export function fit(effect: KnownEffect, purse: Purse, tally: Tally): KnownEffect | 'nothing' | 'failed' {
  const { state, campaign, coupon, now } = purse
  // What a session has made already is not made again.
  if (isMadeBefore(effect, tally)) return effect
  const user: BudgetUser = { ...purse.user, coupon: coupon?.value }
  const left = (budgets: readonly LimitConfig[]): number =>
    Math.min(...budgets.map((budget) => leftOf(state, campaign, budget, user, now, tally.budgetLeft)))
  const uses = usesOf(effect).map((use) => ({ ...use, budgets: budgetsFor(campaign, coupon, use.action) }))
  let fitted = effect
  for (const { action, amount, budgets } of uses) {
    const rest = left(budgets)
    if (rest >= exact(amount)) continue
    if (!campaign.partialRewards || !mayBePart.has(effect.effectType)) return 'failed'
    if (rest <= 0) return 'nothing'
    fitted = action === 'setDiscount' || action === 'createLoyaltyPoints' ? withValue(fitted, { value: rest }) : fitted
  }
  const amounts = new Map(usesOf(fitted).map(({ action, amount }) => [action, amount]))
  for (const { action, budgets } of uses)
    for (const budget of budgets) takeFrom(tally.budgetLeft, campaign.id, budget, user, amounts.get(action) ?? 0)
  const isWhole = !campaign.partialRewards || !mayBePart.has(effect.effectType) || effect.effectType === 'addFreeItem'
  return isWhole ? fitted : withValue(fitted, { desiredValue: valueOf(effect) })
}

/** What is paid out of one budget: money, points, or units. */
export function kindOf({ effectType }: KnownEffect): string {
  return isDiscount(effectType) ? 'discount' : effectType
}

// What partial rewards are said of: https://docs.talon.one/docs/dev/integration-api/api-effects
const mayBePart: ReadonlySet<string> = new Set([
  'setDiscount',
  'setDiscountPerItem',
  'setDiscountPerAdditionalCost',
  'setDiscountPerAdditionalCostPerItem',
  'addLoyaltyPoints',
  'addFreeItem',
])

// The cast holds because each type that may be given in part, but free items, has these two props.
function withValue<Given extends KnownEffect>(effect: Given, value: { value?: number; desiredValue?: number }): Given {
  return { ...effect, props: { ...effect.props, ...value } } as Given
}

/** The money or the points of an effect that gives some. */
export function valueOf({ effectType, props }: KnownEffect): number {
  return effectType === 'addLoyaltyPoints' || isDiscount(effectType) ? Number('value' in props ? props.value : 0) : 0
}

/** Whether effects of a type take money off. */
export function isDiscount(effectType: string): boolean {
  return effectType.startsWith('setDiscount')
}

/** Lets each share of a discount say the whole: what there is of it, and what there should be. */
export function shareOut(effects: readonly KnownEffect[]): KnownEffect[] {
  const given = new Map<string, number>()
  for (const effect of effects) if (isShare(effect)) given.set(wholeOf(effect), (given.get(wholeOf(effect)) ?? 0) + effect.props.value)
  return effects.map((effect) => {
    const { totalDiscount: desired, desiredValue } = isShare(effect) ? effect.props : {}
    if (!isShare(effect) || desired === undefined) return effect
    const sum = exact(given.get(wholeOf(effect)) ?? 0)
    const totalDiscount = sum === exact(desired) ? desired : sum
    return { ...effect, props: { ...effect.props, totalDiscount, ...(desiredValue !== undefined && { desiredTotalDiscount: desired }) } }
  })
}

function isShare(effect: KnownEffect): effect is EffectOf<'setDiscountPerItem'> {
  return effect.effectType === 'setDiscountPerItem' && effect.props.totalDiscount !== undefined
}

// Which whole a share is of; its position does not belong to the name.
function wholeOf({ props: { name, bundleIndex, totalDiscount } }: EffectOf<'setDiscountPerItem'>): string {
  return JSON.stringify([name.replace(/#\d+$/, ''), bundleIndex, totalDiscount])
}

function isMadeBefore({ effectType, props }: KnownEffect, { made }: Tally): boolean {
  return (
    (effectType === 'couponCreated' &&
      made.some((one) => one.kind === 'coupon' && one.coupon.id > 0 && one.coupon.value === props.value)) ||
    (effectType === 'referralCreated' &&
      made.some((one) => one.kind === 'referral' && one.referral.id > 0 && one.referral.code === props.value))
  )
}
