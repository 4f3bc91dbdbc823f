/** Ready-made rules for the campaigns that most shops have. Percentages from 0 to 100, amounts in major currency units. */
import {
  addFreeItem,
  addLoyaltyPoints,
  awardGiveaway,
  setDiscount,
  setDiscountPerAdditionalCost,
  setDiscountPerItem,
  setDiscountProRata,
} from './rule-effects.ts'
import type { RuleCart, RuleEffect, SandboxRule, Unit } from './rules.ts'

/** What every ready-made rule takes beside its own. */
export interface RuleOptions extends Partial<Pick<SandboxRule, 'needs' | 'when' | 'displayName' | 'displayDescription' | 'relatedData'>> {
  /** The rule's name, and that of its discounts. Default: what it does, in English. */
  name?: string
}

/** What a rule about items takes. */
export interface ItemRuleOptions extends RuleOptions {
  /** The units it is about. Default: all. */
  which?: (unit: Unit) => boolean
}

/** A percentage off the items of the cart, from 0 to 100. */
export function percentOffCart(percent: number, options: RuleOptions = {}): SandboxRule {
  const { name = `${percent} % off`, ...rest } = options
  return { ...rest, name, then: (cart) => [setDiscount(name, share(cart.itemTotal, percent))] }
}

/** An amount off the cart, in major currency units; at most what its items cost. */
export function amountOffCart(amount: number, options: RuleOptions = {}): SandboxRule {
  const { name = `${amount} off`, ...rest } = options
  return { ...rest, name, then: (cart) => [setDiscount(name, Math.min(amount, cart.itemTotal))] }
}

/** A percentage off each unit, from 0 to 100. */
export function percentOffItems(percent: number, options: ItemRuleOptions = {}): SandboxRule {
  const { name = `${percent} % off each`, which, ...rest } = options
  return forItems(name, which, rest, (units) => units.map((unit) => setDiscountPerItem(name, unit, share(unit.price, percent))))
}

/** An amount off each unit, in major currency units; at most its price. */
export function amountOffItems(amount: number, options: ItemRuleOptions = {}): SandboxRule {
  const { name = `${amount} off each`, which, ...rest } = options
  return forItems(name, which, rest, (units) => units.map((unit) => setDiscountPerItem(name, unit, amount)))
}

/** What {@link buyXGetY} takes. */
export interface BuyXGetYOptions extends ItemRuleOptions {
  /** How many units are paid in full. */
  buy: number
  /** How many then are free, or cheaper. */
  get: number
  /** The percentage off those, from 0 to 100. @default 100 */
  percent?: number
}

/** Of so many units, the cheapest are free, or cheaper: buy 2, get 1 gives one of every three. */
export function buyXGetY(options: BuyXGetYOptions): SandboxRule {
  const { buy, get, percent = 100, name = `Buy ${buy}, get ${get}`, which, ...rest } = options
  const enough = (cart: RuleCart): boolean => cart.units.filter(which ?? any).length >= buy + get
  return forItems(name, which, { ...rest, when: also(enough, rest.when) }, (units) => {
    const count = Math.floor(units.length / (buy + get)) * get
    const cheapest = units.toSorted((one, other) => one.price - other.price).slice(0, count)
    return inOrder(cheapest).map((unit) => setDiscountPerItem(name, unit, share(unit.price, percent)))
  })
}

/** What {@link bundlePrice} takes. */
export interface BundleOptions extends RuleOptions {
  /** What belongs to it, one unit for each. A part takes the first unit that fits it and is free, so the narrower ones come first. */
  parts: readonly ((unit: Unit) => boolean)[]
  /** What one bundle costs altogether, in major currency units. */
  price: number
}

/** Units that cost less together, as often as they are in the cart; their discount is shared out by their prices. */
export function bundlePrice(options: BundleOptions): SandboxRule {
  const { parts, price, name = 'Bundle', when, ...rest } = options
  return {
    ...rest,
    name,
    when: also((cart) => bundlesIn(cart.units, parts).length > 0, when),
    then: (cart) =>
      bundlesIn(cart.units, parts).flatMap((units, bundleIndex) =>
        setDiscountProRata(name, units, worthOf(units) - price).map((effect) => inBundle(effect, name, bundleIndex)),
      ),
  }
}

/** What a rule takes that is for carts worth so much. */
export interface SpendRuleOptions extends RuleOptions {
  /** From which sum of the items on, in major currency units. @default 0 */
  from?: number
}

/** Units of a product at no price. */
export function freeItemForSpend(item: { sku: string; name: string; quantity?: number }, options: SpendRuleOptions = {}): SandboxRule {
  const { name = `Free: ${item.name}`, ...rest } = options
  return forSpend(name, rest, () => [addFreeItem(item.sku, item.name, item.quantity)])
}

/** No shipping: all of an additional cost of the cart, `shipping` unless another is named. Without it in the cart, the rule fails. */
export function freeShipping(options: SpendRuleOptions & { additionalCost?: string } = {}): SandboxRule {
  const { name = 'Free shipping', additionalCost = 'shipping', ...rest } = options
  return forSpend(name, rest, (cart) => [setDiscountPerAdditionalCost(name, cart, additionalCost)])
}

/** A percentage off the items, from 0 to 100, that grows with their sum, in major currency units. The highest step that is reached counts. */
export function tieredSpend(steps: readonly { from: number; percent: number }[], options: RuleOptions = {}): SandboxRule {
  const { name = 'Spend more, save more', when, ...rest } = options
  const stepFor = (cart: RuleCart) => steps.toSorted((one, other) => other.from - one.from).find(({ from }) => spent(cart) >= from)
  return {
    ...rest,
    name,
    when: also((cart) => stepFor(cart) !== undefined, when),
    then: (cart) => [setDiscount(name, share(cart.itemTotal, stepFor(cart)?.percent ?? 0))],
  }
}

/** What {@link pointsForSpend} and {@link tierMultiplier} take. */
export interface PointsOptions extends RuleOptions {
  /** The id of a loyalty program of the sandbox. */
  programId: number
  /** Points for each full unit of money. @default 1 */
  perUnit?: number
}

/** Points for what the items cost, in full units of money. */
export function pointsForSpend(options: PointsOptions): SandboxRule {
  return earning({ ...options, name: options.name ?? 'Points' }, () => 1)
}

/** Points that grow with the tier: `{ Gold: 2 }` doubles them for Gold, and gives the others what {@link pointsForSpend} gives. */
export function tierMultiplier(multipliers: Readonly<Record<string, number>>, options: PointsOptions): SandboxRule {
  return earning({ ...options, name: options.name ?? 'Points by tier' }, (cart) => multipliers[cart.tier(options.programId) ?? ''] ?? 1)
}

/** What {@link welcomeReferral} takes. */
export interface WelcomeReferralOptions extends Omit<RuleOptions, 'needs'> {
  /** Off the friend's cart, in major currency units. */
  amount: number
  /** What the advocate gets when the friend's order is closed. Default: nothing. */
  reward?: { programId: number; points: number }
}

/** An amount off the first order of a friend who was referred, and points for the one who did. */
export function welcomeReferral(options: WelcomeReferralOptions): SandboxRule {
  const { amount, reward, name = 'A friend of yours', when, ...rest } = options
  return {
    ...rest,
    name,
    needs: 'referral',
    when: also((cart) => cart.firstSession, when),
    then: (cart) => {
      const recipientIntegrationId = cart.referral?.advocateProfileIntegrationId
      const thanks =
        reward && recipientIntegrationId !== undefined
          ? [addLoyaltyPoints(name, reward.programId, reward.points, { recipientIntegrationId })]
          : []
      return [setDiscount(name, Math.min(amount, cart.itemTotal)), ...thanks]
    },
  }
}

/** A percentage off the items, from 0 to 100, on the profile's birthday in UTC: the day and month of its attribute `Birthday`, a date such as `1990-02-28`. Who was born on a 29th of February has it on the 28th in other years. */
export function birthdayDiscount(percent: number, options: RuleOptions & { attribute?: string } = {}): SandboxRule {
  const { name = 'Happy birthday', attribute = 'Birthday', when, ...rest } = options
  return {
    ...rest,
    name,
    when: also((cart) => isToday(cart.profileAttributes[attribute], cart.now), when),
    then: (cart) => [setDiscount(name, share(cart.itemTotal, percent))],
  }
}

/** One code of a pool of giveaways. */
export function giveawayForSpend(poolId: number, options: SpendRuleOptions = {}): SandboxRule {
  const { name = 'A giveaway', ...rest } = options
  return forSpend(name, rest, () => [awardGiveaway(poolId)])
}

const any = (): boolean => true

function also(condition: (cart: RuleCart) => boolean, when: SandboxRule['when']): (cart: RuleCart) => boolean {
  return (cart) => condition(cart) && (when?.(cart) ?? true)
}

function earning(options: PointsOptions & { name: string }, factorFor: (cart: RuleCart) => number): SandboxRule {
  const { programId, perUnit = 1, name, when, ...rest } = options
  return {
    ...rest,
    name,
    when: also((cart) => fullUnits(cart) > 0, when),
    then: (cart) => [addLoyaltyPoints(name, programId, fullUnits(cart) * perUnit * factorFor(cart))],
  }
}

function forItems(
  name: string,
  which: (unit: Unit) => boolean = any,
  { when, ...rest }: RuleOptions,
  then: (units: Unit[]) => RuleEffect[],
): SandboxRule {
  return {
    ...rest,
    name,
    when: also((cart) => cart.units.some(which), when),
    then: (cart) => then(cart.units.filter(which)),
  }
}

function forSpend(name: string, { from = 0, when, ...rest }: SpendRuleOptions, then: SandboxRule['then']): SandboxRule {
  return { ...rest, name, when: also((cart) => spent(cart) >= from && cart.items.length > 0, when), then }
}

/** Bundles as the cart has them: for each, one unit for each part, and no unit twice. Each part looks at each unit once. */
function bundlesIn(units: readonly Unit[], parts: BundleOptions['parts']): Unit[][] {
  const lines = parts.map((part) => units.filter(part).values())
  const taken = new Set<Unit>()
  const next = (line: Iterator<Unit, undefined>): Unit | undefined => {
    let { value } = line.next()
    while (value !== undefined && taken.has(value)) ({ value } = line.next())
    if (value !== undefined) taken.add(value)
    return value
  }
  const bundles: Unit[][] = []
  while (parts.length > 0) {
    const found = lines.flatMap((line) => next(line) ?? [])
    if (found.length < parts.length) return bundles
    bundles.push(found)
  }
  return bundles
}

function inBundle(effect: RuleEffect, bundleName: string, bundleIndex: number): RuleEffect {
  return effect.effectType === 'setDiscountPerItem' ? { ...effect, props: { ...effect.props, bundleName, bundleIndex } } : effect
}

function inOrder(units: readonly Unit[]): Unit[] {
  return units.toSorted((one, other) => one.position - other.position || one.subPosition - other.subPosition)
}

function worthOf(units: readonly Unit[]): number {
  return units.reduce((sum, { price }) => sum + price, 0)
}

// At most all of it, whatever binary fractions make of that.
function share(amount: number, percent: number): number {
  return Math.min((amount * percent) / 100, amount)
}

// Sums of prices are binary fractions: 56.99999999999999 is 57.
function spent({ itemTotal }: RuleCart): number {
  return Number(itemTotal.toFixed(6))
}

/** What the items cost, in full units of money. */
export function fullUnits(cart: RuleCart): number {
  return Math.floor(spent(cart))
}

// A date, or a date with a time.
function isToday(value: unknown, now: number): boolean {
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) return false
  const [birth, today] = [new Date(value), new Date(now)]
  const lastDay = new Date(Date.UTC(today.getUTCFullYear(), birth.getUTCMonth() + 1, 0)).getUTCDate()
  return birth.getUTCMonth() === today.getUTCMonth() && Math.min(birth.getUTCDate(), lastDay) === today.getUTCDate()
}
