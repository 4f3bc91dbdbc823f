/** What a shopper does, and what it must come to: a plain model of a cart that knows nothing of networks. */
import type { CartEdit } from '../../src/cart/edits.ts'
import type { Cart, CustomerSessionV2 } from '../../src/index.ts'
import type { Dice } from '../runner/dice.ts'
import { refused, type Shopper } from './model.ts'

export type Deed =
  | { do: 'add'; sku: string; quantity: number }
  | { do: 'setQuantity'; sku: string; quantity: number }
  | { do: 'remove'; sku: string }
  | { do: 'describe'; sku: string; gift: number }
  | { do: 'apply'; code: string }
  | { do: 'unapply'; code: string }
  | { do: 'refer'; code: string }
  | { do: 'note'; name: string; value: number }
  | { do: 'ship'; way: string; price: number }

const skus = ['APPLE', 'BREAD', 'MUG', 'PEAR'] as const
const codes = ['TEN', 'FIVE', 'OLD'] as const
const kinds = [
  'add',
  'add',
  'add',
  'setQuantity',
  'setQuantity',
  'setQuantity',
  'remove',
  'describe',
  'apply',
  'unapply',
  'refer',
  'note',
  'ship',
] as const

export function drawDeed(dice: Dice): Deed {
  const kind = dice.pick(kinds)
  const sku = dice.pick(skus)
  const code = dice.pick(codes)
  const number = dice.between(1, 9)
  switch (kind) {
    case 'add':
      return { do: kind, sku, quantity: dice.between(1, 3) }
    case 'setQuantity':
      return { do: kind, sku, quantity: dice.between(0, 9) }
    case 'remove':
      return { do: kind, sku }
    case 'describe':
      return { do: kind, sku, gift: number }
    case 'apply':
    case 'unapply':
      return { do: kind, code }
    case 'refer':
      return { do: kind, code: dice.pick(['FRIEND', 'STRANGER', '']) }
    case 'note':
      return { do: kind, name: dice.pick(['a', 'b']), value: number }
    case 'ship':
      return { do: kind, way: 'shipping', price: number }
  }
}

/** One that the application refuses. */
export function drawRefusable(dice: Dice): Deed {
  return dice.chance(0.5)
    ? { do: 'add', sku: refused.sku, quantity: dice.between(1, 3) }
    : { do: 'note', name: refused.attribute, value: dice.between(1, 9) }
}

export function isRefusable(deed: Deed): boolean {
  return ('sku' in deed && deed.sku === refused.sku) || (deed.do === 'note' && deed.name === refused.attribute)
}

const mark = 'BOBS-'

/** The same in words of their own for each shopper, so that it shows when a deed ends up in another one's session. */
export function deedOf(shopper: Shopper, deed: Deed): Deed {
  if (shopper === 'anna' || isRefusable(deed)) return deed
  switch (deed.do) {
    case 'apply':
    case 'unapply':
    case 'refer':
      return { ...deed, code: deed.code && mark + deed.code }
    case 'note':
      return { ...deed, name: mark + deed.name }
    case 'ship':
      return { ...deed, way: mark + deed.way }
    default:
      return { ...deed, sku: mark + deed.sku }
  }
}

/** Whose fact it is, by its name and value. */
export function ownerOf(fact: string): Shopper {
  return fact.includes(mark) ? 'bob' : 'anna'
}

export function perform(cart: Cart, deed: Deed): Promise<{ revision: number }> {
  switch (deed.do) {
    case 'add':
      return cart.add({ sku: deed.sku, price: 2 }, { quantity: deed.quantity })
    case 'setQuantity':
      return cart.setQuantity(deed.sku, deed.quantity)
    case 'remove':
      return cart.remove(deed.sku)
    case 'describe':
      return cart.setItemAttributes(deed.sku, { gift: deed.gift })
    case 'apply':
      return cart.applyCoupon(deed.code)
    case 'unapply':
      return cart.removeCoupon(deed.code)
    case 'refer':
      return deed.code === '' ? cart.clearReferral() : cart.setReferral(deed.code)
    case 'note':
      return cart.setAttributes({ [deed.name]: deed.value })
    case 'ship':
      return cart.setAdditionalCosts({ [deed.way]: { price: deed.price } })
  }
}

/** Whether an edit is what the cart makes of a deed. */
export function isEditOf(deed: Deed, edit: CartEdit): boolean {
  switch (deed.do) {
    case 'add':
      // What may have been carried out says how many it comes to.
      return edit.type === 'add' && edit.key === deed.sku && (edit.isTotal === true || edit.quantity === deed.quantity)
    case 'setQuantity':
      return edit.type === 'setQuantity' && edit.key === deed.sku && edit.quantity === deed.quantity
    case 'remove':
      return edit.type === 'remove' && edit.key === deed.sku
    case 'describe':
      return edit.type === 'setItemAttributes' && edit.key === deed.sku && edit.attributes.gift === deed.gift
    case 'apply':
      return edit.type === 'applyCoupon' && edit.code === deed.code
    case 'unapply':
      return edit.type === 'removeCoupon' && edit.code === deed.code
    case 'refer':
      return deed.code === '' ? edit.type === 'clearReferral' : edit.type === 'setReferral' && edit.code === deed.code
    case 'note':
      return edit.type === 'setAttributes' && edit.attributes[deed.name] === deed.value
    case 'ship':
      return edit.type === 'setAdditionalCosts' && edit.additionalCosts[deed.way]?.price === deed.price
  }
}

// Facts

/** A cart as plain facts, each of them the work of one kind of deed: `quantity APPLE` is 3. What is not there is left out. */
export type Facts = ReadonlyMap<string, string>

/** What each fact may be. One that is missing is not there, for sure. */
export type Possibilities = ReadonlyMap<string, ReadonlySet<string | undefined>>

export function possibilitiesOf(facts: Facts): Possibilities {
  return new Map([...facts].map(([fact, value]) => [fact, new Set([value])]))
}

const nothing: ReadonlySet<string | undefined> = new Set([undefined])

export function valuesOf(possible: Possibilities, fact: string): ReadonlySet<string | undefined> {
  return possible.get(fact) ?? nothing
}

/** What a deed makes of a fact, where its line is there or not. */
type Change = (before: string | undefined, hasLine: boolean) => string | undefined

function changesOf(deed: Deed): Record<string, Change> {
  switch (deed.do) {
    case 'add':
      return { [`quantity ${deed.sku}`]: (before = '0') => String(Number(before) + deed.quantity) }
    case 'setQuantity':
    case 'remove': {
      const quantity = deed.do === 'remove' ? 0 : deed.quantity
      return {
        [`quantity ${deed.sku}`]: (before) => (before === undefined || quantity === 0 ? undefined : String(quantity)),
        ...(quantity === 0 && { [`gift ${deed.sku}`]: () => undefined }),
      }
    }
    case 'describe':
      return { [`gift ${deed.sku}`]: (before, hasLine) => (hasLine ? String(deed.gift) : before) }
    case 'apply':
    case 'unapply':
      return { [`coupon ${deed.code}`]: () => (deed.do === 'apply' ? 'held' : undefined) }
    case 'refer':
      return { referral: () => deed.code || undefined }
    case 'note':
      return { [`attribute ${deed.name}`]: () => String(deed.value) }
    case 'ship':
      return { [`cost ${deed.way}`]: () => String(deed.price) }
  }
}

/** What facts may be after a deed; `isCertain`: it has been carried out. */
export function after(possible: Possibilities, deed: Deed, isCertain: boolean): Possibilities {
  const result = new Map(possible)
  const line = 'sku' in deed ? valuesOf(possible, `quantity ${deed.sku}`) : nothing
  for (const [fact, change] of Object.entries(changesOf(deed))) {
    const before = valuesOf(possible, fact)
    const values = new Set(isCertain ? [] : before)
    for (const value of before) for (const quantity of line) values.add(change(value, quantity !== undefined))
    result.set(fact, values)
  }
  return result
}

/** What facts may be when they may also be as somebody else has written them. */
export function alsoAs(possible: Possibilities, facts: Facts): Possibilities {
  return new Map(
    [...new Set([...possible.keys(), ...facts.keys()])].map((fact) => [fact, new Set([...valuesOf(possible, fact), facts.get(fact)])]),
  )
}

/** What facts may be when what a deed is about may also be as that deed had left it before. */
export function alsoAfter(possible: Possibilities, then: Possibilities, deed: Deed): Possibilities {
  const done = after(then, deed, false)
  const facts = Object.keys(changesOf(deed))
  return new Map([...possible, ...facts.map((fact) => [fact, new Set([...valuesOf(possible, fact), ...valuesOf(done, fact)])] as const)])
}

interface Held extends Pick<CustomerSessionV2, 'couponCodes' | 'attributes' | 'additionalCosts'> {
  cartItems?: readonly { sku: string; quantity: number; attributes?: object | undefined }[] | undefined
  referralCode?: string | undefined
}

/** What the second device writes about, beside what the shopper does. */
export const deviceFacts = { attribute: 'device', sku: 'GADGET' } as const

/** The facts of a session, or of what a shop shows. */
export function factsOf(held: Held | undefined): Facts {
  const facts = new Map<string, string>()
  for (const { sku, quantity, attributes } of held?.cartItems ?? []) {
    facts.set(`quantity ${sku}`, facts.has(`quantity ${sku}`) ? 'two lines' : String(quantity))
    const gift: unknown = Object.entries(attributes ?? {}).find(([name]) => name === 'gift')?.[1]
    if (gift !== undefined) facts.set(`gift ${sku}`, JSON.stringify(gift))
  }
  for (const code of held?.couponCodes ?? []) facts.set(`coupon ${code}`, 'held')
  if (held?.referralCode) facts.set('referral', held.referralCode)
  for (const [name, value] of Object.entries(held?.attributes ?? {})) facts.set(`attribute ${name}`, String(value))
  for (const [name, { price }] of Object.entries(held?.additionalCosts ?? {})) facts.set(`cost ${name}`, String(price))
  return facts
}

/** The second device's own are not the shopper's, and are left out. */
export function shoppersFacts(facts: Facts): Facts {
  return new Map([...facts].filter(([fact]) => fact !== `attribute ${deviceFacts.attribute}` && fact !== `quantity ${deviceFacts.sku}`))
}

/** What two sets of facts disagree about. */
export function differences(one: Facts, other: Facts): string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((name) => one.get(name) !== other.get(name))
}
