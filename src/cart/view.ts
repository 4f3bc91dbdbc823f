/** What a shop shows: the folded cart with an amount for everything, each saying how far it can be trusted. */
import { sumEach, sumOf, takeOff, times } from '../decimal.ts'
import type { Effect } from '../effects.ts'
import type { TalonOneError } from '../error.ts'
import { type PricedCart, type PricedCode, type PricedLine, type PricedPoints, unitPriceOf } from '../price.ts'
import type { Rejection, RejectionMessages } from '../rejections/message.ts'
import { isSame } from '../same.ts'
import type { CustomerSessionV2, Loyalty } from '../schema.ts'
import { isRecord } from '../record.ts'
import type { CartEdit, NewLine } from './edits.ts'
import { type CartContents, type Confirmed, fold, sameCode, verdictInWords, verdictOn } from './fold.ts'

/**
 * An amount with how far it can be trusted, in major currency units; `shown` is what to write. `confirmed`: the server said so, for
 * this very cart; only then is there a `value`, which may be charged. `estimated`: worked out from what it said, and provably linear.
 * `stale`: what it said before the last edit.
 */
export type Amount = { status: 'confirmed'; shown: number; value: number } | { status: 'estimated' | 'stale'; shown: number }

/**
 * An amount of one line, in major currency units. `answered`: as the server said of this very line, in its last answer. Edits of other
 * lines may wait, so there is no `value` to charge: that is what totals are for. `estimated` and `stale` as in {@link Amount}.
 */
export interface LineAmount {
  status: 'answered' | 'estimated' | 'stale'
  shown: number
}

/** One line as a shop shows it. An edit of another line does not change it. */
export interface CartLine extends NewLine {
  /** Tells the line apart; by default its SKU. */
  key: string
  quantity: number
  /** Undefined while only the server knows it. */
  unitPrice: number | undefined
  /** Before discounts, own additional costs included. */
  subtotal: LineAmount
  /** Positive. */
  discount: LineAmount
  total: LineAmount
  /** Whether an edit of this line waits for the server. */
  pending: boolean
}

/** A cost beside the items, such as shipping, as of the last answer: the shop's server has the last word on it. */
export interface CartCost {
  name: string
  subtotal: Amount
  /** Positive. */
  discount: Amount
  total: Amount
}

/** Points the cart earns (or spends, negative) when it is ordered, as of the last answer. In points. */
export type CartPoints = Omit<PricedPoints, 'value'> & Amount

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
  /** While any edit waits, none of them is `confirmed`. */
  totals: { subtotal: Amount; additionalCosts: Amount; discount: Amount; total: Amount }
  /** Every discount by name, those of single lines included. */
  discounts: readonly ({ name: string } & Amount)[]
  additionalCosts: readonly CartCost[]
  coupons: readonly CartCode[]
  referral: CartCode | undefined
  freeItems: PricedCart['freeItems']
  points: readonly CartPoints[]
  notifications: PricedCart['notifications']
  /** The points of the profile as of the last answer. */
  loyalty: Loyalty | undefined
  /** Whether any edit waits for the server. */
  pending: boolean
  /** How many do. */
  pendingEdits: number
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
  /** The effects that came with `session`: `explain(session, effects)` says what each gave. */
  effects: readonly Effect[]
  /** The keys of the lines of `session`, in their order, by which effects count them. */
  keys: readonly string[]
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

/**
 * What waits: nothing; `quantities` of lines alone, which a discount may be linear in; something else of single `lines` too; what `rules`
 * may ask of any line, or the session must be read.
 */
type Doubt = 'none' | 'quantities' | 'lines' | 'rules'

/** What a view is made of. */
interface Source {
  confirmed: Confirmed
  contents: CartContents
  doubt: Doubt
  isOutdated: boolean
}

// So that the next view sees what has changed without looking into every line.
const sources = new WeakMap<CartView, Source>()

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
  const source = { confirmed, contents: fold(confirmed.contents, edits), doubt: doubtOf(state), isOutdated: state.isOutdated }
  const { contents, doubt } = source
  const lines = viewLines(source, edits, before)
  const additionalCosts = viewCosts(priced, source, edits)
  const ruled = (shown: number): Amount => amountOf(doubt === 'none' ? 'confirmed' : 'stale', shown)
  const beside: Omit<CartView, 'lines' | 'session' | 'effects' | 'error'> = {
    sessionId: state.sessionId,
    status: statusOf(state.confirmed),
    quantity: lines.reduce((units, line) => units + line.quantity, 0),
    totals: totalsOf(lines, additionalCosts, source),
    discounts: priced.discounts.map(({ name, value }) => ({ name, ...ruled(value) })),
    additionalCosts,
    coupons: contents.couponCodes.map((code) => viewCoupon(code, confirmed, edits, messages)),
    referral: viewReferral(contents.referralCode, confirmed, edits, messages),
    freeItems: priced.freeItems,
    points: priced.points.map(({ value, ...rest }) => ({ ...rest, ...ruled(value) })),
    notifications: priced.notifications,
    loyalty: confirmed.loyalty,
    pending: edits.length > 0,
    pendingEdits: edits.length,
    sync: state.sync,
    durable: state.durable,
    revision: confirmed.revision,
    keys: confirmed.contents.lines.map(({ key }) => key),
  }
  const view = { ...keep(before, beside), lines, session: confirmed.session, effects: priced.effects, error: state.error }
  sources.set(view, source)
  return view
}

function statusOf(confirmed: Confirmed | undefined): CartView['status'] {
  if (!confirmed) return 'loading'
  return confirmed.session === undefined || confirmed.session.state === 'open' ? 'ready' : 'closed'
}

function doubtOf({ edits, isOutdated }: ViewedState): Doubt {
  if (isOutdated || edits.some((edit) => !('key' in edit))) return 'rules'
  if (edits.length === 0) return 'none'
  return edits.some(({ type }) => type === 'setItemAttributes') ? 'lines' : 'quantities'
}

function amountOf(status: Amount['status'], shown: number): Amount {
  return status === 'confirmed' ? { status, shown, value: shown } : { status, shown }
}

// What no rule decides is confirmed at rest, and close to it while edits wait.
function bestOf({ doubt, isOutdated }: Source): Amount['status'] {
  return isOutdated ? 'stale' : doubt === 'none' ? 'confirmed' : 'estimated'
}

function isStale({ status }: Amount | LineAmount): boolean {
  return status === 'stale'
}

/*
 * | total    | no edit   | quantities edited                                      | anything else edited | the session must be read |
 * | subtotal | confirmed | estimated; stale with a line whose price is not known  | the same             | stale                    |
 * | costs    | confirmed | estimated                                              | the same; edited     | stale                    |
 * |          |           |                                                        | themselves: stale    |                          |
 * | discount | confirmed | estimated, where it is of lines alone and the same on  | stale                | stale                    |
 * |          |           | every unit of each; else stale                         |                      |                          |
 * | total    | as the least certain of the three                                                                                  |
 */
function totalsOf(lines: readonly CartLine[], costs: readonly CartCost[], source: Source): CartView['totals'] {
  const { priced } = source.confirmed
  const best = bestOf(source)
  const besideLines = sumOf([priced.sessionDiscount, ...costs.map((cost) => cost.discount.shown)])
  const isLinear =
    source.doubt === 'none' ||
    (source.doubt === 'quantities' && besideLines === 0 && priced.lines.every((line) => line.discountPerUnit !== undefined))
  const isSure = isLinear && !lines.some((line) => isStale(line.discount))
  const subtotal = amountOf(
    lines.some((line) => isStale(line.subtotal)) ? 'stale' : best,
    sumEach(lines, (line) => line.subtotal.shown),
  )
  const additionalCosts = amountOf(
    costs.some((cost) => isStale(cost.subtotal)) ? 'stale' : best,
    sumEach(costs, (cost) => cost.subtotal.shown),
  )
  const discount = amountOf(isSure ? best : 'stale', sumOf([besideLines, sumEach(lines, (line) => line.discount.shown)]))
  const status = [subtotal, additionalCosts, discount].some(isStale) ? 'stale' : best
  return {
    subtotal,
    additionalCosts,
    discount,
    total: amountOf(status, takeOff(sumOf([subtotal.shown, additionalCosts.shown]), discount.shown)),
  }
}

function viewCosts({ additionalCosts }: PricedCart, source: Source, edits: readonly CartEdit[]): CartCost[] {
  const status = edits.some(({ type }) => type === 'setAdditionalCosts') ? 'stale' : bestOf(source)
  const ruled = source.doubt === 'none' ? 'confirmed' : 'stale'
  return additionalCosts.map(({ name, subtotal, discount, total }) => ({
    name,
    subtotal: amountOf(status, subtotal),
    discount: amountOf(ruled, discount),
    total: amountOf(ruled, total),
  }))
}

function viewLines(
  { confirmed, contents, doubt, isOutdated }: Source,
  edits: readonly CartEdit[],
  view: CartView | undefined,
): readonly CartLine[] {
  const last = view && sources.get(view)
  const before = view?.lines ?? []
  const pendingKeys = new Set(edits.map((edit) => ('key' in edit ? edit.key : undefined)))
  const indexBefore = finder(before)
  const positionOf = finder(confirmed.contents.lines)
  const isAsBefore = last?.confirmed === confirmed && last.isOutdated === isOutdated && (last.doubt === 'rules') === (doubt === 'rules')
  let isWhole = contents.lines.length === before.length
  const lines = contents.lines.map((line, index) => {
    const at = indexBefore(line.key)
    const shown = before[at]
    const pending = pendingKeys.has(line.key)
    if (at !== index) isWhole = false
    if (isAsBefore && shown?.pending === pending && last.contents.lines[at] === line) return shown
    const position = positionOf(line.key)
    const next = viewLine(line, confirmed.contents.lines[position]?.item, confirmed.priced.lines[position], pending, isOutdated, doubt)
    if (shown && isSame(shown, next)) return shown
    isWhole = false
    return next
  })
  return isWhole ? before : lines
}

/** Finds the lines of a list by key: at once when they are asked for in their order, -1 when they are not there. */
function finder(lines: readonly { key: string }[]): (key: string) => number {
  let next = 0
  let indexes: Map<string, number> | undefined
  return (key) => {
    if (lines[next]?.key === key) return next++
    indexes ??= new Map(lines.map((line, index) => [line.key, index]))
    const index = indexes.get(key) ?? -1
    next = index + 1
    return index
  }
}

function viewLine(
  { key, item, quantity }: CartContents['lines'][number],
  answered: NewLine | undefined,
  pricedNow: PricedLine | undefined,
  pending: boolean,
  isOutdated: boolean,
  doubt: Doubt,
): CartLine {
  const priced = answered && isSameProduct(answered, item) ? pricedNow : undefined
  const subtotal = lineSubtotal(item, quantity, priced, pending, isOutdated)
  const discount = lineDiscount(quantity, priced, pending, doubt === 'rules' || !isSame(answered, item))
  const isUnsure = isStale(subtotal) || isStale(discount)
  const total: LineAmount = {
    status: isUnsure ? 'stale' : pending ? 'estimated' : 'answered',
    shown: takeOff(subtotal.shown, discount.shown),
  }
  return { ...item, key, quantity, unitPrice: priced?.item.price ?? item.price, subtotal, discount, total, pending }
}

// A line may have been removed and added again with another price; attributes alone do not change what a unit costs.
function isSameProduct(last: NewLine, item: NewLine): boolean {
  return last === item || isSame({ ...last, ...item, attributes: {} }, { ...last, attributes: {} })
}

/*
 * | the line                 | not edited | edited                               | the session must be read |
 * | is of the answer         | answered   | estimated: the unit's price, times n | stale                    |
 * | is new, its price known  | -          | estimated: the unit's price, times n | estimated                |
 * | has no price known       | stale: 0   | stale: 0                             | stale: 0                 |
 */
function lineSubtotal(item: NewLine, quantity: number, priced: PricedLine | undefined, pending: boolean, isOutdated: boolean): LineAmount {
  const known = priced?.item ?? item
  if (known.price === undefined) return { status: 'stale', shown: 0 }
  if (priced && !pending) return { status: isOutdated ? 'stale' : 'answered', shown: priced.subtotal }
  return { status: priced && isOutdated ? 'stale' : 'estimated', shown: times(unitPriceOf(known), quantity) }
}

/*
 * | the line's answered discount     | not edited | its quantity edited           | its attributes, codes, the cart's own edited |
 * | the same on every unit (or none) | answered   | estimated: per unit, times n  | stale                                        |
 * | different on its units           | answered   | stale: which unit loses it?   | stale                                        |
 * | the line is new                  | -          | stale: 0 until it is answered | stale: 0                                     |
 */
function lineDiscount(quantity: number, priced: PricedLine | undefined, pending: boolean, isRuled: boolean): LineAmount {
  if (!priced) return { status: 'stale', shown: 0 }
  if (isRuled || (pending && priced.discountPerUnit === undefined)) return { status: 'stale', shown: priced.discount }
  if (!pending) return { status: 'answered', shown: priced.discount }
  return { status: 'estimated', shown: times(priced.discountPerUnit ?? 0, quantity) }
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
