'use client'

import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { createContext, createElement, type ReactElement, type ReactNode, useContext, useMemo } from 'react'
import type { NewLine } from '../cart/edits.ts'
import type { CartPlatform } from '../cart/platform.ts'
import type { TalonOne } from '../client.ts'
import { TalonOneError } from '../error.ts'
import type { RejectionMessages } from '../rejections/message.ts'

/** What {@link TalonOneProvider} takes. */
export interface TalonOneProviderProps {
  /** Made once, outside of the component, with `createTalonOne`. */
  client: TalonOne
  /** Whose data the hooks are about. Default: the client's, which is `me`, whoever the proxy says the caller is. */
  profileId?: string
  /** The session `useCart()` is about: the shop's own id for the shopper's cart. */
  sessionId?: string
  /** A line's key from its product. Default: its SKU. A cart keeps the one it was made with. */
  keyOf?: (item: NewLine) => string
  /** Texts for refused codes. Default: English. */
  messages?: RejectionMessages
  /** What carts stand on, where it is not a browser's: storage, locks and so on. A cart keeps the one it was made with. */
  platform?: Partial<CartPlatform>
  children?: ReactNode
}

/** What a provider gives to the hooks below it. */
export interface TalonOneContext extends Pick<TalonOneProviderProps, 'client' | 'sessionId' | 'keyOf' | 'messages' | 'platform'> {
  queryClient: QueryClient
}

const Context = createContext<TalonOneContext | undefined>(undefined)

/**
 * Gives the hooks below it their client. Stands inside a `QueryClientProvider`. Several may stand side by side or nested: the
 * nearest one counts. Carts belong to the cache: providers with one `QueryClient`, scope, profile and session share one. A change of
 * `profileId` shows another cart: nothing of one shopper is shown to the next.
 */
export function TalonOneProvider({
  client,
  profileId,
  sessionId,
  keyOf,
  messages,
  platform,
  children,
}: TalonOneProviderProps): ReactElement {
  const queryClient = useQueryClient()
  const forProfile = useMemo(() => (profileId === undefined ? client : client.withProfile(profileId)), [client, profileId])
  const value = useMemo(
    // The cast holds because whoever reads it does not tell what is undefined from what is left out.
    () => ({ client: forProfile, queryClient, sessionId, keyOf, messages, platform }) as TalonOneContext,
    [forProfile, queryClient, sessionId, keyOf, messages, platform],
  )
  return createElement(Context.Provider, { value }, children)
}

/** All that the nearest provider was given. */
export function useTalonOneContext(): TalonOneContext {
  return present(useContext(Context))
}

function present(context: TalonOneContext | undefined): TalonOneContext {
  if (context) return context
  throw new TalonOneError('missing_provider', 'this hook needs a <TalonOneProvider> above it')
}

/**
 * The nearest provider's client, for `queryFor`, `infiniteQueryFor` and `mutationFor`; the one given instead when there is one.
 *
 * @throws TalonOneError `missing_provider` when there is neither.
 */
export function useTalonOne(client?: TalonOne): TalonOne {
  const context = useContext(Context)
  return client ?? present(context).client
}
