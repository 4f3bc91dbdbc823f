/** What rules say most, by name. Any other effect is written out: `{ effectType, props }`. */
import type { EffectProps } from '../effects.ts'
import type { RuleCart, RuleEffect, RuleEffectProps, Unit } from './rules.ts'

/** An amount off the cart, in major currency units, or off the part of it that `scope` names. */
export function setDiscount(name: string, value: number, scope?: EffectProps['setDiscount']['scope']): RuleEffect {
  return { effectType: 'setDiscount', props: { name, value, ...(scope !== undefined && { scope }) } }
}

/** An amount off one unit, in major currency units; at most its price. */
export function setDiscountPerItem(name: string, unit: Unit, value: number): RuleEffect {
  const { position, subPosition, price } = unit
  return { effectType: 'setDiscountPerItem', props: { name: `${name}#${position}`, value: Math.min(value, price), position, subPosition } }
}

/** One amount off several units together, in major currency units, shared out by their prices; at most what they cost. Two in one rule need two names. */
export function setDiscountProRata(name: string, units: readonly Unit[], total: number): RuleEffect[] {
  const worth = units.reduce((sum, { price }) => sum + price, 0)
  const totalDiscount = Math.min(total, worth)
  return units.map(({ position, subPosition, price }) => ({
    effectType: 'setDiscountPerItem',
    props: {
      name: `${name}#${position}`,
      value: Math.min((totalDiscount * price) / (worth || 1), price),
      position,
      subPosition,
      totalDiscount,
    },
  }))
}

/** An amount off one of the cart's additional costs, such as shipping; at most what it costs, and all of it unless said. The rule fails where there is none. */
export function setDiscountPerAdditionalCost(name: string, cart: RuleCart, additionalCost: string, value = Infinity): RuleEffect {
  const { price = 0 } = cart.additionalCosts[additionalCost] ?? {}
  return { effectType: 'setDiscountPerAdditionalCost', props: { name, additionalCost, value: Math.min(value, price) } }
}

/** An amount off an additional cost of one unit; at most what it costs. The rule fails unless every item has that cost. */
export function setDiscountPerAdditionalCostPerItem(name: string, unit: Unit, additionalCost: string, value = Infinity): RuleEffect {
  const { position, subPosition } = unit
  const { price = 0 } = unit.additionalCosts[additionalCost] ?? {}
  return {
    effectType: 'setDiscountPerAdditionalCostPerItem',
    props: { name: `${name}#${position}`, additionalCost, value: Math.min(value, price), position, subPosition },
  }
}

/** Units at no price, beside the cart; one unless said. */
export function addFreeItem(sku: string, name: string, quantity = 1): RuleEffect {
  return { effectType: 'addFreeItem', props: { sku, name, quantity } }
}

/** Points for the session's profile or card, on the program's main ledger unless `more` says otherwise. An anonymous session earns none. */
export function addLoyaltyPoints(
  name: string,
  programId: number,
  value: number,
  more: Partial<Omit<RuleEffectProps<'addLoyaltyPoints'>, 'name' | 'programId' | 'value'>> = {},
): RuleEffect {
  return { effectType: 'addLoyaltyPoints', props: { name, programId, subLedgerId: '', value, ...more } }
}

/** Takes points of the session's profile or card. The rule fails when there are not so many. */
export function deductLoyaltyPoints(name: string, programId: number, value: number, subLedgerId = ''): RuleEffect {
  return { effectType: 'deductLoyaltyPoints', props: { name, programId, subLedgerId, value } }
}

/** Progress in an achievement. An anonymous session makes none. */
export function increaseAchievementProgress(achievementId: number, delta = 1): RuleEffect {
  return { effectType: 'increaseAchievementProgress', props: { achievementId, delta } }
}

/** One code of a pool: promised while the session is open, and given when it closes. The rule fails when the pool is empty. */
export function awardGiveaway(poolId: number): RuleEffect {
  return { effectType: 'awardGiveaway', props: { poolId } }
}

/** A text to show; `Info` unless said. */
export function showNotification(title: string, body: string, notificationType: 'Info' | 'Offer' | 'Error' | 'Misc' = 'Info'): RuleEffect {
  return { effectType: 'showNotification', props: { notificationType, title, body } }
}
