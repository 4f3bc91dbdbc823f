import type { DataTag, InfiniteData, MutationFunctionContext, Query, QueryClient, QueryFunctionContext } from '@tanstack/react-query'
import type { SendOptions, TalonOne } from './client.ts'
import {
  type Changed,
  type Endpoint,
  identify,
  type InputOf,
  type OutputOf,
  type PagedEndpoint,
  type ReadEndpoint,
  type WriteEndpoint,
} from './endpoint.ts'
import type { TalonOneError } from './error.ts'
import { isRecord } from './shape.ts'

/** What a call may say that belongs to no single request: a mutation's attempts have an `idempotencyKey` of their own. */
export type CallOptions = Omit<SendOptions, 'idempotencyKey' | 'attemptOf'>

/**
 * `['talon-one', scope, profileId, operationId, input]`, and what else changes the data, if anything does: nothing of one client or
 * shopper is ever shown to another. Headers are not in it: give a client whose headers change its answers a `scope` of its own.
 */
export type TalonOneQueryKey<E extends Endpoint = Endpoint> = readonly [
  'talon-one',
  string,
  string | undefined,
  string,
  InputOf<E>,
  Variant?,
]

/** What else than its input tells a query from another of the same row. */
export interface Variant {
  /** Several pages rather than one. */
  pages?: true
  /** A dry run rather than the stored thing: of a session, of an item alone, or of an item among others. */
  preview?: 'session' | 'item' | 'joint item'
  query?: SendOptions['query'] | undefined
}

/** When a read or a write is sent again: what may succeed later, three times, with full jitter, never before `Retry-After`. */
export interface Retries {
  retry: (failures: number, error: TalonOneError) => boolean
  retryDelay: (failures: number, error: TalonOneError) => number
}

/** What {@link queryFor} returns: TanStack Query options, for `useQuery`, `useSuspenseQuery`, `prefetchQuery` and loaders alike. */
export interface QueryFor<E extends Endpoint> extends Retries {
  queryKey: DataTag<TalonOneQueryKey<E>, OutputOf<E>, TalonOneError>
  queryFn: (context: QueryFunctionContext<TalonOneQueryKey<E>>) => Promise<OutputOf<E>>
}

/** What {@link infiniteQueryFor} returns: TanStack Query options, for `useInfiniteQuery`, `useSuspenseInfiniteQuery` and the like. */
export interface InfiniteQueryFor<E extends PagedEndpoint> extends Retries {
  queryKey: DataTag<TalonOneQueryKey<E>, InfiniteData<OutputOf<E>, number>, TalonOneError>
  queryFn: (context: QueryFunctionContext<TalonOneQueryKey<E>, number>) => Promise<OutputOf<E>>
  initialPageParam: number
  getNextPageParam: (last: OutputOf<E>, pages: OutputOf<E>[], skipped: number) => number | undefined
}

/** What {@link mutationFor} returns: TanStack Query options, for `useMutation`. */
export interface MutationFor<E extends Endpoint> extends Retries {
  mutationKey: readonly ['talon-one', string, string | undefined, string]
  mutationFn: (input: InputOf<E>, context: MutationFunctionContext) => Promise<OutputOf<E>>
}

/** The key {@link queryFor} uses, and the beginning of {@link infiniteQueryFor}'s, for `invalidateQueries`, `getQueryData` and the like. */
export function queryKeyFor<E extends ReadEndpoint>(client: TalonOne, endpoint: E, input: InputOf<E>): QueryFor<E>['queryKey'] {
  // TanStack Query's tag exists for the compiler only: it lets `getQueryData(key)` know the type of the data.
  return keyOf(client, endpoint, input, {}) as QueryFor<E>['queryKey']
}

/**
 * The options of a read, without React: usable in components, loaders, route handlers and server components.
 * Retries what may succeed later three times, with full jitter, and never before `Retry-After`.
 *
 * @example
 * await queryClient.prefetchQuery(queryFor(talonOne, getCustomerInventory, { coupons: true }))
 */
export function queryFor<E extends ReadEndpoint>(client: TalonOne, endpoint: E, input: InputOf<E>, options: CallOptions = {}): QueryFor<E> {
  return {
    // As in `queryKeyFor`.
    queryKey: keyOf(client, endpoint, input, options) as QueryFor<E>['queryKey'],
    // The request reads its input from the key, so that one key cannot mean two requests.
    queryFn: ({ queryKey, signal }) => client.send(endpoint, queryKey[4], withSignal(options, signal)),
    ...retries,
  }
}

/**
 * The options of a read whose answers come in pages, without React. A page is as long as the input's `pageSize`, and the first one
 * begins after its `skip`. Retries as {@link queryFor} does.
 *
 * @example
 * const transactions = useInfiniteQuery(infiniteQueryFor(talonOne, getLoyaltyProgramProfileTransactions, { loyaltyProgramId: 1 }))
 */
export function infiniteQueryFor<E extends PagedEndpoint>(
  client: TalonOne,
  endpoint: E,
  input: InputOf<E>,
  options: CallOptions = {},
): InfiniteQueryFor<E> {
  return {
    // As in `queryKeyFor`. One key for a page and another for pages: their data differ.
    queryKey: keyOf(client, endpoint, input, { ...options, pages: true }) as InfiniteQueryFor<E>['queryKey'],
    queryFn: ({ queryKey, signal, pageParam }) =>
      client.send(endpoint, Object.assign({}, queryKey[4], { skip: pageParam }), withSignal(options, signal)),
    initialPageParam: skipOf(input),
    getNextPageParam: ({ data, hasMore, totalResultSize = 0 }, _pages, skipped) => {
      // Asked for while a component renders: an answer that is no page ends the list rather than the page.
      const next = skipped + (Array.isArray(data) ? data.length : 0)
      return next > skipped && (hasMore ?? next < totalResultSize) ? next : undefined
    },
    ...retries,
  }
}

/**
 * The options of a write, without React. When it succeeds, what its answer says of other reads is written into the cache, and the
 * reads that its row names as stale are invalidated, those of the same profile, session, program and so on only; after a dry run
 * neither. Sent again as a read is, but only where the row says that a repeat is harmless or takes an `Idempotency-Key`, or where it
 * is certain that nothing was carried out.
 */
export function mutationFor<E extends WriteEndpoint>(client: TalonOne, endpoint: E, options: CallOptions = {}): MutationFor<E> {
  return {
    mutationKey: ['talon-one', client.scope, client.profileId, endpoint.operationId],
    mutationFn: async (input, context) => {
      // TanStack Query has one context for all attempts of a mutation.
      const call = { ...options, attemptOf: context }
      const { data, changed } = await client.sendRaw(endpoint, withDefaults(endpoint, input), call)
      applyChanges(context.client, client.scope, changed)
      return data
    },
    ...retries,
  }
}

/** The one rule by which queries and mutations are sent again. */
export const retries: Retries = {
  retry: (failures, error) => failures < 3 && error.retryable === true,
  retryDelay: (failures, error) => (error.retryAfterMs ?? 0) + Math.random() * Math.min(1000 * 2 ** failures, 30_000),
}

/** A query's key, with the identity the client fills in, and what tells it from others of its row. */
export function keyOf<E extends Endpoint>(
  client: TalonOne,
  endpoint: E,
  input: InputOf<E>,
  { pages, preview, query }: Variant & CallOptions,
): TalonOneQueryKey<E> {
  const key = ['talon-one', client.scope, client.profileId, endpoint.operationId, identify(endpoint, input, client.profileId)] as const
  return pages || preview || query ? [...key, { ...(pages && { pages }), ...(preview && { preview }), ...(query && { query }) }] : key
}

/** A call that ends when its caller or its query does. */
export function withSignal(options: CallOptions, signal: AbortSignal): CallOptions {
  return { ...options, signal: options.signal ? AbortSignal.any([signal, options.signal]) : signal }
}

function skipOf(input: unknown): number {
  return isRecord(input) && typeof input.skip === 'number' ? input.skip : 0
}

// What is given as undefined is left out.
function withDefaults<E extends WriteEndpoint>(endpoint: E, input: InputOf<E>): InputOf<E> {
  const isLeftOut = (name: string) => isRecord(input) && input[name] === undefined
  const defaults = Object.entries(endpoint.defaults ?? {}).filter(([name]) => isLeftOut(name))
  return defaults.length > 0 ? Object.assign({}, input, Object.fromEntries(defaults)) : input
}

/** Writes what has changed into the cache of a client's scope, and invalidates what is out of date. */
export function applyChanges(queryClient: QueryClient, scope: string, changed: Changed): void {
  for (const query of queryClient.getQueryCache().findAll({ queryKey: ['talon-one', scope] })) {
    const read = query.queryKey[4]
    if (!isRecord(read) || !everyPlace(changed, read, agrees)) continue
    const parts = partsOf(read, query.state.data)
    const fresh = freshParts(query, read, parts, changed)
    if (fresh.size > 0) write(queryClient, query, fresh, parts)
    if (isOutdated(query, parts, fresh, changed)) invalidate(queryClient, query)
  }
}

type Parts = ReadonlyMap<string, unknown>

function freshParts(query: Query, read: Record<string, unknown>, parts: ReadonlySet<string>, changed: Changed): Parts {
  const { data, fetchStatus } = query.state
  // A read that is under way may bring something older: it stays as it is, and is asked again when it is stale. An answer is written
  // only where it is certain whose it is.
  if (!isRecord(data) || fetchStatus !== 'idle' || !everyPlace(changed, read, isSame)) return new Map()
  const filled = Object.entries(changed.filled[String(query.queryKey[3])] ?? {}).filter(([part]) => parts.has(part))
  return new Map(filled.map(([part, value]) => [part, renewed(value, data[part])] as const).filter(([, value]) => value !== undefined))
}

// What is in a cache may be malformed, as answers may: then it is asked again.
function renewed(value: unknown, before: unknown): unknown {
  if (typeof value !== 'function') return value
  try {
    return value(before)
  } catch {
    return undefined
  }
}

// What a part of is still as old as it was before.
function write(queryClient: QueryClient, query: Query, fresh: Parts, parts: ReadonlySet<string>): void {
  const { data, dataUpdatedAt, isInvalidated } = query.state
  const isWhole = [...parts].every((part) => fresh.has(part))
  queryClient.setQueryData(query.queryKey, Object.assign({}, data, Object.fromEntries(fresh)), isWhole ? {} : { updatedAt: dataUpdatedAt })
  if (isInvalidated && !isWhole) query.invalidate()
}

function isOutdated(query: Query, parts: ReadonlySet<string>, fresh: Parts, { stale }: Changed): boolean {
  return stale.some((one) => {
    const [name = '', part] = one.split('.')
    if (!String(query.queryKey[3]).startsWith(name)) return false
    if (part !== undefined) return parts.has(part) && !fresh.has(part)
    return parts.size === 0 || [...parts].some((each) => !fresh.has(each))
  })
}

function invalidate(queryClient: QueryClient, query: Query): void {
  const again = () => void queryClient.invalidateQueries({ queryKey: query.queryKey, exact: true })
  const { data, fetchStatus } = query.state
  // Only a refetch that somebody looks at is begun anew. What any other brings may be older than the write.
  if (fetchStatus === 'fetching' && (data === undefined || !query.isActive())) void query.promise?.then(again, again)
  again()
}

/** The parts of a read's data: those it has, and those it asked for. */
function partsOf(read: Record<string, unknown>, data: unknown): ReadonlySet<string> {
  return new Set([...Object.keys(isRecord(data) ? data : {}), ...Object.keys(read).filter((name) => read[name] === true)])
}

function everyPlace({ places }: Changed, read: Record<string, unknown>, agree: (read: unknown, written: unknown) => boolean): boolean {
  return Object.entries(places).every(([name, place]) => agree(read[name], place))
}

// `me` may be anybody: it agrees with every profile. So does whoever is not named.
function agrees(read: unknown, written: unknown): boolean {
  if (Array.isArray(written)) return written.some((one) => agrees(read, one))
  return read === undefined || read === 'me' || written === undefined || written === 'me' || read === written
}

function isSame(read: unknown, written: unknown): boolean {
  return read === undefined || (Array.isArray(written) ? written.every((one) => one === read) : read === written)
}
