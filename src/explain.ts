/** Why a cart costs what it costs: each discount by the effect that gave it. */
import type { Effect } from './effects.ts'
import { type Discount, isDiscount, nameOf, type Priceable, priceCart } from './price.ts'

/** What one effect takes off, and where it comes from. Major currency units. */
export interface Reason {
  effectType: Discount['effectType']
  /** The discount's name, without the position that the API appends to it. */
  name: string
  /** What is taken off. Positive. */
  value: number
  /** What it would have been with a budget that was large enough, where the API says so. */
  desiredValue: number | undefined
  campaignId: number
  /** Undefined where a proxy keeps it from shoppers. */
  rulesetId: number | undefined
  /** Undefined where a proxy keeps it from shoppers. */
  ruleName: string | undefined
  ruleIndex: number
  /** The code of the coupon it was given for. */
  coupon: string | undefined
  /** The referral code that its rule accepted. */
  referral: string | undefined
  /** The unit of the line, from 0; undefined for what is off a whole line, a cost or the cart. */
  subPosition: number | undefined
  /** Which bundle of which kind it belongs to. */
  bundle: { name: string; index: number | undefined } | undefined
}

/** The reasons for all discounts of a cart, in the order in which they came. The values of each list sum to that discount, exactly. */
export interface Explanation {
  /** For each line of `cartItems`, in its order. */
  lines: Reason[][]
  /** For each of the session's costs, by its name. */
  additionalCosts: ReadonlyMap<string, Reason[]>
  /** What is off the cart as a whole. */
  cart: Reason[]
}

/**
 * Says which campaign and which rule gave each discount of a session, by the effects that came with it. Pure, and linear in lines and
 * effects. Counts what `priceCart` counts: a line's values sum to its `discount`, those of `cart` to `sessionDiscount`.
 *
 * @example
 * const { session, effects, keys } = useCart()
 * const why = session && explain(session, effects).lines[keys.indexOf(line.key)]
 */
export function explain(session: Priceable, effects: readonly Effect[]): Explanation {
  const uncounted = new Set<Effect>(priceCart(session, effects).unknown)
  const codes = codesOf(effects)
  const lines = session.cartItems.map((): Reason[] => [])
  const additionalCosts = new Map(Object.keys(session.additionalCosts ?? {}).map((name) => [name, [] as Reason[]]))
  const cart: Reason[] = []
  for (const effect of effects) {
    if (!isDiscount(effect) || uncounted.has(effect)) continue
    listFor(effect)?.push(reasonOf(effect, codes))
  }
  return { lines, additionalCosts, cart }

  function listFor({ effectType, props }: Discount): Reason[] | undefined {
    if (effectType === 'setDiscount') return cart
    return effectType === 'setDiscountPerAdditionalCost' ? additionalCosts.get(props.additionalCost) : lines[props.position]
  }
}

function reasonOf(effect: Discount, codes: ReadonlyMap<string, string>): Reason {
  const { effectType, props, campaignId, rulesetId, ruleIndex, ruleName, triggeredByCoupon } = effect
  const { bundleName, bundleIndex } = effectType === 'setDiscountPerItem' ? effect.props : {}
  return {
    effectType,
    name: nameOf(props),
    value: props.value,
    desiredValue: props.desiredValue,
    campaignId,
    // The shopper's proxy answers 0 and '' for what is not for shoppers.
    rulesetId: rulesetId || undefined,
    ruleName: ruleName || undefined,
    ruleIndex,
    coupon: triggeredByCoupon === undefined ? undefined : codes.get(couponKey(campaignId, triggeredByCoupon)),
    referral: codes.get(referralKey(campaignId, ruleIndex)),
    subPosition: 'subPosition' in props ? props.subPosition : undefined,
    bundle: bundleName === undefined ? undefined : { name: bundleName, index: bundleIndex },
  }
}

// An effect names its coupon by number, and its referral not at all: the code is in the effect that accepted it.
function codesOf(effects: readonly Effect[]): ReadonlyMap<string, string> {
  const codes = new Map<string, string>()
  for (const effect of effects) {
    const { campaignId, ruleIndex, triggeredByCoupon } = effect
    if (effect.effectType === 'acceptCoupon' && triggeredByCoupon !== undefined)
      codes.set(couponKey(campaignId, triggeredByCoupon), effect.props.value)
    if (effect.effectType === 'acceptReferral' || effect.effectType === 'redeemReferral')
      codes.set(referralKey(campaignId, ruleIndex), effect.props.value)
  }
  return codes
}

const couponKey = (campaignId: number, couponId: number): string => `coupon ${campaignId}/${couponId}`
const referralKey = (campaignId: number, ruleIndex: number): string => `referral ${campaignId}/${ruleIndex}`
