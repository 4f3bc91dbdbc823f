/** What a shop shows: the folded cart with an amount for everything, each saying how far it can be trusted. */
import type { TalonOneError } from '../error.ts'
import { type PricedCart, type PricedCost, type PricedPoints, sum, times } from '../price.ts'
import { rejectionMessage, type RejectionMessages } from '../rejection.ts'
import type { CustomerSessionV2, Loyalty } from '../schema.ts'
import type { CartEdit, NewLine } from './edits.ts'
import { type CartContents, type Confirmed, fold, sameCode, verdictOn } from './fold.ts'

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
  /** `reason` is the API's word, `message` what a shopper reads. */
  | { code: string; status: 'rejected'; reason: string; message: string }

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
  /** Why the last request failed. Retryable ones are being retried, nothing is lost meanwhile. */
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
  edits: readonly CartEdit[]
  error: TalonOneError | undefined
}

/** What pending edits can change: nothing, what is linear in quantities, or any discount at all. */
type Doubt = 'none' | 'quantities' | 'rules'

/** Views a state. A line that did not change keeps its object, so that its component need not render. */
export function viewCart(
  state: ViewedState,
  nothing: Confirmed,
  messages: RejectionMessages | undefined,
  before: CartView | undefined,
): CartView {
  const confirmed = state.confirmed ?? nothing
  const contents = fold(confirmed.contents, state.edits)
  const doubt = doubtOf(state.edits)
  const lines = viewLines(contents, confirmed, state, doubt, before)
  const additionalCosts = sumAmounts(confirmed.priced.additionalCosts.map(({ subtotal }) => ({ status: 'confirmed', value: subtotal })))
  const subtotal = sumAmounts(lines.map((line) => line.subtotal))
  const discount = sumAmounts([
    ...lines.map((line) => line.discount),
    { status: sessionDiscountStatus(confirmed.priced, doubt), value: discountBesideLines(confirmed.priced) },
  ])
  const total = sumAmounts([subtotal, costsInDoubt(additionalCosts, state.edits), negative(discount)])
  return {
    sessionId: state.sessionId,
    status: statusOf(state.confirmed),
    lines,
    quantity: lines.reduce((units, line) => units + line.quantity, 0),
    totals: { subtotal, additionalCosts: costsInDoubt(additionalCosts, state.edits), discount, total: atLeastZero(total) },
    discounts: confirmed.priced.discounts.map((priced) => ({ ...priced, status: doubt === 'none' ? 'confirmed' : 'stale' })),
    additionalCosts: confirmed.priced.additionalCosts,
    coupons: contents.couponCodes.map((code) => viewCoupon(code, confirmed, state.edits, messages)),
    referral: viewReferral(contents.referralCode, confirmed, state.edits, messages),
    freeItems: confirmed.priced.freeItems,
    points: confirmed.priced.points,
    notifications: confirmed.priced.notifications,
    loyalty: confirmed.loyalty,
    pending: state.edits.length > 0,
    error: state.error,
    revision: confirmed.revision,
    session: confirmed.session,
  }
}

/** The sum of amounts, no more certain than the least certain of them. */
export function sumAmounts(amounts: readonly Amount[]): Amount {
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

function doubtOf(edits: readonly CartEdit[]): Doubt {
  if (edits.length === 0) return 'none'
  return edits.every(({ type }) => quantityEdits.has(type)) ? 'quantities' : 'rules'
}

// What is off the cart as a whole or off its costs, rather than off a line.
function discountBesideLines(priced: PricedCart): number {
  return sum([priced.sessionDiscount, ...priced.additionalCosts.map(({ discount }) => discount)])
}

// A discount of the whole cart follows rules nobody here knows; where there is none, there is nothing to scale.
function sessionDiscountStatus(priced: PricedCart, doubt: Doubt): Amount['status'] {
  if (doubt === 'none') return 'confirmed'
  return doubt === 'quantities' && discountBesideLines(priced) === 0 ? 'estimated' : 'stale'
}

function costsInDoubt(costs: Amount, edits: readonly CartEdit[]): Amount {
  return edits.some(({ type }) => type === 'setAdditionalCosts') ? { status: 'stale', value: costs.value } : costs
}

function viewLines(
  contents: CartContents,
  confirmed: Confirmed,
  state: ViewedState,
  doubt: Doubt,
  before: CartView | undefined,
): readonly CartLine[] {
  const priced = new Map(confirmed.contents.lines.map(({ key }, position) => [key, confirmed.priced.lines[position]]))
  const pendingKeys = new Set(state.edits.map((edit) => ('key' in edit ? edit.key : undefined)))
  const shown = new Map(before?.lines.map((line) => [line.key, line]))
  const lines = contents.lines.map((line) => {
    const next = viewLine(line, priced.get(line.key), pendingKeys.has(line.key), doubt)
    const last = shown.get(line.key)
    return last && isSame(last, next) ? last : next
  })
  return before && lines.length === before.lines.length && lines.every((line, index) => line === before.lines[index]) ? before.lines : lines
}

function viewLine(
  { key, item, quantity }: CartContents['lines'][number],
  priced: PricedCart['lines'][number] | undefined,
  pending: boolean,
  doubt: Doubt,
): CartLine {
  const unitPrice = priced?.item.price ?? item.price
  const subtotal = lineSubtotal(item, quantity, priced, unitPrice)
  const discount = lineDiscount(quantity, priced, doubt)
  return { ...item, key, quantity, unitPrice, subtotal, discount, total: atLeastZero(sumAmounts([subtotal, negative(discount)])), pending }
}

function lineSubtotal(
  item: NewLine,
  quantity: number,
  priced: PricedCart['lines'][number] | undefined,
  unitPrice: number | undefined,
): Amount {
  if (priced?.item.quantity === quantity) return { status: 'confirmed', value: priced.subtotal }
  if (unitPrice === undefined) return { status: 'stale', value: 0 }
  const costs = Object.values(priced?.item.additionalCosts ?? item.additionalCosts ?? {}).map((cost) => cost.price)
  return { status: 'estimated', value: times(sum([unitPrice, ...costs]), quantity) }
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

function viewCode(code: string, verdict: PricedCart['referral'], messages: RejectionMessages | undefined): CartCode {
  if (!verdict) return { code, status: 'pending' }
  if (verdict.status === 'accepted') return { code, status: 'accepted' }
  const reason = verdict.reason ?? ''
  return { code, status: 'rejected', reason, message: rejectionMessage(reason, messages) }
}

function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  const entries = Object.entries(one)
  const others = new Map<string, unknown>(Object.entries(other))
  return entries.length === others.size && entries.every(([name, value]) => others.has(name) && isSame(value, others.get(name)))
}
