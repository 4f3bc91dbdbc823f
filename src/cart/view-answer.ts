/** A cart that has been answered, with an amount for everything, each saying how far it can be trusted. */
import { sumEach, sumOf, takeOff, times } from '../decimal.ts'
import { type PricedCart, type PricedCode, type PricedLine, unitPriceOf } from '../price.ts'
import { isRecord } from '../record.ts'
import type { RejectionMessages } from '../rejections/message.ts'
import { isSame } from '../same.ts'
import { type Confirmed, isClosed, verdictInWords, verdictOn } from './confirmed.ts'
import type { CartEdit, NewLine } from './edits.ts'
import { type CartContents, fold, sameCode, unitsOf } from './fold.ts'
import {
  type Amount,
  type CartCode,
  type CartCost,
  type CartLine,
  type CartView,
  type LineAmount,
  type ViewedEdits,
  viewNewCode,
  viewNewLine,
} from './view.ts'

/** What {@link viewAnswer} lays together. */
export interface ViewedAnswer extends ViewedEdits {
  confirmed: Confirmed
  /** Whether the session must be read before anything is known for sure. */
  isOutdated: boolean
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
export function viewAnswer(state: ViewedAnswer, messages: RejectionMessages | undefined, before: CartView | undefined): CartView {
  const { confirmed, edits } = state
  const { priced } = confirmed
  const source = { confirmed, contents: fold(confirmed.contents, edits), doubt: doubtOf(state), isOutdated: state.isOutdated }
  const { contents, doubt } = source
  const lines = viewLines(source, edits, before)
  const additionalCosts = viewCosts(priced, source, edits)
  const ruled = (shown: number): Amount => amountOf(doubt === 'none' ? 'confirmed' : 'stale', shown)
  const beside: Omit<CartView, 'lines' | 'session' | 'effects' | 'error'> = {
    sessionId: state.sessionId,
    status: isClosed(confirmed) ? 'closed' : 'ready',
    quantity: unitsOf(lines),
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
    keys: before && sources.get(before)?.confirmed === confirmed ? before.keys : confirmed.contents.lines.map(({ key }) => key),
  }
  const view = { ...keep(before, beside), lines, session: confirmed.session, effects: priced.effects, error: state.error }
  sources.set(view, source)
  return view
}

function doubtOf({ edits, isOutdated }: ViewedAnswer): Doubt {
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
  const doubtful = { subtotal: false, discount: !isLinear }
  for (const line of lines) {
    doubtful.subtotal ||= isStale(line.subtotal)
    doubtful.discount ||= isStale(line.discount)
  }
  const subtotal = amountOf(
    doubtful.subtotal ? 'stale' : best,
    sumEach(lines, (line) => line.subtotal.shown),
  )
  const additionalCosts = amountOf(
    costs.some((cost) => isStale(cost.subtotal)) ? 'stale' : best,
    sumEach(costs, (cost) => cost.subtotal.shown),
  )
  const discount = amountOf(doubtful.discount ? 'stale' : best, sumOf([besideLines, sumEach(lines, (line) => line.discount.shown)]))
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
    const at = indexBefore(line.key, index)
    const shown = before[at]
    const pending = pendingKeys.has(line.key)
    if (at !== index) isWhole = false
    if (isAsBefore && shown?.pending === pending && last.contents.lines[at] === line) return shown
    const position = positionOf(line.key, index)
    const next = viewLine(line, confirmed.contents.lines[position]?.item, confirmed.priced.lines[position], pending, isOutdated, doubt)
    if (shown && isSame(shown, next)) return shown
    isWhole = false
    return next
  })
  return isWhole ? before : lines
}

/** Finds the lines of a list by key, at once where they are likely to be; -1 when they are not there. */
function finder(lines: readonly { key: string }[]): (key: string, likely: number) => number {
  let indexes: Map<string, number> | undefined
  return (key, likely) => {
    if (lines[likely]?.key === key) return likely
    indexes ??= new Map(lines.map((line, index) => [line.key, index]))
    return indexes.get(key) ?? -1
  }
}

function viewLine(
  line: CartContents['lines'][number],
  answered: NewLine | undefined,
  pricedNow: PricedLine | undefined,
  pending: boolean,
  isOutdated: boolean,
  doubt: Doubt,
): CartLine {
  const { key, item, quantity } = line
  const priced = answered && isSameProduct(answered, item) ? pricedNow : undefined
  if (!priced) return viewNewLine(line)
  const subtotal = lineSubtotal(quantity, priced, pending, isOutdated)
  const discount = lineDiscount(quantity, priced, pending, doubt === 'rules' || !isSame(answered, item))
  const isUnsure = isStale(subtotal) || isStale(discount)
  const total: LineAmount = {
    status: isUnsure ? 'stale' : pending ? 'estimated' : 'answered',
    shown: takeOff(subtotal.shown, discount.shown),
  }
  return { ...item, key, quantity, unitPrice: priced.item.price ?? item.price, subtotal, discount, total, pending }
}

// A line may have been removed and added again with another price; attributes alone do not change what a unit costs.
function isSameProduct(last: NewLine, item: NewLine): boolean {
  return last === item || isSame({ ...last, ...item, attributes: {} }, { ...last, attributes: {} })
}

/*
 * | the line                                | not edited | edited                               | the session must be read |
 * | is of the answer                        | answered   | estimated: the unit's price, times n | stale                    |
 * | has no price known                      | stale: 0   | stale: 0                             | stale: 0                 |
 * | is new (`viewNewLine`), its price known | -          | estimated: the unit's price, times n | estimated                |
 */
function lineSubtotal(quantity: number, { item, subtotal }: PricedLine, pending: boolean, isOutdated: boolean): LineAmount {
  if (item.price === undefined) return { status: 'stale', shown: 0 }
  if (!pending) return { status: isOutdated ? 'stale' : 'answered', shown: subtotal }
  return { status: isOutdated ? 'stale' : 'estimated', shown: times(unitPriceOf(item), quantity) }
}

/*
 * | the line's answered discount     | not edited | its quantity edited           | its attributes, codes, the cart's own edited |
 * | the same on every unit (or none) | answered   | estimated: per unit, times n  | stale                                        |
 * | different on its units           | answered   | stale: which unit loses it?   | stale                                        |
 * | the line is new (`viewNewLine`)  | -          | stale: 0 until it is answered | stale: 0                                     |
 */
function lineDiscount(quantity: number, priced: PricedLine, pending: boolean, isRuled: boolean): LineAmount {
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
  return verdict ? { code, ...verdictInWords(verdict, messages) } : viewNewCode(code)
}

/** `next`, with whatever did not change kept from `before`. Of plain data. */
function keep<Value>(before: Value | undefined, next: Value): Value {
  if (before === undefined || Object.is(before, next)) return next
  const isList = Array.isArray(next)
  if (!(isList ? Array.isArray(before) : isRecord(next) && isRecord(before))) return next
  // A list is read by its indexes, as an object by its names.
  const old = before as Readonly<Record<string, unknown>>
  const entries = Object.entries(next as object).map(([name, entry]): [string, unknown] => [name, keep(old[name], entry)])
  if (entries.length === Object.keys(old).length && entries.every(([name, entry]) => name in old && Object.is(entry, old[name])))
    return before
  // What is rebuilt has the entries of `next`, or entries equal to them: it is of the same type.
  return (isList ? entries.map(([, entry]) => entry) : Object.fromEntries(entries)) as Value
}
