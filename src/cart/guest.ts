/** A guest signs in: what was in their cart comes along. */
import type { CartEdit } from './edits.ts'
import { type CartContents, fold } from './fold.ts'
import type { CodeOutcome, EditOutcome, FlushOutcome } from './outcomes.ts'
import type { GivenAway } from './taking.ts'

/** One line that a guest has brought along. */
export interface BroughtLine {
  key: string
  sku: string
  /** How many the guest had, and how many there are now: the larger of the two carts' numbers. */
  quantity: { before: number; after: number }
  /** Of one unit, in major currency units; undefined where nobody knew it. */
  unitPrice: { before: number | undefined; after: number | undefined }
}

/** What has become of a guest's cart: `brought` when it was another one than the cart of whoever signed in. */
export interface GuestCartReport extends EditOutcome {
  brought: boolean
  lines: readonly BroughtLine[]
  /** Each coupon code of the guest's, with its verdict for whoever signed in. */
  coupons: readonly CodeOutcome[]
  /** The referral code, where the cart had none of its own. */
  referral: CodeOutcome | undefined
  /** In major currency units; `before`: as last confirmed for the guest. */
  total: { before: number | undefined; after: FlushOutcome['total'] }
}

/** What {@link bringAlong} needs. */
export interface GuestOptions {
  given: GivenAway | undefined
  /** The cart as it is now. */
  contents: () => CartContents
  enqueue: (edit: CartEdit) => Promise<EditOutcome>
  flush: () => Promise<FlushOutcome>
}

/** Puts a guest's lines and codes into the cart that is there now, and reports what became of them. */
export async function bringAlong({ given, contents, enqueue, flush }: GuestOptions): Promise<GuestCartReport> {
  if (!given) {
    const { revision, total } = await flush()
    return { brought: false, revision, lines: [], coupons: [], referral: undefined, total: { before: undefined, after: total } }
  }
  const guest = fold(given.confirmed.contents, given.edits)
  const carried = linesOf(guest, contents()).map(enqueue)
  // An edit of a code has a code's outcome.
  const coupons = guest.couponCodes.map((code) => enqueue({ type: 'applyCoupon', code }) as Promise<CodeOutcome>)
  const { referralCode: code } = guest
  const referral = code && !contents().referralCode ? (enqueue({ type: 'setReferral', code }) as Promise<CodeOutcome>) : undefined
  const { revision, total } = await flush()
  await Promise.all(carried)
  return {
    brought: true,
    revision,
    lines: guest.lines.map((line) => broughtLine(line, contents())),
    coupons: await Promise.all(coupons),
    referral: await referral,
    total: { before: given.edits.length === 0 ? given.confirmed.priced.total : undefined, after: total },
  }
}

// The same product in both carts is one wish, made twice: the larger number counts.
function linesOf(guest: CartContents, { lines }: CartContents): CartEdit[] {
  return guest.lines.flatMap(({ key, item, quantity }): CartEdit[] => {
    const there = lines.find((line) => line.key === key)?.quantity ?? 0
    return there >= quantity ? [] : [{ type: 'add', key, item, quantity, isTotal: true }]
  })
}

function broughtLine({ key, item, quantity }: CartContents['lines'][number], { lines }: CartContents): BroughtLine {
  const now = lines.find((line) => line.key === key)
  return {
    key,
    sku: item.sku,
    quantity: { before: quantity, after: now?.quantity ?? 0 },
    unitPrice: { before: item.price, after: now?.item.price },
  }
}
