import type { AdditionalCost, CartItem } from '../schema.ts'
import { isRecord } from '../record.ts'
import { withinSignal } from './deadline.ts'
import type { Shopper } from './identity.ts'
import { Problem } from './problem.ts'

/** What a browser may say of a line: which product, and how many. */
export interface DraftItem {
  sku: string
  quantity: number
  /** Those on the proxy's `itemAttributes` list. */
  attributes?: Record<string, unknown>
}

/** A cart as the shop's server prices it. Major currency units. */
export interface PricedDraft {
  /** One for each item of the draft, in its order; undefined for one that is not sold: then the shopper's edit is refused. */
  cartItems: (CartItem | undefined)[]
  /** Such as shipping. What the browser said of them is dropped. */
  additionalCosts?: Record<string, AdditionalCost>
}

/**
 * Who says what a product costs. The Rule Engine believes the price it is sent, so a browser must not say it.
 * - `'catalog'`: Talon.One's own catalogue; only SKU and quantity are sent on.
 * - a function: the shop's server.
 * - `'unsafe-trust-browser'`: whatever the page says. For prototypes; warns at every start.
 */
export type Pricing =
  | 'catalog'
  | 'unsafe-trust-browser'
  | ((draft: { items: readonly DraftItem[] }, shopper: Shopper, context: PricingContext) => PricedDraft | Promise<PricedDraft>)

/** What a pricing function may look at beside the cart and the shopper. */
export interface PricingContext {
  request: Request
  /** Aborted when nobody waits for the prices any more. */
  signal: AbortSignal
}

/** The input with the prices of whoever is trusted with them. */
export async function priceInput(
  pricing: Pricing,
  input: Record<string, unknown>,
  shopper: Shopper,
  request: Request,
  ms: number,
): Promise<Record<string, unknown>> {
  const session = input.customerSession
  if (pricing === 'unsafe-trust-browser' || !isRecord(session)) return input
  const { cartItems, additionalCosts: _, ...rest } = session
  if (!Array.isArray(cartItems)) return { ...input, customerSession: rest }
  const items = cartItems.filter(isRecord).map(draftItem)
  if (pricing === 'catalog') return { ...input, customerSession: { ...rest, cartItems: items } }
  const ask = (signal: AbortSignal) => pricing({ items }, shopper, { request, signal })
  return { ...input, customerSession: { ...rest, ...(await reprice(ask, items, ms)) } }
}

type AskPricing = (signal: AbortSignal) => PricedDraft | Promise<PricedDraft>

async function reprice(ask: AskPricing, items: DraftItem[], ms: number): Promise<PricedDraft> {
  const priced = await askPricing(ask, ms)
  const { cartItems, additionalCosts } = priced
  const agrees = cartItems.length === items.length && cartItems.every((item, index) => item === undefined || item.sku === items[index]?.sku)
  // Effects address lines by position: a cart that lost or moved a line would be discounted in the wrong place.
  if (!agrees) throw new Problem(503, 'reprice_failed', { retryable: true })
  const issues = cartItems.flatMap((item, index) =>
    item ? [] : [{ pointer: `/customerSession/cartItems/${index}/sku`, message: 'not for sale' }],
  )
  if (issues.length > 0) throw new Problem(422, 'field_not_allowed', { issues })
  // Nothing else of it: an order of the shop's own may have a profile and a state too.
  return { cartItems, ...(additionalCosts && { additionalCosts }) }
}

async function askPricing(ask: AskPricing, ms: number): Promise<PricedDraft> {
  try {
    return await withinSignal(ms, () => new Error('`pricing` took too long'), ask)
  } catch (cause) {
    throw new Problem(503, 'reprice_failed', { retryable: true, cause })
  }
}

function draftItem({ sku, quantity, attributes }: Record<string, unknown>): DraftItem {
  // `readInput` has held all three to the row's shape.
  return { sku: sku as string, quantity: quantity as number, ...(isRecord(attributes) && { attributes }) }
}
