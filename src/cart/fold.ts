/**
 * The fold: what the shopper did since the last answer, laid over that answer. Optimism by replay, so there is nothing to roll
 * back: when an edit fails it leaves the list, and the others still stand.
 */
import type { Effect } from '../effects.ts'
import { type PricedCart, type PricedCode, priceCart } from '../price.ts'
import type { Attributes, CartItem, CustomerSessionV2, Loyalty, NewCustomerSessionV2 } from '../schema.ts'
import { type CartEdit, cartLimits, type NewLine } from './edits.ts'

/** What a cart holds: the shopper's side of a session, in the order of `cartItems`. */
export interface CartContents {
  lines: readonly { key: string; item: NewLine; quantity: number }[]
  couponCodes: readonly string[]
  referralCode: string | undefined
  attributes: Attributes
  additionalCosts: CustomerSessionV2['additionalCosts']
  loyaltyCards: readonly string[]
}

/** The last thing the server said, with the effects that belong to it. */
export interface Confirmed {
  /** Undefined while the session does not exist yet. */
  session: CustomerSessionV2 | undefined
  contents: CartContents
  priced: PricedCart
  loyalty: Loyalty | undefined
  /** The session's `updateCount`; 0 while it does not exist. */
  revision: number
}

/** The key a line gets from a session that does not tell: its SKU, made unique when that SKU stands on several lines. */
export function keysOf(items: readonly CartItem[]): string[] {
  const seen = new Map<string, number>()
  return items.map(({ sku }) => {
    const count = (seen.get(sku) ?? 0) + 1
    seen.set(sku, count)
    return count === 1 ? sku : `${sku}#${count}`
  })
}

/** A confirmed state from an answer. `keys` come from the request that produced it: `cartItems[i]` is the line `keys[i]`. */
export function confirm(
  session: CustomerSessionV2 | undefined,
  effects: readonly Effect[],
  loyalty?: Loyalty,
  keys?: readonly string[],
): Confirmed {
  const items = session?.cartItems ?? []
  const lineKeys = keys?.length === items.length ? keys : keysOf(items)
  return {
    session,
    contents: {
      lines: items.map((item, position) => ({ key: lineKeys[position] ?? item.sku, item: lineOf(item), quantity: item.quantity })),
      couponCodes: session?.couponCodes ?? [],
      referralCode: session?.referralCode || undefined,
      attributes: session?.attributes ?? {},
      additionalCosts: session?.additionalCosts,
      loyaltyCards: session?.loyaltyCards ?? [],
    },
    priced: priceCart(session ?? { cartItems: [] }, effects),
    loyalty,
    revision: session?.updateCount ?? 0,
  }
}

/** One edit over contents. An edit of a line that is gone changes nothing. */
export function applyEdit(contents: CartContents, edit: CartEdit): CartContents {
  switch (edit.type) {
    case 'add': {
      const existing = contents.lines.find((line) => line.key === edit.key)
      if (existing) return editLine(contents, edit.key, { quantity: existing.quantity + edit.quantity })
      return { ...contents, lines: [...contents.lines, { key: edit.key, item: edit.item, quantity: edit.quantity }] }
    }
    case 'setQuantity':
      return edit.quantity === 0 ? removeLine(contents, edit.key) : editLine(contents, edit.key, { quantity: edit.quantity })
    case 'remove':
      return removeLine(contents, edit.key)
    case 'setItemAttributes': {
      const line = contents.lines.find(({ key }) => key === edit.key)
      return line ? editLine(contents, edit.key, { item: { ...line.item, attributes: edit.attributes } }) : contents
    }
    case 'applyCoupon':
      return contents.couponCodes.some((code) => sameCode(code, edit.code))
        ? contents
        : { ...contents, couponCodes: [...contents.couponCodes, edit.code] }
    case 'removeCoupon':
      return { ...contents, couponCodes: contents.couponCodes.filter((code) => !sameCode(code, edit.code)) }
    case 'setReferral':
      return { ...contents, referralCode: edit.code }
    case 'clearReferral':
      return { ...contents, referralCode: undefined }
    case 'setAttributes':
      return { ...contents, attributes: { ...contents.attributes, ...edit.attributes } }
    case 'setAdditionalCosts':
      return { ...contents, additionalCosts: edit.additionalCosts }
    case 'setLoyaltyCard':
      return { ...contents, loyaltyCards: edit.card === undefined ? [] : [edit.card] }
  }
}

/** All edits over contents, in order. */
export function fold(contents: CartContents, edits: readonly CartEdit[]): CartContents {
  return edits.reduce(applyEdit, contents)
}

/** Whether contents are more than a session takes. */
export function exceedsLimits({ lines }: CartContents): boolean {
  return lines.length > cartLimits.lines || lines.reduce((units, line) => units + line.quantity, 0) > cartLimits.units
}

/**
 * The session PUT that makes a session hold `contents`. Lines and codes go whole in every request, so that each one heals what
 * an earlier one left behind; the rest only when an edit touched it, since a field left out keeps what is stored.
 */
export function requestOf(contents: CartContents, edits: readonly CartEdit[]): NewCustomerSessionV2 {
  const touched = new Set(edits.map(({ type }) => type))
  return {
    cartItems: contents.lines.map(({ item, quantity }) => ({ ...item, quantity })),
    couponCodes: [...contents.couponCodes],
    referralCode: contents.referralCode ?? '',
    ...(touched.has('setAttributes') && { attributes: contents.attributes }),
    ...(touched.has('setAdditionalCosts') && { additionalCosts: contents.additionalCosts ?? {} }),
    ...(touched.has('setLoyaltyCard') && { loyaltyCards: [...contents.loyaltyCards] }),
  }
}

/** Whether two codes are one. Applications compare codes without case by default, and answers may change it. */
export function sameCode(one: string, other: string): boolean {
  return one.toUpperCase() === other.toUpperCase()
}

/** What the confirmed effects say of a code. */
export function verdictOn(priced: PricedCart, code: string): PricedCode | undefined {
  return priced.coupons.find((coupon) => sameCode(coupon.code, code))
}

function lineOf(item: CartItem): NewLine {
  const { sku, name, price, category, product, weight, height, width, length, attributes, additionalCosts } = item
  const line = { sku, name, price, category, product, weight, height, width, length, attributes, additionalCosts }
  // Only absent fields are dropped, each of which NewLine leaves optional.
  return Object.fromEntries(Object.entries(line).filter(([, value]) => value !== undefined)) as unknown as NewLine
}

function editLine(contents: CartContents, key: string, change: Partial<CartContents['lines'][number]>): CartContents {
  return { ...contents, lines: contents.lines.map((line) => (line.key === key ? { ...line, ...change } : line)) }
}

function removeLine(contents: CartContents, key: string): CartContents {
  return { ...contents, lines: contents.lines.filter((line) => line.key !== key) }
}
