import type { Effect, EffectOf, EffectType, UnknownEffect } from './effects.ts'
import type { Rejection } from './rejections/message.ts'
import type { Attributes, CartItem, CustomerSessionV2, UnknownWord } from './schema.ts'

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
export type PricedCode = { code: string; status: 'accepted' } | ({ code: string; status: 'rejected' } & Rejection)

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
  /** Effects this version does not know, and those it cannot place, as they came. */
  unknown: UnknownEffect[]
}

/** The part of a session that has a price. */
type Priceable = Pick<CustomerSessionV2, 'cartItems' | 'additionalCosts'>

/**
 * Prices a session by the effects that came with it: never by those of another answer, since effects address lines by position.
 * Pure. Sums are exact decimals, so 0.1 + 0.2 is 0.3. Never fatal: effects it does not know, or that name a line or a cost which
 * is not there, are handed through.
 */
export function priceCart(session: Priceable, effects: readonly Effect[]): PricedCart {
  const sorted = sortEffects(session, effects)
  const perUnit = groupByPosition(sorted)
  const lines = session.cartItems.map((item, position) => priceLine(item, position, perUnit.get(position) ?? []))
  const additionalCosts = Object.entries(session.additionalCosts ?? {}).map(([name, cost]) => priceCost(name, priceOf(cost), sorted))
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
      ...sorted.rejectCoupon.map(priceRejected),
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
  const places = amounts.reduce((most, amount) => Math.max(most, decimals(amount)), 0)
  const wholes = amounts.map((amount) => Math.round(amount * 10 ** places))
  if (isExact(wholes, places)) return wholes.reduce((total, whole) => total + whole, 0) / 10 ** places
  if (!amounts.every(Number.isFinite)) return amounts.reduce((rough, amount) => rough + amount, 0)
  return fromDigits(
    amounts.reduce((total, amount) => total + digits(amount, places), 0n),
    places,
  )
}

/** An amount times a whole quantity, as exact as {@link sum}. */
export function times(amount: number, quantity: number): number {
  const places = decimals(amount)
  const whole = Math.round(amount * 10 ** places) * quantity
  if (isExact([whole], places)) return whole / 10 ** places
  if (!Number.isFinite(amount) || !Number.isInteger(quantity)) return amount * quantity
  return fromDigits(digits(amount, places) * BigInt(quantity), places)
}

// Whole numbers add exactly, and dividing one by a power of ten gives the number nearest to the decimal; as long as both are so
// small that rounding cannot have missed the whole number.
function isExact(wholes: readonly number[], places: number): boolean {
  return places <= 22 && wholes.reduce((size, whole) => size + Math.abs(whole), 0) < 2 ** 50
}

/** A number's decimal digits as written, with `places` of them after the point. */
function digits(amount: number, places: number): bigint {
  const [mantissa = '', exponent = '0'] = String(amount).split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  return BigInt(whole + fraction) * 10n ** BigInt(places - fraction.length + Number(exponent))
}

function fromDigits(whole: bigint, places: number): number {
  return Number(`${whole}e-${places}`)
}

function decimals(amount: number): number {
  const [mantissa = '', exponent = '0'] = String(amount).split('e')
  return Math.max(0, (mantissa.split('.')[1] ?? '').length - Number(exponent))
}

const isAmount = (value: unknown): boolean => Number.isFinite(value)
const isText = (value: unknown): value is string => typeof value === 'string'
const isLineOf = ({ cartItems }: Priceable, position: unknown): boolean => isAmount(position) && Object.hasOwn(cartItems, Number(position))
const isCostOf = ({ additionalCosts }: Priceable, name: unknown): boolean =>
  isText(name) && Object.hasOwn(additionalCosts ?? {}, String(name))

// The effects a cart is priced by, with what each must hold to count; the rest is known, but says nothing about this price.
const pricing = {
  setDiscount: ({ value }) => isAmount(value),
  setDiscountPerItem: ({ value, position }, session) => isAmount(value) && isLineOf(session, position),
  setDiscountPerAdditionalCost: ({ value, additionalCost }, session) => isAmount(value) && isCostOf(session, additionalCost),
  setDiscountPerAdditionalCostPerItem: ({ value, position }, session) => isAmount(value) && isLineOf(session, position),
  acceptCoupon: ({ value }) => isText(value),
  rejectCoupon: ({ value }) => isText(value),
  acceptReferral: ({ value }) => isText(value),
  redeemReferral: ({ value }) => isText(value),
  rejectReferral: ({ value }) => isText(value),
  addFreeItem: ({ sku }) => isText(sku),
  addLoyaltyPoints: ({ value, programId }) => isAmount(value) && isAmount(programId),
  deductLoyaltyPoints: ({ value, programId }) => isAmount(value) && isAmount(programId),
  showNotification: ({ title, body }) => isText(title) && isText(body),
} as const satisfies { [Type in EffectType]?: (props: Attributes, session: Priceable) => boolean }

type PricingType = keyof typeof pricing

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
] as const satisfies Exclude<EffectType, PricingType>[]

// Does not compile while an effect type stands in neither list.
type Unlisted = Exclude<EffectType, PricingType | (typeof others)[number]>
const sayNothing: ReadonlySet<string> = new Set<string>(others satisfies [Unlisted] extends [never] ? readonly string[] : never)

type SortedEffects = { [Type in PricingType]: EffectOf<Type>[] } & { unknown: UnknownEffect[] }

function sortEffects(session: Priceable, effects: readonly Effect[]): SortedEffects {
  const counted = new Set(effects.filter((effect) => isCounted(effect, session)))
  const of = <Type extends EffectType>(type: Type) => [...counted].filter((effect): effect is EffectOf<Type> => effect.effectType === type)
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
    unknown: effects.filter((effect): effect is UnknownEffect => !counted.has(effect) && !sayNothing.has(effect.effectType)),
  }
}

// An answer is whatever the server sent: its types say what it should be.
function isCounted({ effectType, props }: Effect, session: Priceable): boolean {
  if (!Object.hasOwn(pricing, effectType) || typeof props !== 'object' || props === null) return false
  // `Object.hasOwn` has made sure that the type is one of the keys.
  const holds: (props: Attributes, session: Priceable) => boolean = pricing[effectType as PricingType]
  return holds({ ...props }, session)
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
  const subtotal = times(sum([priceOf(item), ...Object.values(item.additionalCosts ?? {}).map(priceOf)]), item.quantity)
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

function priceOf(priced: { price?: number } | null): number {
  const price = priced?.price
  return price !== undefined && isAmount(price) ? price : 0
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
    const suffix = 'position' in props ? `#${props.position}` : ''
    const given = String(props.name ?? '')
    const name = (given.endsWith(suffix) ? given.slice(0, given.length - suffix.length) : given).trim()
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
  return rejected && priceRejected(rejected)
}

function priceRejected({ props }: EffectOf<'rejectCoupon' | 'rejectReferral'>): PricedCode {
  const { value, rejectionReason, campaignExclusionReason } = props
  return {
    code: value,
    status: 'rejected',
    // A server may leave it out or send what is no text: then it is a word that no version knows.
    reason: isText(rejectionReason) ? rejectionReason : ('' as UnknownWord),
    ...(isText(campaignExclusionReason) && { campaignExclusionReason }),
  }
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
