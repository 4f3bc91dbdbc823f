/** What-if prices: dry runs as queries. Talon.One evaluates and answers, and stores nothing. */
import type { DataTag, Query, QueryClient, QueryFunctionContext, ThrowOnError } from '@tanstack/react-query'
import { unlessAborted } from './abort.ts'
import type { TalonOne } from './client.ts'
import type { IntegrationStateV2 } from './effects.ts'
import { isDry } from './endpoint.ts'
import { updateCustomerSessionV2, type UpdateCustomerSessionV2Input } from './endpoints.ts'
import { isTalonOneError, TalonOneError } from './error.ts'
import { type PricedCart, type PricedLine, priceCart } from './price.ts'
import { type CallOptions, keyOf, type QueryFor, retries, type Retries, type TalonOneQueryKey, withSignal } from './queries.ts'
import type { CartItem, NewCustomerSessionV2 } from './schema.ts'
import { isRecord } from './record.ts'

type SessionUpdate = typeof updateCustomerSessionV2

/** What a preview of a session takes: what the session update takes, always dry. */
export interface SessionPreviewInput extends Omit<UpdateCustomerSessionV2Input, 'customerSessionId' | 'dry'> {
  /** A session's id; the payload alone counts, whatever is stored under it. Default: `'preview'`. */
  customerSessionId?: string
  /** A preview is always dry: anything but true is refused before it is sent. */
  dry?: true
}

/** What {@link sessionPreviewFor} returns: TanStack Query options. */
export interface SessionPreviewFor extends QueryFor<SessionUpdate> {
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
  queryKey: DataTag<TalonOneQueryKey<SessionUpdate>, ItemPreview, TalonOneError>
  queryFn: (context: QueryFunctionContext<TalonOneQueryKey<SessionUpdate>>) => Promise<ItemPreview>
  /** Never set: only for the compiler, as in {@link QueryFor}. */
  throwOnError?: ThrowOnError<ItemPreview, TalonOneError, ItemPreview, TalonOneQueryKey<SessionUpdate>>
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
  const { customerSessionId = 'preview', dry = true } = input
  const asked: UpdateCustomerSessionV2Input = { ...input, customerSessionId, dry }
  return {
    // TanStack Query's tag exists for the compiler only.
    queryKey: keyOf(client, updateCustomerSessionV2, asked, { ...options, preview: 'session' }) as SessionPreviewFor['queryKey'],
    queryFn: ({ client: queryClient, queryKey, signal }) => {
      keepOffDisk(queryClient)
      return dryRun(client, queryKey[4], withSignal(options, signal))
    },
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
  const { quantity = 1 } = item
  const asked: UpdateCustomerSessionV2Input = {
    customerSessionId: 'preview',
    dry: true,
    customerSession: { ...customerSession, cartItems: [{ ...item, quantity }] },
    responseContent: ['customerSession'],
  }
  const preview = joint ? 'joint item' : 'item'
  return {
    // TanStack Query's tag exists for the compiler only.
    queryKey: keyOf(client, updateCustomerSessionV2, asked, { ...options, preview }) as ItemPreviewFor['queryKey'],
    queryFn: ({ client: queryClient, queryKey, signal }) => {
      keepOffDisk(queryClient)
      const call = withSignal(options, signal)
      return joint ? askJointly(queryClient, client, queryKey[4], call) : askAlone(client, queryKey[4], call)
    },
    staleTime,
    ...retries,
    ...(joint && { retryDelay: sharedDelay }),
  }
}

/**
 * Whether a query is a preview. What-if prices belong to the moment: in a browser they are left out when the cache that has asked for them
 * is dehydrated, unless the app says itself what to leave out.
 *
 * @example
 * dehydrateOptions: { shouldDehydrateQuery: (query) => defaultShouldDehydrateQuery(query) && !isPreview(query) }
 */
export function isPreview({ queryKey }: Pick<Query, 'queryKey'>): boolean {
  const variant = queryKey[5]
  return queryKey[0] === 'talon-one' && isRecord(variant) && 'preview' in variant
}

const offDisk = new WeakSet<QueryClient>()

/**
 * Keeps previews out of what a cache is dehydrated to. A query cannot say of itself that it is not to be stored; its cache's default can. A
 * server stores nothing: what it dehydrates is on its way to a page.
 */
function keepOffDisk(queryClient: QueryClient): void {
  if (typeof window === 'undefined' || offDisk.has(queryClient)) return
  offDisk.add(queryClient)
  const { dehydrate, ...options } = queryClient.getDefaultOptions()
  const { shouldDehydrateQuery = ({ state }: Query) => state.status === 'success' } = dehydrate ?? {}
  queryClient.setDefaultOptions({
    ...options,
    dehydrate: { ...dehydrate, shouldDehydrateQuery: (query) => !isPreview(query) && shouldDehydrateQuery(query) },
  })
}

// What-if prices need not be asked for on every page view (docs.talon.one/docs/dev/integration-api/dry-requests).
const staleTime = 60_000

// The last door before a write: a key that was made or changed by hand may have lost its `dry`.
async function dryRun(client: TalonOne, input: UpdateCustomerSessionV2Input, options: CallOptions): Promise<IntegrationStateV2> {
  if (isDry(input)) return client.send(updateCustomerSessionV2, input, options)
  const issues = [{ pointer: '/dry', message: 'must be true' }]
  throw new TalonOneError('invalid_input', 'the preview was not sent: /dry: must be true', { issues })
}

async function askAlone(client: TalonOne, input: UpdateCustomerSessionV2Input, options: CallOptions): Promise<ItemPreview> {
  const cart = pricedAnswer(await dryRun(client, input, options))
  return { joint: false, line: lineAt(cart, 0), total: cart.total, cart }
}

async function askJointly(
  queryClient: QueryClient,
  client: TalonOne,
  input: UpdateCustomerSessionV2Input,
  call: CallOptions,
): Promise<ItemPreview> {
  try {
    // The others of the batch still want their answer when this one does not.
    const line = await unlessAborted(call.signal, joinBatch(queryClient, client, input, call))
    return { joint: true, line, total: line.total }
  } catch (cause) {
    if (!call.signal?.aborted) throw cause
    throw new TalonOneError('aborted', 'the preview was aborted by its caller', { cause })
  }
}

// The items of a batch fail with one error: after one pause they are asked for together again.
const delays = new WeakMap<TalonOneError, number>()

function sharedDelay(failures: number, error: TalonOneError): number {
  const delay = delays.get(error) ?? retries.retryDelay(failures, error)
  delays.set(error, delay)
  return delay
}

interface Batch {
  /** The items by what tells them apart, with how many cards wait for each. */
  waiting: Map<string, { item: CartItem; cards: number }>
  /** Resolves when the request leaves. */
  sent: Promise<void>
  /** What became of each. */
  priced: Promise<ReadonlyMap<string, PricedLine | TalonOneError>>
}

// By cache, since a server has one for each request; then by everything of a request that is not its items.
const batches = new WeakMap<QueryClient, Map<string, Batch>>()
// One frame: cards that appear together ask together.
const batchMs = 16
// A proxy takes 64 kB by default; some of it is not items.
const batchItems = 100
const batchBytes = 48_000

async function joinBatch(
  queryClient: QueryClient,
  client: TalonOne,
  input: UpdateCustomerSessionV2Input,
  { signal, ...options }: CallOptions,
): Promise<PricedLine> {
  const { cartItems: [item] = [], ...session } = input.customerSession
  const text = JSON.stringify(item)
  const open = batches.get(queryClient) ?? new Map<string, Batch>()
  batches.set(queryClient, open)
  const name = JSON.stringify([client.scope, client.profileId, session, [...new Headers(options.headers)], options.query, options.timeout])
  const last = open.get(name)
  const batch =
    last && hasRoom(last, text)
      ? last
      : openBatch((cartItems) => dryRun(client, { ...input, customerSession: { ...session, cartItems } }, options))
  open.set(name, batch)
  // Whoever asks after it has been sent opens another.
  void batch.sent.then(() => open.get(name) === batch && open.delete(name))
  if (item) waitFor(batch, text, item, signal)
  const line = (await batch.priced).get(text)
  if (line === undefined || line instanceof TalonOneError) throw line ?? withoutItem()
  return line
}

// A card that goes before the batch has left takes its item with it: it would count towards thresholds and bundles of the others.
function waitFor({ waiting }: Batch, text: string, item: CartItem, signal: AbortSignal | undefined): void {
  const entry = waiting.get(text) ?? { item, cards: 0 }
  entry.cards += 1
  waiting.set(text, entry)
  signal?.addEventListener('abort', () => (entry.cards -= 1), { once: true })
}

function hasRoom({ waiting }: Batch, text: string): boolean {
  if (waiting.has(text)) return true
  const bytes = new TextEncoder().encode([...waiting.keys(), text].join()).length
  return waiting.size < batchItems && bytes <= batchBytes
}

type Send = (items: CartItem[]) => Promise<IntegrationStateV2>

function openBatch(send: Send): Batch {
  const waiting: Batch['waiting'] = new Map()
  const sent = pause(batchMs)
  const priced = sent.then(() => priceTogether(send, new Map([...waiting].filter(([, { cards }]) => cards > 0))))
  return { waiting, sent, priced }
}

async function priceTogether(send: Send, items: Batch['waiting']): Promise<Map<string, PricedLine | TalonOneError>> {
  if (items.size === 0) return new Map()
  const names = [...items.keys()]
  try {
    const cart = pricedAnswer(await send([...items.values()].map(({ item }) => item)))
    return new Map(names.map((name, position) => [name, lineAt(cart, position)]))
  } catch (error) {
    // Items that are named as the reason have the whole batch refused: the others are asked for again without them.
    const refused = new Set(isTalonOneError(error) ? error.issues.map(({ pointer }) => names[positionIn(pointer)]) : [])
    const rest = new Map([...items].filter(([name]) => !refused.has(name)))
    if (!isTalonOneError(error) || rest.size === items.size) throw error
    const priced = await priceTogether(send, rest)
    for (const name of names) if (refused.has(name)) priced.set(name, error)
    return priced
  }
}

function positionIn(pointer: string): number {
  return Number(/cartItems\/(\d+)/.exec(pointer)?.[1] ?? -1)
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
  throw withoutItem()
}

function withoutItem(): TalonOneError {
  return new TalonOneError('unexpected_answer', 'updateCustomerSessionV2 answered a preview without the item that it was about')
}
