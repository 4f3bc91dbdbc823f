import type { Effect, EffectOf, EffectType, UnknownEffect } from './effects.ts'
import type { CartItem, CustomerSessionV2 } from './schema.ts'

/** One line with what its effects give. Major currency units. */
export interface PricedLine {
  /** The line's index in `cartItems`. */
  position: number
  item: CartItem
  /** `price` times quantity, with the line's own additional costs. */
  subtotal: number
  /** What effects take off, summed over the line's units. Positive. */
  discount: number
  /** `subtotal` less `discount`, not below 0. */
  total: number
  /** The discount of each unit when all units have the same; undefined when they differ. */
  discountPerUnit: number | undefined
}

/** One discount by its name, summed over everything it applies to. Positive, major currency units. */
export interface PricedDiscount {
  name: string
  value: number
}

/** A cost beside the items, such as shipping. Major currency units. */
export interface PricedCost {
  name: string
  subtotal: number
  discount: number
  total: number
}

/** What the rules say of one code. */
export interface PricedCode {
  code: string
  status: 'accepted' | 'rejected'
  /** Why it was refused, in the API's word. */
  reason?: string
}

/** Points the cart earns (positive) or spends (negative); booked when the session closes. */
export interface PricedPoints {
  programId: number
  /** `''` is the main ledger. */
  subLedgerId: string
  name: string
  value: number
}

/** A session priced by the effects that came with it. Major currency units, exact to the cent and beyond. */
export interface PricedCart {
  lines: PricedLine[]
  additionalCosts: PricedCost[]
  /** Every discount by name, those of single items included. */
  discounts: PricedDiscount[]
  /** The part of the discounts that is on the cart as a whole rather than on a line or a cost. */
  sessionDiscount: number
  subtotal: number
  discount: number
  /** Not below 0. */
  total: number
  coupons: PricedCode[]
  referral: PricedCode | undefined
  freeItems: { sku: string; name: string; quantity: number }[]
  points: PricedPoints[]
  notifications: { type: string; title: string; body: string }[]
  /** Effects this version does not know, as they came. */
  unknown: UnknownEffect[]
}

/**
 * Prices a session by the effects that came with it: never by those of another answer, since effects address lines by position.
 * Pure. Sums are exact decimals, so 0.1 + 0.2 is 0.3. Never fatal: effects it does not know are handed through.
 */
export function priceCart(session: Pick<CustomerSessionV2, 'cartItems' | 'additionalCosts'>, effects: readonly Effect[]): PricedCart {
  const sorted = sortEffects(effects)
  const perUnit = groupByPosition(sorted)
  const lines = session.cartItems.map((item, position) => priceLine(item, position, perUnit.get(position) ?? []))
  const additionalCosts = Object.entries(session.additionalCosts ?? {}).map(([name, { price }]) => priceCost(name, price, sorted))
  const sessionDiscount = sum(sorted.setDiscount.map(({ props }) => props.value))
  const subtotal = sum(lines.map((line) => line.subtotal))
  const discount = sum([sessionDiscount, ...lines.map((line) => line.discount), ...additionalCosts.map((cost) => cost.discount)])
  return {
    lines,
    additionalCosts,
    discounts: sumByName(sorted),
    sessionDiscount,
    subtotal,
    discount,
    total: Math.max(0, sum([subtotal, ...additionalCosts.map((cost) => cost.subtotal), -discount])),
    coupons: [
      ...sorted.acceptCoupon.map(({ props }): PricedCode => ({ code: props.value, status: 'accepted' })),
      ...sorted.rejectCoupon.map(({ props }): PricedCode => ({ code: props.value, status: 'rejected', reason: props.rejectionReason })),
    ],
    referral: priceReferral(sorted),
    freeItems: countFreeItems(sorted),
    points: [
      ...sorted.addLoyaltyPoints.map(({ props }) => pointsOf(props, props.value)),
      ...sorted.deductLoyaltyPoints.map(({ props }) => pointsOf(props, -props.value)),
    ],
    notifications: sorted.showNotification.map(({ props }) => ({ type: props.notificationType, title: props.title, body: props.body })),
    unknown: sorted.unknown,
  }
}

/** The exact sum of decimal amounts, as the nearest number. */
export function sum(amounts: readonly number[]): number {
  const scale = 10 ** Math.max(0, ...amounts.map(decimals))
  // Whole numbers add exactly, and dividing one by a power of ten gives the number nearest to the decimal.
  const total = amounts.reduce((whole, amount) => whole + Math.round(amount * scale), 0)
  return Number.isSafeInteger(total) ? total / scale : amounts.reduce((rough, amount) => rough + amount, 0)
}

/** An amount times a whole quantity, as exact as {@link sum}. */
export function times(amount: number, quantity: number): number {
  const scale = 10 ** decimals(amount)
  const whole = Math.round(amount * scale) * quantity
  return Number.isSafeInteger(whole) ? whole / scale : amount * quantity
}

function decimals(amount: number): number {
  const [mantissa = '', exponent = '0'] = String(amount).split('e')
  return Math.max(0, (mantissa.split('.')[1] ?? '').length - Number(exponent))
}

// The effects a cart is priced by; the rest is known, but says nothing about this price.
const pricing = [
  'setDiscount',
  'setDiscountPerItem',
  'setDiscountPerAdditionalCost',
  'setDiscountPerAdditionalCostPerItem',
  'acceptCoupon',
  'rejectCoupon',
  'acceptReferral',
  'redeemReferral',
  'rejectReferral',
  'addFreeItem',
  'addLoyaltyPoints',
  'deductLoyaltyPoints',
  'showNotification',
] as const satisfies EffectType[]

const others = [
  'couponCreated',
  'referralCreated',
  'triggerWebhook',
  'changeLoyaltyTierLevel',
  'updateAttribute',
  'rollbackCoupon',
  'rollbackReferral',
  'rollbackDiscount',
  'rollbackAddedLoyaltyPoints',
  'rollbackDeductedLoyaltyPoints',
  'showBundleMetadata',
  'awardGiveaway',
  'willAwardGiveaway',
  'error',
  'customEffect',
  'reserveCoupon',
  'addToAudience',
  'removeFromAudience',
  'increaseAchievementProgress',
  'rollbackIncreasedAchievementProgress',
  'extendLoyaltyPointsExpiryDate',
  'setLoyaltyPointsExpiryDate',
  'startAchievementProgress',
] as const satisfies Exclude<EffectType, (typeof pricing)[number]>[]

// Does not compile while an effect type stands in neither list.
type Unlisted = Exclude<EffectType, (typeof pricing)[number] | (typeof others)[number]>
const known: ReadonlySet<string> = new Set<string>([...pricing, ...others] satisfies [Unlisted] extends [never] ? string[] : never)

type SortedEffects = { [Type in (typeof pricing)[number]]: EffectOf<Type>[] } & { unknown: UnknownEffect[] }

function sortEffects(effects: readonly Effect[]): SortedEffects {
  const of = <Type extends EffectType>(type: Type) => effects.filter((effect): effect is EffectOf<Type> => effect.effectType === type)
  return {
    setDiscount: of('setDiscount'),
    setDiscountPerItem: of('setDiscountPerItem'),
    setDiscountPerAdditionalCost: of('setDiscountPerAdditionalCost'),
    setDiscountPerAdditionalCostPerItem: of('setDiscountPerAdditionalCostPerItem'),
    acceptCoupon: of('acceptCoupon'),
    rejectCoupon: of('rejectCoupon'),
    acceptReferral: of('acceptReferral'),
    redeemReferral: of('redeemReferral'),
    rejectReferral: of('rejectReferral'),
    addFreeItem: of('addFreeItem'),
    addLoyaltyPoints: of('addLoyaltyPoints'),
    deductLoyaltyPoints: of('deductLoyaltyPoints'),
    showNotification: of('showNotification'),
    unknown: effects.filter((effect): effect is UnknownEffect => !known.has(effect.effectType)),
  }
}

/** A discount on one unit of a line, or, without `subPosition`, on the line. */
type UnitDiscount = { value: number; position: number; subPosition?: number }

function groupByPosition(effects: SortedEffects): Map<number, UnitDiscount[]> {
  const groups = new Map<number, UnitDiscount[]>()
  for (const { props } of [...effects.setDiscountPerItem, ...effects.setDiscountPerAdditionalCostPerItem]) {
    const group = groups.get(props.position)
    if (group) group.push(props)
    else groups.set(props.position, [props])
  }
  return groups
}

function priceLine(item: CartItem, position: number, discounts: readonly UnitDiscount[]): PricedLine {
  const costs = Object.values(item.additionalCosts ?? {}).map((cost) => cost.price)
  const subtotal = times(sum([item.price ?? 0, ...costs]), item.quantity)
  const discount = sum(discounts.map(({ value }) => value))
  return {
    position,
    item,
    subtotal,
    discount,
    total: Math.max(0, sum([subtotal, -discount])),
    discountPerUnit: equalPerUnit(discounts, item.quantity),
  }
}

function equalPerUnit(discounts: readonly UnitDiscount[], quantity: number): number | undefined {
  if (discounts.length === 0) return 0
  const units = new Map<number, number>()
  for (const { value, subPosition } of discounts) {
    if (subPosition === undefined) return undefined
    units.set(subPosition, sum([units.get(subPosition) ?? 0, value]))
  }
  const [first] = units.values()
  return units.size === quantity && [...units.values()].every((value) => value === first) ? first : undefined
}

function priceCost(name: string, subtotal: number, effects: SortedEffects): PricedCost {
  const discount = sum(
    effects.setDiscountPerAdditionalCost.filter(({ props }) => props.additionalCost === name).map(({ props }) => props.value),
  )
  return { name, subtotal, discount, total: Math.max(0, sum([subtotal, -discount])) }
}

function sumByName(effects: SortedEffects): PricedDiscount[] {
  const values = new Map<string, number[]>()
  const all = [
    ...effects.setDiscountPerItem,
    ...effects.setDiscountPerAdditionalCostPerItem,
    ...effects.setDiscountPerAdditionalCost,
    ...effects.setDiscount,
  ]
  for (const { props } of all) {
    // The API ends the name of a per-item discount with `#` and the item's position.
    const name = props.name.replace(/#\d+$/, '').trim()
    const amounts = values.get(name)
    if (amounts) amounts.push(props.value)
    else values.set(name, [props.value])
  }
  return [...values].map(([name, amounts]) => ({ name, value: sum(amounts) }))
}

function priceReferral(effects: SortedEffects): PricedCode | undefined {
  const accepted = effects.acceptReferral[0] ?? effects.redeemReferral[0]
  if (accepted) return { code: accepted.props.value, status: 'accepted' }
  const [rejected] = effects.rejectReferral
  return rejected && { code: rejected.props.value, status: 'rejected', reason: rejected.props.rejectionReason }
}

function countFreeItems(effects: SortedEffects): PricedCart['freeItems'] {
  const items = new Map<string, PricedCart['freeItems'][number]>()
  for (const { props } of effects.addFreeItem) {
    const { quantity } = items.get(props.sku) ?? { quantity: 0 }
    items.set(props.sku, { sku: props.sku, name: props.name, quantity: quantity + 1 })
  }
  return [...items.values()]
}

function pointsOf(props: { programId: number; subLedgerId: string; name: string }, value: number): PricedPoints {
  return { programId: props.programId, subLedgerId: props.subLedgerId, name: props.name, value }
}
