/** What the server has of a cart: its last answer, priced. */
import type { Effect } from '../effects.ts'
import { type PricedCart, type PricedCode, priceCart } from '../price.ts'
import { isRecord } from '../record.ts'
import { englishRejections } from '../rejections/english.ts'
import { type Rejection, rejectionMessage, type RejectionMessages } from '../rejections/message.ts'
import { isSame } from '../same.ts'
import type { CartItem, CustomerSessionV2, Loyalty } from '../schema.ts'
import { isField } from './checks.ts'
import type { NewLine } from './edits.ts'
import { type CartContents, sameCode } from './fold.ts'
import type { CartStore } from './store.ts'

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

/** A line of an answer, as far as it can be read: what no server should send is left out, rather than believed or sent back. */
function readItem(item: CartItem): NewLine {
  // Every field has just been held to its kind, and all but the SKU may be missing.
  return { ...Object.fromEntries(Object.entries(item).filter(([field, value]) => isField(field, value))), sku: item.sku } as NewLine
}

/** Whether an answer holds a session that can be read: a server may send anything. */
export function isReadable({ customerSession, effects = [] }: SessionAnswer): boolean {
  if (!isRecord(customerSession) || !Array.isArray(effects)) return false
  const { cartItems } = customerSession
  const codes: unknown = customerSession.couponCodes ?? []
  return (
    Array.isArray(codes) &&
    codes.every((code) => typeof code === 'string') &&
    Array.isArray(cartItems) &&
    cartItems.every((item) => isRecord(item) && typeof item.sku === 'string' && Number.isSafeInteger(item.quantity))
  )
}

/** What a query cache has of a session. */
export interface CachedAnswer {
  data: SessionAnswer | undefined
  /** When it was read, by the clock of whoever read it. */
  dataUpdatedAt: number
  isInvalidated: boolean
}

/** What a cart starts from; undefined when there is nothing that can be read. */
export function startFrom({ data, dataUpdatedAt, isInvalidated }: CachedAnswer, keyOf: Keying['keyOf']) {
  if (!data || !isReadable(data)) return undefined
  return {
    confirmed: confirm(data, { keyOf, lines: [] }),
    // A server's clock and a shopper's may be days apart.
    isOutdated: isInvalidated || Math.abs(Date.now() - dataUpdatedAt) > freshMs,
  }
}

// How long a session that is in the cache is taken for what the server has.
const freshMs = 30_000

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

/** What the confirmed effects say of a code. */
export function verdictOn(priced: PricedCart, code: string): PricedCode | undefined {
  return priced.coupons.find((coupon) => sameCode(coupon.code, code))
}

/** A verdict on a code, with the words for a refusal. */
export type Verdict = { status: 'accepted' } | ({ status: 'rejected'; message: string } & Rejection)

/** A verdict as a shopper reads it, in English where the shop gives no texts. */
export function verdictInWords(verdict: PricedCode, messages: RejectionMessages | undefined): Verdict {
  if (verdict.status === 'accepted') return { status: 'accepted' }
  const { code: _code, ...rejected } = verdict
  return { ...rejected, message: rejectionMessage(verdict, messages ?? englishRejections) }
}

function refusedCodes(priced: PricedCart): string[] {
  return priced.coupons.filter(({ status }) => status === 'rejected').map(({ code }) => code)
}

/** What the server has of a session that does not exist. */
export const nothing: Confirmed = confirm({}, { keyOf: ({ sku }) => sku, lines: [] })

/** What a cart's edits lie over. */
export function baseOf({ state }: CartStore): Confirmed {
  return state.confirmed ?? nothing
}

/** Whether a session has been ordered or cancelled. */
export function isClosed({ session }: Confirmed): boolean {
  return (session?.state ?? 'open') !== 'open'
}
