import { addTo, amountOf, sumEach, sumOf, takeOff, times } from './decimal.ts'
import type { Effect, EffectOf, UnknownEffect } from './effects.ts'
import type { Rejection } from './rejections/message.ts'
import { isSame } from './same.ts'
import type { CartItem, CustomerSessionV2, UnknownWord } from './schema.ts'

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
  /** Every discount by name, those of single items included, in the order in which they came. Summed when first read. */
  readonly discounts: PricedDiscount[]
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
  /** The effects it is priced by, as they came. */
  effects: readonly Effect[]
}

/** The part of a session that has a price. */
export type Priceable = Pick<CustomerSessionV2, 'cartItems' | 'additionalCosts'>

/**
 * Prices a session by the effects that came with it: never by those of another answer, since effects address lines by position.
 * Pure. What an effect gives (`value`) counts, not what it would have given (`desiredValue`); rollbacks are of earlier answers and
 * change no price. Sums are exact decimals, so 0.1 + 0.2 is 0.3. Never fatal: effects it does not know, or that name a line or a
 * cost which is not there, are handed through. `explain` says which rule gave what.
 *
 * @param before An earlier price of the same cart: a line that says the same as there keeps its object.
 */
export function priceCart(session: Priceable, effects: readonly Effect[], before?: PricedCart): PricedCart {
  const { cartItems } = session
  const costs = Object.entries(session.additionalCosts ?? {})
  const costPlaces = new Map(costs.map(([name], index) => [name, cartItems.length + index]))
  const cartPlace = cartItems.length + costs.length
  const taken = newTaken(cartItems, cartPlace + 1)
  const accepted: PricedCode[] = []
  const rejected: PricedCode[] = []
  let referral: PricedCode | undefined
  const freeItems = new Map<string, PricedCart['freeItems'][number]>()
  const earned: PricedPoints[] = []
  const spent: PricedPoints[] = []
  const notifications: PricedCart['notifications'] = []
  let discounts: PricedDiscount[] | undefined

  const takeAt = (place: number | undefined, { value }: NamedDiscount): boolean => {
    if (place === undefined || !isNumber(value)) return false
    take(taken, place, value)
    return true
  }

  // Whether an effect counts, or is known to say nothing of a price. An answer is whatever the server sent.
  const count = (effect: Exclude<Effect, EffectOf<'setDiscountPerItem'>>): boolean => {
    switch (effect.effectType) {
      case 'setDiscountPerAdditionalCostPerItem':
        return hasCost(cartItems, effect.props) && takeFromLine(taken, cartItems, effect.props)
      case 'setDiscountPerAdditionalCost':
        return takeAt(costPlaces.get(effect.props.additionalCost), effect.props)
      case 'setDiscount':
        return takeAt(cartPlace, effect.props)
      case 'acceptCoupon':
        return isText(effect.props.value) && accepted.push(acceptanceOf(effect)) > 0
      case 'rejectCoupon':
        return isText(effect.props.value) && rejected.push(refusalOf(effect)) > 0
      case 'acceptReferral':
      case 'redeemReferral':
        if (!isText(effect.props.value)) return false
        if (referral?.status !== 'accepted') referral = acceptanceOf(effect)
        return true
      case 'rejectReferral':
        if (!isText(effect.props.value)) return false
        referral ??= refusalOf(effect)
        return true
      case 'addFreeItem': {
        const { sku, name } = effect.props
        if (!isText(sku)) return false
        freeItems.set(sku, { sku, name, quantity: (freeItems.get(sku)?.quantity ?? 0) + 1 })
        return true
      }
      case 'addLoyaltyPoints':
      case 'deductLoyaltyPoints': {
        const { programId, subLedgerId, name, value } = effect.props
        if (!isNumber(value) || !isNumber(programId)) return false
        const isEarned = effect.effectType === 'addLoyaltyPoints'
        return (isEarned ? earned : spent).push({ programId, subLedgerId, name, value: isEarned ? value : -value }) > 0
      }
      case 'showNotification': {
        const { notificationType: type, title, body } = effect.props
        return isText(title) && isText(body) && notifications.push({ type, title, body }) > 0
      }
      default:
        return silent.test(effect.effectType satisfies Silent | UnknownWord)
    }
  }
  const unknown = takeAll(effects, cartItems, taken, count)
  const { lines, subtotal, offLines } = priceLines(cartItems, taken, before?.lines ?? [])
  const additionalCosts = costs.map(([name, cost], index) => priceCost(name, priceOf(cost), takenFrom(taken, cartItems.length + index)))
  const sessionDiscount = takenFrom(taken, cartPlace)
  const offCosts = additionalCosts.map((cost) => cost.discount)
  const discount = sumOf([sumOf([sessionDiscount, ...offCosts]), offLines])
  return {
    lines,
    additionalCosts,
    get discounts() {
      return (discounts ??= sumByName(effects, new Set(unknown)))
    },
    sessionDiscount,
    subtotal,
    discount,
    total: takeOff(sumOf([subtotal, sumEach(additionalCosts, (cost) => cost.subtotal)]), discount),
    coupons: [...accepted, ...rejected],
    referral,
    freeItems: [...freeItems.values()],
    points: [...earned, ...spent],
    notifications,
    unknown,
    effects,
  }
}

const isNumber = Number.isFinite
const isText = (value: unknown): value is string => typeof value === 'string'

function priceOf(priced: { price?: number } | null): number {
  const price = priced?.price
  return price !== undefined && isNumber(price) ? price : 0
}

// Known, but they say nothing of a price: does not compile while an effect type is neither here nor counted above.
type Silent =
  | `${'coupon' | 'referral'}Created`
  | `rollback${'Coupon' | 'Referral' | 'Discount' | 'IncreasedAchievementProgress' | `${'Add' | 'Deduct'}edLoyaltyPoints`}`
  | `${'extend' | 'set'}LoyaltyPointsExpiryDate`
  | `${'increase' | 'start'}AchievementProgress`
  | `${'a' | 'willA'}wardGiveaway`
  | 'addToAudience'
  | 'removeFromAudience'
  | 'changeLoyaltyTierLevel'
  | 'customEffect'
  | 'error'
  | 'reserveCoupon'
  | 'showBundleMetadata'
  | 'triggerWebhook'
  | 'updateAttribute'
// The same as a pattern, which is shorter than the list.
const silent =
  /^((coupon|referral)Created|rollback(Coupon|Referral|Discount|IncreasedAchievementProgress|(Add|Deduct)edLoyaltyPoints)|(extend|set)LoyaltyPointsExpiryDate|(increase|start)AchievementProgress|(a|willA)wardGiveaway|addToAudience|removeFromAudience|changeLoyaltyTierLevel|customEffect|error|reserveCoupon|showBundleMetadata|triggerWebhook|updateAttribute)$/

/** An effect that takes something off a price. */
export type Discount = EffectOf<
  'setDiscount' | 'setDiscountPerItem' | 'setDiscountPerAdditionalCost' | 'setDiscountPerAdditionalCostPerItem'
>

interface NamedDiscount {
  name: string
  value: number
  position?: number
}

/** A discount on one unit of a line, or, without `subPosition`, on the line. */
interface UnitDiscount extends NamedDiscount {
  position: number
  subPosition?: number
}

/** What is taken off, by place: the lines, then the costs, then the cart as a whole. */
interface Taken {
  millionths: Float64Array
  /** What has more than six places, or is too large for that. */
  rest: Map<number, number[]>
  /** By unit, those of all lines one after another; empty when there are more than a session may have. */
  units: Float64Array
  /** Where the units of each line begin. */
  first: Int32Array
}

// Source: customer sessions, OpenAPI.
const mostUnits = 10_000

// One cart after another is worked out on the same paper: making it anew takes longer than pricing a small one.
let paper = { millionths: new Float64Array(), units: new Float64Array(), first: new Int32Array() }
const noUnits = new Float64Array()

function newTaken(cartItems: readonly CartItem[], places: number): Taken {
  if (paper.first.length < places)
    paper = { millionths: new Float64Array(places), units: new Float64Array(mostUnits), first: new Int32Array(places) }
  const { millionths, first } = paper
  let units = 0
  cartItems.forEach(({ quantity }, position) => {
    first[position] = units
    // A server may answer anything; but what is not a number of units has none.
    units += quantity > 0 ? Math.ceil(quantity) : 0
  })
  return {
    millionths: millionths.fill(0, 0, places),
    rest: new Map(),
    units: units <= mostUnits ? paper.units.fill(0, 0, units) : noUnits,
    first,
  }
}

function take({ millionths, rest }: Taken, place: number, value: number): void {
  const sum = addTo(millionths[place] ?? 0, value)
  if (isNumber(sum)) millionths[place] = sum
  else
    rest
      .set(place, rest.get(place) ?? [])
      .get(place)
      ?.push(value)
}

function takenFrom({ millionths, rest }: Taken, place: number): number {
  const amount = amountOf(millionths[place] ?? 0)
  const others = rest.size > 0 && rest.get(place)
  return others ? sumOf([amount, ...others]) : amount
}

// The two loops over all effects and all lines are functions of their own, or engines find them too long to inline what they call.
function takeAll(
  effects: readonly Effect[],
  cartItems: readonly CartItem[],
  taken: Taken,
  count: (effect: Exclude<Effect, EffectOf<'setDiscountPerItem'>>) => boolean,
): UnknownEffect[] {
  const uncounted: Effect[] = []
  for (const effect of effects) {
    // Most are of this type, and comparing texts takes time.
    const isCounted =
      effect.props && (effect.effectType === 'setDiscountPerItem' ? takeFromLine(taken, cartItems, effect.props) : count(effect))
    if (!isCounted) uncounted.push(effect)
  }
  // They have a type of tomorrow, or props that are not those of their type.
  return uncounted as UnknownEffect[]
}

function takeFromLine(taken: Taken, cartItems: readonly CartItem[], { position, subPosition, value }: UnitDiscount): boolean {
  const item = isNumber(position) ? cartItems[position] : undefined
  if (!item || !isNumber(value)) return false
  take(taken, position, value)
  takeFromUnit(taken, position, item.quantity, subPosition, value)
  return true
}

function takeFromUnit({ units, first }: Taken, position: number, quantity: number, subPosition = NaN, value: number): void {
  const start = first[position] ?? 0
  const unit = subPosition >= 0 && subPosition < quantity ? start + subPosition : NaN
  const before = units[unit]
  if (before !== undefined) units[unit] = before === 0 ? value : sumOf([before, value])
  // What is off the line rather than off one of its units leaves no unit's discount known. A line without units begins where the next does.
  else if (quantity > 0) units[start] = NaN
}

/** The discount of each unit of a line when all have the same. */
function perUnit({ units, first }: Taken, position: number, quantity: number, discount: number): number | undefined {
  const start = first[position] ?? 0
  const one = units[start] ?? 0
  for (let unit = 1; unit < quantity; unit++) if (units[start + unit] !== one) return undefined
  return isNumber(one) && (one !== 0 || discount === 0) ? one : undefined
}

function hasCost(cartItems: readonly CartItem[], { position, additionalCost }: UnitDiscount & { additionalCost: string }): boolean {
  return Object.hasOwn(cartItems[position]?.additionalCosts ?? {}, additionalCost)
}

function priceLines(cartItems: readonly CartItem[], taken: Taken, before: readonly PricedLine[]) {
  let subtotals = 0
  let discounts = 0
  const lines = cartItems.map((item, position) => priceLine(item, position, taken, before[position]))
  for (const line of lines) {
    subtotals = addTo(subtotals, line.subtotal)
    discounts = addTo(discounts, line.discount)
  }
  return {
    lines,
    subtotal: isNumber(subtotals) ? amountOf(subtotals) : sumEach(lines, (line) => line.subtotal),
    offLines: isNumber(discounts) ? amountOf(discounts) : sumEach(lines, (line) => line.discount),
  }
}

function priceLine(item: CartItem, position: number, taken: Taken, before: PricedLine | undefined): PricedLine {
  const { quantity } = item
  const subtotal = times(item.additionalCosts ? unitPriceOf(item) : priceOf(item), quantity)
  const discount = takenFrom(taken, position)
  const discountPerUnit = perUnit(taken, position, quantity, discount)
  return before &&
    before.subtotal === subtotal &&
    before.discount === discount &&
    before.discountPerUnit === discountPerUnit &&
    isSame(before.item, item)
    ? before
    : { position, item, subtotal, discount, total: takeOff(subtotal, discount), discountPerUnit }
}

/** What a unit costs with its own additional costs. */
export function unitPriceOf(item: Pick<CartItem, 'price' | 'additionalCosts'>): number {
  return sumOf([priceOf(item), ...Object.values(item.additionalCosts ?? {}).map(priceOf)])
}

function priceCost(name: string, subtotal: number, discount: number): PricedCost {
  return { name, subtotal, discount, total: takeOff(subtotal, discount) }
}

function sumByName(effects: readonly Effect[], uncounted: ReadonlySet<Effect>): PricedDiscount[] {
  const amounts = new Map<string, number[]>()
  for (const effect of effects) {
    if (!isDiscount(effect) || uncounted.has(effect)) continue
    const name = nameOf(effect.props)
    amounts
      .set(name, amounts.get(name) ?? [])
      .get(name)
      ?.push(effect.props.value)
  }
  return [...amounts].map(([name, values]) => ({ name, value: sumOf(values) }))
}

/** Whether an effect takes something off a price. */
export function isDiscount(effect: Effect): effect is Discount {
  return /^setDiscount(Per(Item|AdditionalCost(PerItem)?))?$/.test(effect.effectType)
}

/** The name of a discount for people. The API ends that of a per-item discount with `#` and the item's position. */
export function nameOf({ name: given, position }: NamedDiscount): string {
  const name = String(given ?? '')
  const suffix = position === undefined ? '' : `#${position}`
  return (name.endsWith(suffix) ? name.slice(0, name.length - suffix.length) : name).trim()
}

function acceptanceOf({ props }: EffectOf<'acceptCoupon' | 'acceptReferral' | 'redeemReferral'>): PricedCode {
  return { code: props.value, status: 'accepted' }
}

function refusalOf({ props }: EffectOf<'rejectCoupon' | 'rejectReferral'>): PricedCode {
  const { value, rejectionReason, campaignExclusionReason } = props
  return {
    code: value,
    status: 'rejected',
    // A server may leave it out or send what is no text: then it is a word that no version knows.
    reason: isText(rejectionReason) ? rejectionReason : ('' as UnknownWord),
    ...(isText(campaignExclusionReason) && { campaignExclusionReason }),
  }
}
