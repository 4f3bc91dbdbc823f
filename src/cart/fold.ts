/**
 * The fold: what the shopper did since the last answer, laid over that answer. Optimism by replay, so there is nothing to roll
 * back: when an edit fails it leaves the list, and the others still stand.
 */
import type { Effect } from '../effects.ts'
import { type PricedCart, type PricedCode, priceCart } from '../price.ts'
import { type Rejection, rejectionMessage, type RejectionMessages } from '../rejections/message.ts'
import { isSame } from '../same.ts'
import type { CustomerSessionV2, Loyalty, SessionAttributes } from '../schema.ts'
import { isRecord } from '../record.ts'
import { type CartEdit, cartLimits, type NewLine, readItem } from './edits.ts'

/** What a cart holds: the shopper's side of a session, in the order of `cartItems`. */
export interface CartContents {
  lines: readonly { key: string; item: NewLine; quantity: number }[]
  couponCodes: readonly string[]
  referralCode: string | undefined
  attributes: SessionAttributes
  additionalCosts: CustomerSessionV2['additionalCosts']
  loyaltyCards: readonly string[]
}

/** The last thing the server said, with the effects that belong to it. */
export interface Confirmed {
  /** Undefined while the session does not exist yet. */
  session: CustomerSessionV2 | undefined
  contents: CartContents
  effects: readonly Effect[]
  priced: PricedCart
  loyalty: Loyalty | undefined
  /** The session's `updateCount`; 0 while it does not exist. */
  revision: number
}

/** How lines get their keys. */
export interface Keying {
  /** A line's key from its product. */
  keyOf: (item: NewLine) => string
  /** The lines of the request that produced the answer, or those shown before it. */
  lines: CartContents['lines']
  /** What was confirmed before: a line that is the same keeps its object, and is priced as it was unless an effect has changed. */
  before?: Confirmed | undefined
}

/**
 * The keys of an answer's lines, for a session does not tell: those of the lines before with the same SKU, in their order; for a
 * line that is new, the key of its product, made unique.
 */
function keysOf(items: readonly NewLine[], { keyOf, lines }: Keying): string[] {
  const before = new Map<string, string[]>()
  for (const { key, item } of lines) before.set(item.sku, [...(before.get(item.sku) ?? []), key])
  const kept = items.map(({ sku }) => before.get(sku)?.shift())
  const used = new Set(kept)
  return items.map((item, position) => {
    const base = kept[position] ?? keyOf(item)
    let key = base
    if (kept[position] === undefined) for (let count = 2; used.has(key); count++) key = `${base}#${count}`
    used.add(key)
    return key
  })
}

/** What an answer says of a session; whatever else it holds is not read. */
export interface SessionAnswer {
  customerSession?: CustomerSessionV2
  effects?: readonly Effect[]
  loyalty?: Loyalty
}

/** Whether an answer holds a session that can be read: a server may send anything. */
export function isReadable({ customerSession, effects = [] }: SessionAnswer): boolean {
  if (!isRecord(customerSession) || !Array.isArray(effects)) return false
  const { cartItems } = customerSession
  return (
    Array.isArray(cartItems) &&
    cartItems.every((item) => isRecord(item) && typeof item.sku === 'string' && Number.isSafeInteger(item.quantity))
  )
}

/** A confirmed state from an answer; from an empty one, that there is no session. */
export function confirm({ customerSession: session, effects = [], loyalty }: SessionAnswer, keying: Keying): Confirmed {
  const answered = (session?.cartItems ?? []).map((item) => ({ item: readItem(item), quantity: item.quantity }))
  const keys = keysOf(
    answered.map(({ item }) => item),
    keying,
  )
  const before = new Map(
    keying.before?.contents.lines.map((line, position) => [line.key, { line, priced: keying.before?.priced.lines[position] }]),
  )
  const read = answered.map(({ item, quantity }, position) => {
    const key = keys[position] ?? item.sku
    const last = before.get(key)
    if (last?.priced && last.line.quantity === quantity && isSame(last.line.item, item)) return { line: last.line, item: last.priced.item }
    return { line: { key, item, quantity }, item: { ...item, quantity } }
  })
  const cartItems = read.map(({ item }) => item)
  const priced = priceCart({ ...session, cartItems }, effects.filter(isRecord), keying.before?.priced)
  const couponCodes = session?.couponCodes ?? []
  return {
    session,
    contents: {
      lines: read.map(({ line }) => line),
      // A session may drop a code that it refused; the shopper is to see the refusal all the same.
      couponCodes: [...couponCodes, ...refusedCodes(priced).filter((code) => !couponCodes.some((held) => sameCode(held, code)))],
      referralCode: session?.referralCode || (priced.referral?.status === 'rejected' ? priced.referral.code : undefined),
      attributes: session?.attributes ?? {},
      additionalCosts: session?.additionalCosts,
      loyaltyCards: session?.loyaltyCards ?? [],
    },
    effects,
    priced,
    loyalty,
    revision: session?.updateCount ?? 0,
  }
}

/** One edit over contents. An edit of a line that is gone changes nothing. */
export function applyEdit(contents: CartContents, edit: CartEdit): CartContents {
  switch (edit.type) {
    case 'add': {
      const existing = contents.lines.find((line) => line.key === edit.key)
      if (existing) return editLine(contents, edit.key, { quantity: edit.quantity + (edit.isTotal ? 0 : existing.quantity) })
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
      return { ...contents, couponCodes: withCode(contents.couponCodes, edit.code) }
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

/** Whether an edit is of a line that contents do not have. */
export function lacksLine({ lines }: CartContents, edit: CartEdit): boolean {
  return edit.type !== 'add' && 'key' in edit && !lines.some(({ key }) => key === edit.key)
}

const folds = new WeakMap<CartContents, { edits: readonly CartEdit[]; folded: CartContents }>()

/** All edits over contents, in order. The next edit over the same contents costs that edit alone. */
export function fold(contents: CartContents, edits: readonly CartEdit[]): CartContents {
  const last = folds.get(contents)
  const isMore = last?.edits.every((edit, index) => edit === edits[index])
  const folded = last && isMore ? edits.slice(last.edits.length).reduce(applyEdit, last.folded) : edits.reduce(applyEdit, contents)
  folds.set(contents, { edits, folded })
  return folded
}

/** Whether contents are more than a session takes. */
export function exceedsLimits({ lines }: CartContents): boolean {
  return lines.length > cartLimits.lines || lines.reduce((units, line) => units + line.quantity, 0) > cartLimits.units
}

/** Whether two codes are one. Applications compare codes without case by default, and answers may change it. */
export function sameCode(one: string, other: string): boolean {
  return one.toUpperCase() === other.toUpperCase()
}

/** What the confirmed effects say of a code. */
export function verdictOn(priced: PricedCart, code: string): PricedCode | undefined {
  return priced.coupons.find((coupon) => sameCode(coupon.code, code))
}

/** A verdict on a code, with the words for a refusal. */
export type Verdict = { status: 'accepted' } | ({ status: 'rejected'; message: string } & Rejection)

/** A verdict as a shopper reads it; without words while there are no texts yet. */
export function verdictInWords(verdict: PricedCode, messages: RejectionMessages | undefined): Verdict {
  if (verdict.status === 'accepted') return { status: 'accepted' }
  const { code: _code, ...rejected } = verdict
  return { ...rejected, message: messages ? rejectionMessage(verdict, messages) : '' }
}

// One code in two spellings is one code, and the later spelling counts: an application may tell upper case from lower.
function withCode(codes: readonly string[], added: string): string[] {
  const isHeld = codes.some((code) => sameCode(code, added))
  return isHeld ? codes.map((code) => (sameCode(code, added) ? added : code)) : [...codes, added]
}

function refusedCodes(priced: PricedCart): string[] {
  return priced.coupons.filter(({ status }) => status === 'rejected').map(({ code }) => code)
}

function editLine(contents: CartContents, key: string, change: Partial<CartContents['lines'][number]>): CartContents {
  return { ...contents, lines: contents.lines.map((line) => (line.key === key ? { ...line, ...change } : line)) }
}

function removeLine(contents: CartContents, key: string): CartContents {
  return { ...contents, lines: contents.lines.filter((line) => line.key !== key) }
}
