/** What a cancelled session takes back. */
import type { EffectEnvelope, KnownEffect } from '../effects.ts'

/** The rollback of each effect that has one, in the order of the effects. */
export function rollbacksOf(effects: readonly KnownEffect[], profileId: string): KnownEffect[] {
  return effects.flatMap((effect) => rollbackOf(effect, profileId) ?? [])
}

/** Whether an effect is gone once it has been rolled back, rather than kept. */
export function isRolledBack(effect: KnownEffect): boolean {
  return rollbackOf(effect, '') !== undefined
}

function rollbackOf(effect: KnownEffect, profileId: string): KnownEffect | undefined {
  const envelope = envelopeOf(effect)
  switch (effect.effectType) {
    case 'acceptCoupon':
      return { ...envelope, effectType: 'rollbackCoupon', props: effect.props }
    case 'acceptReferral':
      return { ...envelope, effectType: 'rollbackReferral', props: effect.props }
    case 'setDiscount': {
      const { name, value, scope } = effect.props
      return { ...envelope, effectType: 'rollbackDiscount', props: { name, value, ...(scope !== undefined && { scope }) } }
    }
    case 'setDiscountPerItem': {
      const { name, value, position, subPosition, scope } = effect.props
      const props = { name, value, ...unit(position, subPosition), ...(scope !== undefined && { scope }) }
      return { ...envelope, effectType: 'rollbackDiscount', props }
    }
    case 'setDiscountPerAdditionalCost': {
      const { name, value, additionalCostId, additionalCost } = effect.props
      return { ...envelope, effectType: 'rollbackDiscount', props: { name, value, additionalCostId, additionalCost } }
    }
    case 'setDiscountPerAdditionalCostPerItem': {
      const { name, value, additionalCostId, additionalCost, position, subPosition } = effect.props
      const props = { name, value, additionalCostId, additionalCost, ...unit(position, subPosition) }
      return { ...envelope, effectType: 'rollbackDiscount', props }
    }
    case 'addLoyaltyPoints': {
      const { programId, subLedgerId, value, recipientIntegrationId, transactionUUID, cartItemPosition, cartItemSubPosition } = effect.props
      const at = cartItemPosition === undefined ? {} : unit(cartItemPosition, cartItemSubPosition)
      const props = { programId, subLedgerId, value, recipientIntegrationId, transactionUUID, ...at }
      return { ...envelope, effectType: 'rollbackAddedLoyaltyPoints', props }
    }
    case 'deductLoyaltyPoints': {
      const { programId, subLedgerId, value, transactionUUID } = effect.props
      const props = { programId, subLedgerId, value, recipientIntegrationId: profileId, transactionUUID }
      return { ...envelope, effectType: 'rollbackDeductedLoyaltyPoints', props }
    }
    default:
      return undefined
  }
}

function envelopeOf({ effectType: _type, props: _props, ...envelope }: KnownEffect): EffectEnvelope {
  return envelope
}

function unit(
  cartItemPosition: number,
  cartItemSubPosition: number | undefined,
): { cartItemPosition: number; cartItemSubPosition?: number } {
  return { cartItemPosition, ...(cartItemSubPosition !== undefined && { cartItemSubPosition }) }
}
