/** What a shop shows of a cart, and the whole of it until the first answer: the edits alone. */
import type { Effect } from '../effects.ts'
import type { TalonOneError } from '../error.ts'
import type { PricedCart, PricedPoints } from '../price.ts'
import type { Rejection } from '../rejections/message.ts'
import type { CustomerSessionV2, Loyalty } from '../schema.ts'
import type { CartEdit, NewLine } from './edits.ts'
import { type CartContents, fold, noContents, unitsOf } from './fold.ts'

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

/** What a cart's view is made of, beside its last answer. */
export interface ViewedEdits {
  sessionId: string
  edits: readonly CartEdit[]
  error: TalonOneError | undefined
  sync: CartSync
  durable: boolean
}

const none: readonly never[] = []

/** Views a cart that nobody has answered for: what was added meanwhile, at the prices that it was added with. */
export function viewEdits({ sessionId, edits, error, sync, durable }: ViewedEdits): CartView {
  const contents = fold(noContents, edits)
  const lines = contents.lines.map(viewNewLine)
  const shown = contents.lines.reduce((sum, line) => sum + millionthsOf(line), 0) / million
  const unknown: Amount = { status: 'stale', shown: 0 }
  const total: Amount = { status: 'stale', shown }
  const { couponCodes, referralCode } = contents
  return {
    sessionId,
    status: 'loading',
    lines,
    quantity: unitsOf(lines),
    totals: { subtotal: total, additionalCosts: unknown, discount: unknown, total },
    discounts: none,
    additionalCosts: none,
    coupons: couponCodes.map(viewNewCode),
    referral: referralCode === undefined ? undefined : viewNewCode(referralCode),
    freeItems: [],
    points: none,
    notifications: [],
    loyalty: undefined,
    pending: edits.length > 0,
    pendingEdits: edits.length,
    sync,
    durable,
    error,
    revision: 0,
    session: undefined,
    effects: none,
    keys: none,
  }
}

const newLines = new WeakMap<CartContents['lines'][number], CartLine>()

/** A line that no answer has, as a shop shows it: the same object for the same line. */
export function viewNewLine(line: CartContents['lines'][number]): CartLine {
  const known = newLines.get(line)
  if (known) return known
  const { key, item, quantity } = line
  const shown = millionthsOf(line) / million
  const stale: LineAmount = { status: 'stale', shown }
  const next: CartLine = {
    ...item,
    key,
    quantity,
    unitPrice: item.price,
    subtotal: item.price === undefined ? stale : { status: 'estimated', shown },
    discount: { status: 'stale', shown: 0 },
    total: stale,
    pending: true,
  }
  newLines.set(line, next)
  return next
}

// As decimals are summed; with places enough for an estimate, whatever the currency.
const million = 1e6

/** What a line comes to at the price that it was added with; nothing where only the server knows the price. */
function millionthsOf({ item, quantity }: CartContents['lines'][number]): number {
  const parts = item.price === undefined ? [] : [item, ...Object.values(item.additionalCosts ?? {})]
  return quantity * parts.reduce((sum, { price = 0 }) => sum + Math.round(price * million), 0)
}

/** A code that no answer has said anything of. */
export function viewNewCode(code: string): CartCode {
  return { code, status: 'pending' }
}
