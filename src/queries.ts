import type { DataTag, MutationFunctionContext, Query, QueryClient, QueryFunctionContext } from '@tanstack/react-query'
import type { SendOptions, TalonOne } from './client.ts'
import {
  type Endpoint,
  identify,
  identitiesOf,
  type InputOf,
  type OutputOf,
  type ReadEndpoint,
  sessionIdOf,
  type WriteEndpoint,
} from './endpoint.ts'
import { isTalonOneError, type TalonOneError } from './error.ts'
import { isRecord } from './shape.ts'

/** `['talon-one', scope, profileId, operationId, input]`: nothing of one client or shopper is ever shown to another. */
export type TalonOneQueryKey<E extends Endpoint = Endpoint> = readonly ['talon-one', string, string | undefined, string, InputOf<E>]

/** What {@link queryFor} returns: TanStack Query options, for `useQuery`, `useSuspenseQuery`, `prefetchQuery` and loaders alike. */
export interface QueryFor<E extends Endpoint> {
  queryKey: DataTag<TalonOneQueryKey<E>, OutputOf<E>, TalonOneError>
  queryFn: (context: QueryFunctionContext<TalonOneQueryKey<E>>) => Promise<OutputOf<E>>
  retry: (failures: number, error: TalonOneError) => boolean
  retryDelay: (failures: number, error: TalonOneError) => number
}

/** What {@link mutationFor} returns: TanStack Query options, for `useMutation`. */
export interface MutationFor<E extends Endpoint> {
  mutationKey: readonly ['talon-one', string, string | undefined, string]
  mutationFn: (input: InputOf<E>, context: MutationFunctionContext) => Promise<OutputOf<E>>
  retry: false
}

/** The key {@link queryFor} uses, for `invalidateQueries`, `getQueryData` and the like. */
export function queryKeyFor<E extends ReadEndpoint>(client: TalonOne, endpoint: E, input: InputOf<E>): QueryFor<E>['queryKey'] {
  const identified = identify(endpoint, input, client.profileId)
  const key: TalonOneQueryKey<E> = ['talon-one', client.scope, client.profileId, endpoint.operationId, identified]
  // TanStack Query's tag exists for the compiler only: it lets `getQueryData(key)` know the type of the data.
  return key as QueryFor<E>['queryKey']
}

/**
 * The options of a read, without React: usable in components, loaders, route handlers and server components.
 * Retries what may succeed later three times, with full jitter, and never before `Retry-After`.
 *
 * @example
 * await queryClient.prefetchQuery(queryFor(talonOne, getCustomerInventory, { coupons: true }))
 */
export function queryFor<E extends ReadEndpoint>(client: TalonOne, endpoint: E, input: InputOf<E>, options: SendOptions = {}): QueryFor<E> {
  return {
    queryKey: queryKeyFor(client, endpoint, input),
    // The request reads its input from the key, so that one key cannot mean two requests.
    queryFn: ({ queryKey, signal }) =>
      client.send(endpoint, queryKey[4], { ...options, signal: options.signal ? AbortSignal.any([signal, options.signal]) : signal }),
    retry: (failures, error) => failures < 3 && isTalonOneError(error) && error.retryable,
    retryDelay: (failures, error) => (error.retryAfterMs ?? 0) + Math.random() * Math.min(1000 * 2 ** failures, 30_000),
  }
}

/**
 * The options of a write, without React. When it succeeds, the reads its row names as stale are invalidated, those of the same
 * profile and session only. Never retried.
 */
export function mutationFor<E extends WriteEndpoint>(client: TalonOne, endpoint: E, options: SendOptions = {}): MutationFor<E> {
  return {
    mutationKey: ['talon-one', client.scope, client.profileId, endpoint.operationId],
    mutationFn: async (input, context) => {
      const answer = await client.send(endpoint, input, options)
      void invalidate(context.client, client, endpoint, input)
      return answer
    },
    // Said outright, because an app may have its own mutations retried by default.
    retry: false,
  }
}

async function invalidate(queryClient: QueryClient, client: TalonOne, endpoint: Endpoint, input: unknown): Promise<void> {
  if (endpoint.stale.length === 0) return
  const identities = new Set(identitiesOf(endpoint, input))
  // Only then the client filled its own in. Staff that names nobody may have touched anybody.
  const isOwn = endpoint.audience === 'shopper' && endpoint.identity !== undefined
  if (identities.size === 0 && isOwn && client.profileId !== undefined) identities.add(client.profileId)
  const sessionId = sessionIdOf(input)
  await queryClient.invalidateQueries({
    predicate: ({ queryKey }: Query) => {
      const [library, scope, , operationId, readInput] = queryKey
      if (library !== 'talon-one' || scope !== client.scope || !endpoint.stale.includes(String(operationId))) return false
      return (
        agrees(sessionIdOf(readInput), sessionId === undefined ? [] : [sessionId]) &&
        agrees(isRecord(readInput) ? readInput.integrationId : undefined, [...identities])
      )
    },
  })
}

// `me` may be anybody: it agrees with every profile. So does whoever is not named.
function agrees(read: unknown, written: unknown[]): boolean {
  return read === undefined || written.length === 0 || read === 'me' || written.includes('me') || written.includes(read)
}
