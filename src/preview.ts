/** What-if prices: dry runs as queries. Talon.One evaluates and answers, and stores nothing. */
import type { DataTag, Query, QueryFunctionContext } from '@tanstack/react-query'
import { unlessAborted } from './abort.ts'
import type { TalonOne } from './client.ts'
import type { IntegrationStateV2 } from './effects.ts'
import { isDry } from './endpoint.ts'
import { updateCustomerSessionV2, type UpdateCustomerSessionV2Input } from './endpoints.ts'
import { TalonOneError } from './error.ts'
import { type PricedCart, type PricedLine, priceCart } from './price.ts'
import { type CallOptions, keyOf, type QueryFor, retries, type Retries, type TalonOneQueryKey, withSignal } from './queries.ts'
import type { CartItem, NewCustomerSessionV2 } from './schema.ts'
import { isRecord } from './shape.ts'

type Row = typeof updateCustomerSessionV2

/** What a preview of a session takes: what the session update takes, always dry. */
export interface SessionPreviewInput extends Omit<UpdateCustomerSessionV2Input, 'customerSessionId' | 'dry'> {
  /** A session's id; the payload alone counts, whatever is stored under it. Default: `'preview'`. */
  customerSessionId?: string
  /** A preview is always dry: anything but true is refused before it is sent. */
  dry?: true
}

/** What {@link sessionPreviewFor} returns: TanStack Query options. */
export interface SessionPreviewFor extends QueryFor<Row> {
  staleTime: number
}

/** What a preview of one item takes. */
export interface ItemPreviewInput {
  /** The product as the cart would send it. Default quantity: 1. */
  item: Omit<CartItem, 'quantity'> & { quantity?: number }
  /** For whom, and under which circumstances: coupons, attributes, store. Default: the client's profile, nothing else. */
  customerSession?: Omit<NewCustomerSessionV2, 'cartItems' | 'state'>
  /**
   * Evaluate it together with every other joint item that is asked for in the same moment, in one request for up to 100 of them: cheap
   * for a page of product cards, but thresholds and bundles see all of them, so that a joint price need not be the price of one alone.
   * The answer says so. Default: false, each item alone, in a request of its own.
   */
  joint?: boolean
}

/** The what-if price of one item. Major currency units. */
export type ItemPreview =
  | {
      joint: false
      line: PricedLine
      /** What this item alone would cost, discounts on the cart as a whole included. */
      total: number
      /** The whole what-if cart. */
      cart: PricedCart
    }
  | {
      joint: true
      line: PricedLine
      /** What the item costs beside the others it was evaluated with; without discounts on the cart as a whole, which are nobody's. */
      total: number
    }

/** What {@link itemPreviewFor} returns: TanStack Query options. */
export interface ItemPreviewFor extends Retries {
  queryKey: DataTag<TalonOneQueryKey<Row>, ItemPreview, TalonOneError>
  queryFn: (context: QueryFunctionContext<TalonOneQueryKey<Row>>) => Promise<ItemPreview>
  staleTime: number
}

/**
 * What a session would answer, as a query: cached by its basket, fresh for a minute, nothing stored and nothing redeemed. A shopper may
 * ask for it where the proxy says so (`operations.previews`).
 *
 * @example
 * const { data } = useQuery(sessionPreviewFor(talonOne, { customerSession: { cartItems, couponCodes: ['SAVE10'] } }))
 *
 * @throws TalonOneError `invalid_input` when `dry` is anything but true.
 * @see https://docs.talon.one/docs/dev/integration-api/dry-requests
 */
export function sessionPreviewFor(client: TalonOne, input: SessionPreviewInput, options: CallOptions = {}): SessionPreviewFor {
  const asked: UpdateCustomerSessionV2Input = { customerSessionId: 'preview', dry: true, ...input }
  return {
    // TanStack Query's tag exists for the compiler only.
    queryKey: keyOf(client, updateCustomerSessionV2, asked, { ...options, preview: 'session' }) as SessionPreviewFor['queryKey'],
    queryFn: ({ queryKey, signal }) => dryRun(client, queryKey[4], withSignal(options, signal)),
    staleTime,
    ...retries,
  }
}

/**
 * What one item would cost, as a query: cards of the same item share one request, at most one runs at a time beside the cart's own
 * write, and it is fresh for a minute, so that going back asks for nothing.
 *
 * @example
 * const { data } = useQuery(itemPreviewFor(talonOne, { item: { sku: 'beans', price: 12.5, category: 'Coffee' } }))
 *
 * @throws TalonOneError `unexpected_answer` when the answer lacks the item.
 * @see https://docs.talon.one/docs/dev/integration-api/dry-requests
 */
export function itemPreviewFor(client: TalonOne, input: ItemPreviewInput, options: CallOptions = {}): ItemPreviewFor {
  const { item, customerSession, joint = false } = input
  const asked: UpdateCustomerSessionV2Input = {
    customerSessionId: 'preview',
    dry: true,
    customerSession: { ...customerSession, cartItems: [{ quantity: 1, ...item }] },
    responseContent: ['customerSession'],
  }
  const preview = joint ? 'joint item' : 'item'
  return {
    // TanStack Query's tag exists for the compiler only.
    queryKey: keyOf(client, updateCustomerSessionV2, asked, { ...options, preview }) as ItemPreviewFor['queryKey'],
    queryFn: ({ queryKey, signal }) => (joint ? askJointly : askAlone)(client, queryKey[4], withSignal(options, signal)),
    staleTime,
    ...retries,
    ...(joint && { retryDelay: sharedDelay }),
  }
}

/**
 * Whether a query is a preview. What-if prices belong to the moment: leave them out when a cache is written to disk.
 *
 * @example
 * dehydrateOptions: { shouldDehydrateQuery: (query) => defaultShouldDehydrateQuery(query) && !isPreview(query) }
 */
export function isPreview({ queryKey }: Pick<Query, 'queryKey'>): boolean {
  const [library, , , , , variant] = queryKey
  return library === 'talon-one' && isRecord(variant) && 'preview' in variant
}

// What-if prices need not be asked for on every page view (docs.talon.one/docs/dev/integration-api/dry-requests).
const staleTime = 60_000

// The last door before a write: a key that was made or changed by hand may have lost its `dry`.
async function dryRun(client: TalonOne, input: UpdateCustomerSessionV2Input, options: CallOptions): Promise<IntegrationStateV2> {
  if (isDry(input)) return client.send(updateCustomerSessionV2, input, options)
  const issues = [{ pointer: '/dry', message: 'must be true' }]
  throw new TalonOneError('invalid_input', 'the preview was not sent: /dry: must be true, or it would be a write', { issues })
}

async function askAlone(client: TalonOne, input: UpdateCustomerSessionV2Input, options: CallOptions): Promise<ItemPreview> {
  const cart = pricedAnswer(await dryRun(client, input, options))
  return { joint: false, line: lineAt(cart, 0), total: cart.total, cart }
}

async function askJointly(
  client: TalonOne,
  input: UpdateCustomerSessionV2Input,
  { signal, ...options }: CallOptions,
): Promise<ItemPreview> {
  const { cart, position } = joinBatch(client, input, options)
  // The others of the batch still want their answer when this one does not.
  const line = lineAt(await unlessAborted(signal, cart).catch((error: unknown) => throwAborted(signal, error)), position)
  return { joint: true, line, total: line.total }
}

function throwAborted(signal: AbortSignal | undefined, cause: unknown): never {
  if (!signal?.aborted) throw cause
  throw new TalonOneError('aborted', 'the preview was aborted by its caller', { cause })
}

// The items of a batch fail with one error: after one pause they are asked for together again.
const delays = new WeakMap<TalonOneError, number>()

function sharedDelay(failures: number, error: TalonOneError): number {
  const delay = delays.get(error) ?? retries.retryDelay(failures, error)
  delays.set(error, delay)
  return delay
}

interface Batch {
  /** The items by what tells them apart, in the order of their lines. */
  items: Map<string, CartItem>
  /** Resolves when the request leaves. */
  sent: Promise<void>
  cart: Promise<PricedCart>
}

// By client, then by everything of a request that is not its items.
const batches = new WeakMap<TalonOne, Map<string, Batch>>()
// One frame: cards that appear together ask together.
const batchMs = 16
// A proxy takes 64 kB by default.
const batchItems = 100

function joinBatch(
  client: TalonOne,
  input: UpdateCustomerSessionV2Input,
  options: CallOptions,
): { cart: Promise<PricedCart>; position: number } {
  const { cartItems: [item] = [], ...session } = input.customerSession
  const open = batches.get(client) ?? new Map<string, Batch>()
  batches.set(client, open)
  const name = JSON.stringify([session, [...new Headers(options.headers)], options.query, options.timeout])
  const batch =
    open.get(name) ?? openBatch((cartItems) => dryRun(client, { ...input, customerSession: { ...session, cartItems } }, options))
  if (item) batch.items.set(JSON.stringify(item), item)
  if (batch.items.size < batchItems) open.set(name, batch)
  else open.delete(name)
  // Whoever asks after it has been sent, or filled, opens another.
  void batch.sent.then(() => open.get(name) === batch && open.delete(name))
  return { cart: batch.cart, position: [...batch.items.keys()].indexOf(JSON.stringify(item)) }
}

function openBatch(send: (items: CartItem[]) => Promise<IntegrationStateV2>): Batch {
  const items = new Map<string, CartItem>()
  const sent = pause(batchMs)
  return { items, sent, cart: sent.then(async () => pricedAnswer(await send([...items.values()]))) }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

function pricedAnswer({ customerSession, effects }: IntegrationStateV2): PricedCart {
  if (customerSession) return priceCart(customerSession, effects)
  throw new TalonOneError('unexpected_answer', 'updateCustomerSessionV2 answered a preview without the session that it asked for')
}

function lineAt({ lines }: PricedCart, position: number): PricedLine {
  const line = lines[position]
  if (line) return line
  throw new TalonOneError('unexpected_answer', 'updateCustomerSessionV2 answered a preview without the item that it was about')
}
