/** What a shopper does, and what it must come to: a plain model of a cart that knows nothing of networks. */
import type { Cart, CustomerSessionV2 } from '../../src/index.ts'
import type { Dice } from './dice.ts'

export type Deed =
  | { do: 'add'; sku: string; quantity: number }
  | { do: 'setQuantity'; sku: string; quantity: number }
  | { do: 'remove'; sku: string }
  | { do: 'describe'; sku: string; gift: number }
  | { do: 'apply'; code: string }
  | { do: 'unapply'; code: string }
  | { do: 'refer'; code: string }
  | { do: 'note'; name: string; value: number }
  | { do: 'ship'; price: number }

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
      return { do: kind, price: number }
  }
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
      return cart.setAdditionalCosts({ shipping: { price: deed.price } })
  }
}

/** A cart as plain facts, each of them the work of one kind of deed: `quantity APPLE` is 3. What is not there is left out. */
export type Facts = ReadonlyMap<string, string>

export function factsAfter(before: Facts, deed: Deed): Facts {
  const facts = new Map(before)
  const put = (name: string, value: string | undefined) => (value === undefined ? facts.delete(name) : facts.set(name, value))
  switch (deed.do) {
    case 'add':
      put(`quantity ${deed.sku}`, String(Number(facts.get(`quantity ${deed.sku}`) ?? 0) + deed.quantity))
      return facts
    case 'setQuantity':
    case 'remove': {
      const quantity = deed.do === 'remove' ? 0 : deed.quantity
      if (!facts.has(`quantity ${deed.sku}`)) return facts
      put(`quantity ${deed.sku}`, quantity === 0 ? undefined : String(quantity))
      if (quantity === 0) put(`gift ${deed.sku}`, undefined)
      return facts
    }
    case 'describe':
      if (facts.has(`quantity ${deed.sku}`)) put(`gift ${deed.sku}`, String(deed.gift))
      return facts
    case 'apply':
    case 'unapply':
      put(`coupon ${deed.code}`, deed.do === 'apply' ? 'held' : undefined)
      return facts
    case 'refer':
      put('referral', deed.code || undefined)
      return facts
    case 'note':
      put(`attribute ${deed.name}`, String(deed.value))
      return facts
    case 'ship':
      put('shipping', String(deed.price))
      return facts
  }
}

interface Held extends Pick<CustomerSessionV2, 'couponCodes' | 'attributes' | 'additionalCosts'> {
  cartItems?: readonly { sku: string; quantity: number; attributes?: object | undefined }[] | undefined
  referralCode?: string | undefined
}

/** The facts of a session, or of what a shop shows. The second device's own are not the shopper's, and are left out. */
export function factsOf(held: Held | undefined): Facts {
  const facts = new Map<string, string>()
  for (const { sku, quantity, attributes } of held?.cartItems ?? []) {
    facts.set(`quantity ${sku}`, facts.has(`quantity ${sku}`) ? 'two lines' : String(quantity))
    const gift: unknown = Object.entries(attributes ?? {}).find(([name]) => name === 'gift')?.[1]
    if (gift !== undefined) facts.set(`gift ${sku}`, JSON.stringify(gift))
  }
  for (const code of held?.couponCodes ?? []) facts.set(`coupon ${code}`, 'held')
  if (held?.referralCode) facts.set('referral', held.referralCode)
  for (const [name, value] of Object.entries(held?.attributes ?? {})) if (name !== 'device') facts.set(`attribute ${name}`, String(value))
  const shipping = held?.additionalCosts?.shipping
  if (shipping) facts.set('shipping', String(shipping.price))
  return facts
}

/** What two sets of facts disagree about. */
export function differences(one: Facts, other: Facts): string[] {
  return [...new Set([...one.keys(), ...other.keys()])].filter((name) => one.get(name) !== other.get(name))
}
