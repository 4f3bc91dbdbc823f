import type {
  DataTag,
  InfiniteData,
  MutationFunctionContext,
  Query,
  QueryClient,
  QueryFunctionContext,
  ThrowOnError,
} from '@tanstack/react-query'
import type { Changed } from './changes.ts'
import type { SendOptions, TalonOne } from './client.ts'
import type { Endpoint, InputOf, OutputOf, PagedEndpoint, ReadEndpoint, WriteEndpoint } from './endpoint.ts'
import type { TalonOneError } from './error.ts'
import { identify } from './identity.ts'
import { keyByName } from './key.ts'
import { isRecord } from './record.ts'

/** What a query or a mutation may say of all its requests. */
export type CallOptions = Omit<SendOptions, 'idempotencyKey' | 'attemptOf' | 'lane' | 'onChanged' | 'withDefaults'>

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

/**
 * When a read or a write is sent again: what may succeed later, three times, with full jitter, never before `Retry-After`. Counts before
 * an app's defaults; a `retry` among a hook's own options counts before it.
 */
export interface Retries {
  retry(this: void, failures: number, error: TalonOneError): boolean
  retryDelay(this: void, failures: number, error: TalonOneError): number
}

/** What {@link queryFor} returns: TanStack Query options, for `useQuery`, `useSuspenseQuery`, `prefetchQuery` and loaders alike. */
export interface QueryFor<E extends Endpoint> extends Retries {
  queryKey: DataTag<TalonOneQueryKey<E>, OutputOf<E>, TalonOneError>
  queryFn: (context: QueryFunctionContext<TalonOneQueryKey<E>>) => Promise<OutputOf<E>>
  /** Never set: only for the compiler, which learns from it how a query of `useQueries` fails. */
  throwOnError?: ThrowOnError<OutputOf<E>, TalonOneError, OutputOf<E>, TalonOneQueryKey<E>>
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
 * is certain that nothing was carried out. A mutation that is resumed from storage is a new one with a new key, so leave events out of what
 * is stored.
 */
export function mutationFor<E extends WriteEndpoint>(client: TalonOne, endpoint: E, options: CallOptions = {}): MutationFor<E> {
  return {
    mutationKey: ['talon-one', client.scope, client.profileId, endpoint.operationId],
    mutationFn: (input, context) =>
      client.send(endpoint, input, {
        ...options,
        withDefaults: true,
        // TanStack Query has one context for all attempts of a mutation.
        attemptOf: context,
        onChanged: rememberReads(context.client, client),
      }),
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
  const key = keyByName(client, endpoint.operationId, identify(endpoint, input, client.profileId))
  return pages || preview || query ? [...key, { ...(pages && { pages }), ...(preview && { preview }), ...(query && { query }) }] : key
}

/** A call that ends when its caller or its query does. */
export function withSignal(options: CallOptions, signal: AbortSignal): CallOptions {
  return { ...options, signal: options.signal ? AbortSignal.any([signal, options.signal]) : signal }
}

function skipOf(input: unknown): number {
  return isRecord(input) && typeof input.skip === 'number' ? input.skip : 0
}

/**
 * Remembers what a cache holds of a client's reads before a write, and returns what brings them up to date after it: a read whose parts
 * the answer carries, all of them, is written; any other that is out of date is invalidated.
 */
export function rememberReads(queryClient: QueryClient, { scope, profileId }: TalonOne): (changed: Changed) => void {
  const reads = () => queryClient.getQueryCache().findAll({ queryKey: ['talon-one', scope] })
  const before = new Map(reads().map((query) => [query, query.state.dataUpdateCount]))
  return ({ touches, isAbout, outdated, carried }) => {
    for (const query of reads()) {
      const [, , owner, operation, read, variant] = query.queryKey
      if (!isRecord(read) || !touches(read)) continue
      const { data, dataUpdateCount, fetchStatus, isInvalidated } = query.state
      const known = isRecord(data) ? data : {}
      const parts = Object.keys({ ...known, ...read }).filter((name) => name in known || read[name] === true)
      const renew = (part: string): [string, unknown] => [part, renewed(carried[String(operation)]?.[part], known[part], isInvalidated)]
      // Written only where it is certain whose it is, and where nothing has come in between:
      //   Alice's write leaves ─ signed out, cache cleared ─ Bob reads ─ her answer   (another query of the same key)
      //   write leaves ─ another write, a read that sees it ─ the first one's answer  (newer data)
      const isIdle = fetchStatus === 'idle' && data !== undefined && before.get(query) === dataUpdateCount
      const isOurs = isIdle && owner === profileId && !variant && isAbout(read)
      const fresh = isOurs ? parts.map(renew) : []
      if (fresh.length > 0 && fresh.every(([, value]) => value !== undefined))
        queryClient.setQueryData(query.queryKey, Object.fromEntries(fresh))
      else if (outdated(String(operation), parts).length > 0) invalidate(queryClient, query)
    }
  }
}

function renewed(value: unknown, before: unknown, isInvalidated: boolean): unknown {
  if (typeof value !== 'function') return value
  // What is out of date already is nothing to build on.
  if (isInvalidated) return undefined
  try {
    return value(before)
  } catch {
    // What a cache holds may be malformed, as answers may: it is asked for again.
    return undefined
  }
}

function invalidate(queryClient: QueryClient, query: Query): void {
  const again = () => void queryClient.invalidateQueries({ queryKey: query.queryKey, exact: true })
  const { data, fetchStatus } = query.state
  // Only a refetch that somebody looks at is begun anew. What any other brings may be older than the write.
  if (fetchStatus === 'fetching' && (data === undefined || !query.isActive())) void query.promise?.then(again, again)
  again()
}
