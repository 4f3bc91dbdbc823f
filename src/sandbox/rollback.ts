/** How effects are taken back. */
import type { EffectEnvelope, KnownEffect } from '../effects.ts'

/** The rollback of an effect; undefined when it has none. That of progress depends on what is booked: see `unbookProgress`. */
export function rollbackOf(effect: KnownEffect, profileId: string): KnownEffect | undefined {
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
      const { programId, subLedgerId, value, recipientIntegrationId, transactionUUID, cardIdentifier } = effect.props
      const { cartItemPosition, cartItemSubPosition } = effect.props
      const at = cartItemPosition === undefined ? {} : unit(cartItemPosition, cartItemSubPosition)
      const props = { programId, subLedgerId, value, recipientIntegrationId, transactionUUID, ...at, ...cardOf(cardIdentifier) }
      return { ...envelope, effectType: 'rollbackAddedLoyaltyPoints', props }
    }
    case 'deductLoyaltyPoints': {
      const { programId, subLedgerId, value, transactionUUID, cardIdentifier } = effect.props
      const props = { programId, subLedgerId, value, recipientIntegrationId: profileId, transactionUUID, ...cardOf(cardIdentifier) }
      return { ...envelope, effectType: 'rollbackDeductedLoyaltyPoints', props }
    }
    default:
      return undefined
  }
}

/** What an effect says beside its type and props. */
export function envelopeOf({ effectType: _type, props: _props, ...envelope }: KnownEffect): EffectEnvelope {
  return envelope
}

function cardOf(cardIdentifier: string | undefined): { cardIdentifier?: string } {
  return cardIdentifier === undefined ? {} : { cardIdentifier }
}

function unit(
  cartItemPosition: number,
  cartItemSubPosition: number | undefined,
): { cartItemPosition: number; cartItemSubPosition?: number } {
  return { cartItemPosition, ...(cartItemSubPosition !== undefined && { cartItemSubPosition }) }
}
