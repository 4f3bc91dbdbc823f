/** What a shop shows: the folded cart with an amount for everything, each saying how far it can be trusted. */
import type { TalonOneError } from '../error.ts'
import { type PricedCart, type PricedCode, type PricedCost, type PricedPoints, sum, times } from '../price.ts'
import type { Rejection, RejectionMessages } from '../rejections/message.ts'
import type { CustomerSessionV2, Loyalty } from '../schema.ts'
import { isRecord } from '../record.ts'
import type { CartEdit, NewLine } from './edits.ts'
import { type CartContents, type Confirmed, fold, sameCode, verdictInWords, verdictOn } from './fold.ts'

/**
 * An amount with how far it can be trusted, in major currency units. `confirmed`: the server said so, for this very cart.
 * `estimated`: worked out from what it said, and provably linear. `stale`: what it said before the last edit. Only a confirmed
 * one may be charged.
 */
export type Amount = { status: 'confirmed'; value: number } | { status: 'estimated'; value: number } | { status: 'stale'; value: number }

/** One line as a shop shows it. */
export interface CartLine extends NewLine {
  /** Tells the line apart; by default its SKU. */
  key: string
  quantity: number
  /** Undefined while only the server knows it. */
  unitPrice: number | undefined
  /** Before discounts, own additional costs included. */
  subtotal: Amount
  /** Positive. */
  discount: Amount
  total: Amount
  /** Whether an edit of this line waits for the server. */
  pending: boolean
}

/** A coupon or referral code with its verdict: `pending` until the server has given one. */
export type CartCode =
  | { code: string; status: 'pending' }
  | { code: string; status: 'accepted' }
  /** `reason` and `campaignExclusionReason` are the API's words, `message` is what a shopper reads. */
  | ({ code: string; status: 'rejected'; message: string } & Rejection)

/**
 * What becomes of edits: none is on its way; they are being sent; sending has failed and is tried again; nobody is online; or what
 * stands in `error` must be seen to first.
 */
export type CartSync = 'idle' | 'sending' | 'retrying' | 'offline' | 'stopped'

/** A cart as a shop shows it: always `fold(edits, confirmed)`. */
export interface CartView {
  sessionId: string
  /** `loading` until the first answer; lines added meanwhile show already. `closed`: ordered or cancelled, edits are refused. */
  status: 'loading' | 'ready' | 'closed'
  lines: readonly CartLine[]
  /** Units in all. */
  quantity: number
  totals: { subtotal: Amount; additionalCosts: Amount; discount: Amount; total: Amount }
  /** Every discount by name, those of single lines included. */
  discounts: readonly ({ name: string } & Amount)[]
  /** As of the last answer: the shop's server has the last word on them. */
  additionalCosts: readonly PricedCost[]
  coupons: readonly CartCode[]
  referral: CartCode | undefined
  freeItems: PricedCart['freeItems']
  /** What the cart earns (or spends, negative) when it is ordered, as of the last answer. */
  points: readonly PricedPoints[]
  notifications: PricedCart['notifications']
  /** The points of the profile as of the last answer. */
  loyalty: Loyalty | undefined
  /** Whether any edit waits for the server. */
  pending: boolean
  sync: CartSync
  /** Whether edits that wait outlive the page: false where the browser keeps nothing, such as in some private windows. */
  durable: boolean
  /**
   * Why nothing gets through at the moment (retryable ones are being retried, nothing is lost meanwhile), else why an edit was
   * refused, until the next edit or `retry()`.
   */
  error: TalonOneError | undefined
  /** The session's `updateCount`; 0 while it does not exist. */
  revision: number
  /** The session as the server last answered it. */
  session: CustomerSessionV2 | undefined
}

/** What {@link viewCart} lays together. */
export interface ViewedState {
  sessionId: string
  confirmed: Confirmed | undefined
  /** Whether the session must be read before anything is known for sure. */
  isOutdated: boolean
  edits: readonly CartEdit[]
  error: TalonOneError | undefined
  sync: CartSync
  durable: boolean
}

/** What pending edits can change: nothing, what is linear in quantities, or any discount at all. */
type Doubt = 'none' | 'quantities' | 'rules'

/** Views a state. What did not change keeps its object, a line by its key, so that its component need not render. */
export function viewCart(
  state: ViewedState,
  nothing: Confirmed,
  messages: RejectionMessages | undefined,
  before: CartView | undefined,
): CartView {
  const { edits } = state
  const confirmed = state.confirmed ?? nothing
  const { priced } = confirmed
  const contents = fold(confirmed.contents, edits)
  const doubt = doubtOf(state)
  const lines = viewLines(contents, confirmed, state, doubt, before)
  const ground: Amount = { status: state.isOutdated ? 'stale' : 'confirmed', value: 0 }
  const additionalCosts = sumAmounts([ground, costsAmount(priced, edits)])
  const subtotal = sumAmounts([ground, linesGround(edits), ...lines.map((line) => line.subtotal)])
  const discount = sumAmounts([
    ground,
    ...lines.map((line) => line.discount),
    { status: statusBesideLines(priced, doubt), value: discountBesideLines(priced) },
  ])
  const total = atLeastZero(sumAmounts([subtotal, additionalCosts, negative(discount)]))
  return {
    sessionId: state.sessionId,
    status: statusOf(state.confirmed),
    lines,
    quantity: lines.reduce((units, line) => units + line.quantity, 0),
    totals: keep(before?.totals, { subtotal, additionalCosts, discount, total }),
    discounts: keep(
      before?.discounts,
      priced.discounts.map((named) => ({ ...named, status: doubt === 'none' ? 'confirmed' : 'stale' })),
    ),
    additionalCosts: keep(before?.additionalCosts, priced.additionalCosts),
    coupons: keep(
      before?.coupons,
      contents.couponCodes.map((code) => viewCoupon(code, confirmed, edits, messages)),
    ),
    referral: keep(before?.referral, viewReferral(contents.referralCode, confirmed, edits, messages)),
    freeItems: keep(before?.freeItems, priced.freeItems),
    points: keep(before?.points, priced.points),
    notifications: keep(before?.notifications, priced.notifications),
    loyalty: keep(before?.loyalty, confirmed.loyalty),
    pending: edits.length > 0,
    sync: state.sync,
    durable: state.durable,
    error: state.error,
    revision: confirmed.revision,
    session: confirmed.session,
  }
}

/** The sum of amounts, no more certain than the least certain of them. */
function sumAmounts(amounts: readonly Amount[]): Amount {
  const status = amounts.reduce<Amount['status']>(
    (worst, amount) => (certainty[amount.status] < certainty[worst] ? amount.status : worst),
    'confirmed',
  )
  return { status, value: sum(amounts.map(({ value }) => value)) }
}

const certainty = { confirmed: 2, estimated: 1, stale: 0 } as const

function statusOf(confirmed: Confirmed | undefined): CartView['status'] {
  if (!confirmed) return 'loading'
  return confirmed.session === undefined || confirmed.session.state === 'open' ? 'ready' : 'closed'
}

function negative({ status, value }: Amount): Amount {
  return { status, value: -value }
}

function atLeastZero({ status, value }: Amount): Amount {
  return { status, value: Math.max(0, value) }
}

const quantityEdits: ReadonlySet<CartEdit['type']> = new Set<CartEdit['type']>(['add', 'setQuantity', 'remove'])

function doubtOf({ edits, isOutdated }: ViewedState): Doubt {
  if (isOutdated) return 'rules'
  if (edits.length === 0) return 'none'
  return edits.every(({ type }) => quantityEdits.has(type)) ? 'quantities' : 'rules'
}

// A line that was removed is in no sum any more, but the server still counts it.
function linesGround(edits: readonly CartEdit[]): Amount {
  return { status: edits.some((edit) => 'key' in edit) ? 'estimated' : 'confirmed', value: 0 }
}

// What is off the cart as a whole or off its costs, rather than off a line.
function discountBesideLines(priced: PricedCart): number {
  return sum([priced.sessionDiscount, ...priced.additionalCosts.map(({ discount }) => discount)])
}

// A discount of the whole cart follows rules nobody here knows; where there is none, there is nothing to scale.
function statusBesideLines(priced: PricedCart, doubt: Doubt): Amount['status'] {
  if (doubt === 'none') return 'confirmed'
  return doubt === 'quantities' && discountBesideLines(priced) === 0 ? 'estimated' : 'stale'
}

function costsAmount(priced: PricedCart, edits: readonly CartEdit[]): Amount {
  const isEdited = edits.some(({ type }) => type === 'setAdditionalCosts')
  return { status: isEdited ? 'stale' : 'confirmed', value: sum(priced.additionalCosts.map(({ subtotal }) => subtotal)) }
}

function viewLines(
  contents: CartContents,
  confirmed: Confirmed,
  state: ViewedState,
  doubt: Doubt,
  before: CartView | undefined,
): readonly CartLine[] {
  const answered = new Map(
    confirmed.contents.lines.map(({ key, item }, position) => [key, { item, priced: confirmed.priced.lines[position] }]),
  )
  const pendingKeys = new Set(state.edits.map((edit) => ('key' in edit ? edit.key : undefined)))
  const shown = new Map(before?.lines.map((line) => [line.key, line]))
  const lines = contents.lines.map((line) => {
    const last = answered.get(line.key)
    const priced = last && isSameProduct(last.item, line.item) ? last.priced : undefined
    const isAsAnswered = last !== undefined && (last.item === line.item || isSame(last.item, line.item))
    const pending = pendingKeys.has(line.key)
    const next = viewLine(line, priced, pending, state.isOutdated, isAsAnswered ? doubt : 'rules')
    return keep(shown.get(line.key), next)
  })
  return before && lines.length === before.lines.length && lines.every((line, index) => line === before.lines[index]) ? before.lines : lines
}

// A line may have been removed and added again with another price; attributes alone do not change what a unit costs.
function isSameProduct(last: NewLine, item: NewLine): boolean {
  return last === item || isSame({ ...last, ...item, attributes: {} }, { ...last, attributes: {} })
}

function viewLine(
  { key, item, quantity }: CartContents['lines'][number],
  priced: PricedCart['lines'][number] | undefined,
  pending: boolean,
  isOutdated: boolean,
  doubt: Doubt,
): CartLine {
  const unitPrice = priced?.item.price ?? item.price
  const subtotal = lineSubtotal(item, quantity, priced, pending, isOutdated)
  const discount = lineDiscount(quantity, priced, doubt)
  return { ...item, key, quantity, unitPrice, subtotal, discount, total: atLeastZero(sumAmounts([subtotal, negative(discount)])), pending }
}

/*
 * | the line                 | not edited | edited                               | the session must be read |
 * | is of the answer         | confirmed  | estimated: the unit's price, times n | stale                    |
 * | is new, its price known  | -          | estimated: the unit's price, times n | estimated                |
 * | has no price known       | stale: 0   | stale: 0                             | stale: 0                 |
 */
function lineSubtotal(
  item: NewLine,
  quantity: number,
  priced: PricedCart['lines'][number] | undefined,
  pending: boolean,
  isOutdated: boolean,
): Amount {
  const { price, additionalCosts = {} } = priced?.item ?? item
  if (price === undefined) return { status: 'stale', value: 0 }
  if (priced && !pending) return { status: isOutdated ? 'stale' : 'confirmed', value: priced.subtotal }
  const costs = Object.values(additionalCosts).map((cost) => cost.price)
  return { status: priced && isOutdated ? 'stale' : 'estimated', value: times(sum([price, ...costs]), quantity) }
}

/*
 * | the line's confirmed discount    | no edit   | quantities edited             | codes, attributes edited |
 * | the same on every unit (or none) | confirmed | estimated: per unit, times n  | stale                    |
 * | different on its units           | confirmed | stale: which unit loses it?   | stale                    |
 * | the line is new                  | -         | stale: 0 until it is answered | stale                    |
 */
function lineDiscount(quantity: number, priced: PricedCart['lines'][number] | undefined, doubt: Doubt): Amount {
  if (!priced) return { status: 'stale', value: 0 }
  if (doubt === 'none') return { status: 'confirmed', value: priced.discount }
  if (doubt === 'rules' || priced.discountPerUnit === undefined) return { status: 'stale', value: priced.discount }
  return { status: 'estimated', value: times(priced.discountPerUnit, quantity) }
}

function viewCoupon(code: string, confirmed: Confirmed, edits: readonly CartEdit[], messages: RejectionMessages | undefined): CartCode {
  const isPending = edits.some((edit) => edit.type === 'applyCoupon' && sameCode(edit.code, code))
  return viewCode(code, isPending ? undefined : verdictOn(confirmed.priced, code), messages)
}

function viewReferral(
  code: string | undefined,
  confirmed: Confirmed,
  edits: readonly CartEdit[],
  messages: RejectionMessages | undefined,
): CartCode | undefined {
  if (code === undefined) return undefined
  const { referral } = confirmed.priced
  const isPending = edits.some(({ type }) => type === 'setReferral') || !referral || !sameCode(referral.code, code)
  return viewCode(code, isPending ? undefined : referral, messages)
}

function viewCode(code: string, verdict: PricedCode | undefined, messages: RejectionMessages | undefined): CartCode {
  return verdict ? { code, ...verdictInWords(verdict, messages) } : { code, status: 'pending' }
}

/** `next`, with whatever did not change kept from `before`. Of plain data. */
function keep<Value>(before: Value | undefined, next: Value): Value {
  if (before === undefined || Object.is(before, next)) return next
  if (isSame(before, next)) return before
  const parts: unknown[] | undefined = Array.isArray(before) ? before : undefined
  // What is rebuilt has the entries of `next`, or entries equal to them: it is of the same type.
  if (parts && Array.isArray(next)) return next.map((entry, index) => keep(parts[index], entry)) as Value
  if (isRecord(before) && isRecord(next))
    return Object.fromEntries(Object.entries(next).map(([name, entry]) => [name, keep(before[name], entry)])) as Value
  return next
}

function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  const entries = Object.entries(one)
  const others = new Map<string, unknown>(Object.entries(other))
  return entries.length === others.size && entries.every(([name, value]) => others.has(name) && isSame(value, others.get(name)))
}
