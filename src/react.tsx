'use client'

/** The provider and the hooks. Each hook is a few lines over the option factories, so that whatever it does works without React too. */
import {
  type QueryClient,
  useMutation,
  type UseMutationOptions,
  type UseMutationResult,
  useQuery,
  useQueryClient,
  type UseQueryOptions,
  type UseQueryResult,
} from '@tanstack/react-query'
import { createContext, type ReactElement, type ReactNode, useCallback, useContext, useEffect, useMemo, useSyncExternalStore } from 'react'
import type { Cart, CartActions } from './cart/cart.ts'
import { cartOf, watchCarts } from './cart/carts.ts'
import type { NewLine } from './cart/edits.ts'
import type { CartCode, CartLine, CartView } from './cart/view.ts'
import type { TalonOne } from './client.ts'
import type { InputOf, OutputOf, ReadEndpoint, WriteEndpoint } from './endpoint.ts'
import * as endpoints from './endpoints.ts'
import { TalonOneError } from './error.ts'
import { mutationFor, queryFor, type TalonOneQueryKey } from './queries.ts'
import type { RejectionMessages } from './rejection.ts'

// Provider

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
  children?: ReactNode
}

interface TalonOneContext extends Pick<TalonOneProviderProps, 'client' | 'sessionId' | 'keyOf' | 'messages'> {
  queryClient: QueryClient
}

const Context = createContext<TalonOneContext | undefined>(undefined)

/**
 * Gives the hooks below it their client. Stands inside a `QueryClientProvider`. Several may stand side by side or nested: the
 * nearest one counts. Carts belong to the cache: providers with one `QueryClient`, scope, profile and session share one. A change of
 * `profileId` shows another cart: nothing of one shopper is shown to the next.
 */
export function TalonOneProvider({ client, profileId, sessionId, keyOf, messages, children }: TalonOneProviderProps): ReactElement {
  const queryClient = useQueryClient()
  const forProfile = useMemo(() => (profileId === undefined ? client : client.withProfile(profileId)), [client, profileId])
  const value = useMemo(
    () => ({
      client: forProfile,
      queryClient,
      ...(sessionId !== undefined && { sessionId }),
      ...(keyOf && { keyOf }),
      ...(messages && { messages }),
    }),
    [forProfile, queryClient, sessionId, keyOf, messages],
  )
  return <Context.Provider value={value}>{children}</Context.Provider>
}

function useTalonOneContext(): TalonOneContext {
  const context = useContext(Context)
  if (!context) throw new TalonOneError('missing_provider', 'this hook needs a <TalonOneProvider client={…}> above its component')
  return context
}

/** The nearest provider's client, for `queryFor` and `mutationFor`. Throws `missing_provider` without one. */
export function useTalonOne(): TalonOne {
  return useTalonOneContext().client
}

// Cart

/** Which cart a hook is about. */
export interface UseCartOptions {
  /** Default: the provider's. */
  sessionId?: string
}

/**
 * A part of the cart; renders only when that part changes (compared shallowly).
 *
 * @example
 * const total = useCart({ select: (cart) => cart.totals.total })
 *
 * @throws TalonOneError `missing_provider`, `invalid_session_id`
 */
export function useCart<Selection>(options: UseCartOptions & { select: (cart: CartView) => Selection }): Selection
/**
 * The whole cart with its verbs; renders after every change. What it shows is the shopper's edits over the last answer, at once;
 * each amount says whether it is `confirmed`, `estimated` or `stale`. With `select` it returns a part.
 *
 * Major currency units. Stands on updateCustomerSessionV2 and getCustomerSession.
 *
 * @example
 * const cart = useCart()
 * <button onClick={() => cart.setQuantity(line.key, line.quantity + 1)}>+</button>
 *
 * @throws TalonOneError `missing_provider`, `invalid_session_id`
 */
export function useCart(options?: UseCartOptions): CartView & CartActions
export function useCart({ sessionId, select }: UseCartOptions & { select?: (cart: CartView) => unknown } = {}): unknown {
  const cart = useCartStore(sessionId)
  const selection = useSelection<unknown>(cart, select ?? whole)
  return useMemo(() => (select ? selection : Object.assign({}, cart.actions, selection)), [cart, select, selection])
}

const whole = (cart: CartView) => cart

/** One line by its key; renders only when that line changes. Undefined when the cart has no such line. */
export function useCartLine(key: string, options: UseCartOptions = {}): CartLine | undefined {
  return useSelection(useCartStore(options.sessionId), (cart) => cart.lines.find((line) => line.key === key))
}

/** The cart's coupons with their verdicts; renders only when those change. */
export function useCoupons(options: UseCartOptions = {}): readonly CartCode[] {
  return useSelection(useCartStore(options.sessionId), (cart) => cart.coupons)
}

/** The verbs of the cart, for components that show nothing of it: never renders again. */
export function useCartActions(options: UseCartOptions = {}): CartActions {
  return useCartStore(options.sessionId).actions
}

function useCartStore(sessionId: string | undefined): Cart {
  const context = useTalonOneContext()
  const id = sessionId ?? context.sessionId
  if (id === undefined)
    throw new TalonOneError('invalid_session_id', 'a cart needs a session id: give `sessionId` to the provider or to the hook')
  const { messages, queryClient } = context
  const watch = useCallback((listener: () => void) => watchCarts(queryClient, listener), [queryClient])
  const find = () => cartOf({ ...context, sessionId: id })
  const cart = useSyncExternalStore(watch, find, find)
  useEffect(() => cart.setMessages(messages), [cart, messages])
  return cart
}

function useSelection<Selection>(cart: Cart, select: (cart: CartView) => Selection): Selection {
  const getSelection = useMemo(() => remember(cart.getSnapshot, select), [cart, select])
  // A part of a page may hydrate when the cart has moved on; it must start from what the server rendered.
  const getInitialSelection = useMemo(() => remember(cart.getInitialSnapshot, select), [cart, select])
  return useSyncExternalStore(cart.subscribe, getSelection, getInitialSelection)
}

// React asks for the selection more often than the cart changes, and needs the same answer for the same cart.
function remember<Selection>(getSnapshot: () => CartView, select: (cart: CartView) => Selection): () => Selection {
  let last: { view: CartView; selection: Selection } | undefined
  return () => {
    const view = getSnapshot()
    if (last?.view === view) return last.selection
    const selection = select(view)
    last = { view, selection: last && isShallowEqual(last.selection, selection) ? last.selection : selection }
    return last.selection
  }
}

function isShallowEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  const entries = Object.entries(one)
  const others = new Map<string, unknown>(Object.entries(other))
  return entries.length === others.size && entries.every(([name, value]) => others.has(name) && Object.is(value, others.get(name)))
}

// Operations. Reads take `(input, options)`, writes take `(options)` and `mutate(input)`; `options` are TanStack Query's own.

/** TanStack Query's own options of a read, `select` included. */
export type ReadOptions<E extends ReadEndpoint, Data = OutputOf<E>> = Omit<
  UseQueryOptions<OutputOf<E>, TalonOneError, Data, TalonOneQueryKey<E>>,
  'queryKey' | 'queryFn'
>

/** TanStack Query's own options of a write. */
export type WriteOptions<E extends WriteEndpoint, Context = unknown> = Omit<
  UseMutationOptions<OutputOf<E>, TalonOneError, InputOf<E>, Context>,
  'mutationKey' | 'mutationFn'
>

/** What a write hook returns. */
export type WriteResult<E extends WriteEndpoint, Context = unknown> = UseMutationResult<OutputOf<E>, TalonOneError, InputOf<E>, Context>

function useRead<E extends ReadEndpoint, Data>(
  endpoint: E,
  input: InputOf<E>,
  options?: ReadOptions<E, Data>,
): UseQueryResult<Data, TalonOneError> {
  return useQuery({ ...queryFor(useTalonOne(), endpoint, input), ...options })
}

function useWrite<E extends WriteEndpoint, Context>(endpoint: E, options?: WriteOptions<E, Context>): WriteResult<E, Context> {
  return useMutation({ ...mutationFor(useTalonOne(), endpoint), ...options })
}

/** Reads a session with its net effects. {@link endpoints.getCustomerSession} */
export function useSession<Data = OutputOf<typeof endpoints.getCustomerSession>>(
  input: endpoints.GetCustomerSessionInput,
  options?: ReadOptions<typeof endpoints.getCustomerSession, Data>,
): UseQueryResult<Data, TalonOneError> {
  return useRead(endpoints.getCustomerSession, input, options)
}

/** Writes a session as it is told to. A storefront wants {@link useCart} instead. {@link endpoints.updateCustomerSessionV2} */
export function useUpdateSession<Context = unknown>(
  options?: WriteOptions<typeof endpoints.updateCustomerSessionV2, Context>,
): WriteResult<typeof endpoints.updateCustomerSessionV2, Context> {
  return useWrite(endpoints.updateCustomerSessionV2, options)
}

/** Writes attributes of a profile, by default the shopper's own. {@link endpoints.updateCustomerProfileV2} */
export function useUpdateProfile<Context = unknown>(
  options?: WriteOptions<typeof endpoints.updateCustomerProfileV2, Context>,
): WriteResult<typeof endpoints.updateCustomerProfileV2, Context> {
  return useWrite(endpoints.updateCustomerProfileV2, options)
}

/** Staff: writes up to 1000 profiles. {@link endpoints.updateCustomerProfilesV2} */
export function useUpdateProfiles<Context = unknown>(
  options?: WriteOptions<typeof endpoints.updateCustomerProfilesV2, Context>,
): WriteResult<typeof endpoints.updateCustomerProfilesV2, Context> {
  return useWrite(endpoints.updateCustomerProfilesV2, options)
}

/**
 * Reads the wallet: each part only when its flag is true, by default of the shopper's own profile.
 * {@link endpoints.getCustomerInventory}
 *
 * @example
 * const { data } = useCustomerInventory({ coupons: true })
 */
export function useCustomerInventory<Data = OutputOf<typeof endpoints.getCustomerInventory>>(
  input: endpoints.GetCustomerInventoryInput,
  options?: ReadOptions<typeof endpoints.getCustomerInventory, Data>,
): UseQueryResult<Data, TalonOneError> {
  return useRead(endpoints.getCustomerInventory, input, options)
}

/** Staff: erases a customer's data. Final. {@link endpoints.deleteCustomerData} */
export function useDeleteCustomerData<Context = unknown>(
  options?: WriteOptions<typeof endpoints.deleteCustomerData, Context>,
): WriteResult<typeof endpoints.deleteCustomerData, Context> {
  return useWrite(endpoints.deleteCustomerData, options)
}

/** Staff: adds profiles to audiences and removes them. {@link endpoints.updateCustomerProfileAudiences} */
export function useUpdateProfileAudiences<Context = unknown>(
  options?: WriteOptions<typeof endpoints.updateCustomerProfileAudiences, Context>,
): WriteResult<typeof endpoints.updateCustomerProfileAudiences, Context> {
  return useWrite(endpoints.updateCustomerProfileAudiences, options)
}

/** Puts a coupon into the wallet; the inventory is read again. {@link endpoints.createCouponReservation} */
export function useReserveCoupon<Context = unknown>(
  options?: WriteOptions<typeof endpoints.createCouponReservation, Context>,
): WriteResult<typeof endpoints.createCouponReservation, Context> {
  return useWrite(endpoints.createCouponReservation, options)
}

/** Takes a coupon out of the wallet; the inventory is read again. {@link endpoints.deleteCouponReservation} */
export function useReleaseCoupon<Context = unknown>(
  options?: WriteOptions<typeof endpoints.deleteCouponReservation, Context>,
): WriteResult<typeof endpoints.deleteCouponReservation, Context> {
  return useWrite(endpoints.deleteCouponReservation, options)
}

/** Staff: reads who holds a coupon. {@link endpoints.getReservedCustomers} */
export function useReservedCustomers<Data = OutputOf<typeof endpoints.getReservedCustomers>>(
  input: endpoints.GetReservedCustomersInput,
  options?: ReadOptions<typeof endpoints.getReservedCustomers, Data>,
): UseQueryResult<Data, TalonOneError> {
  return useRead(endpoints.getReservedCustomers, input, options)
}

/** Makes a referral code; each call makes another one. {@link endpoints.createReferral} */
export function useCreateReferral<Context = unknown>(
  options?: WriteOptions<typeof endpoints.createReferral, Context>,
): WriteResult<typeof endpoints.createReferral, Context> {
  return useWrite(endpoints.createReferral, options)
}

/** Staff: makes a referral code for each of many advocates. {@link endpoints.createReferralsForMultipleAdvocates} */
export function useCreateReferrals<Context = unknown>(
  options?: WriteOptions<typeof endpoints.createReferralsForMultipleAdvocates, Context>,
): WriteResult<typeof endpoints.createReferralsForMultipleAdvocates, Context> {
  return useWrite(endpoints.createReferralsForMultipleAdvocates, options)
}

/** Staff: the V1 session update. {@link endpoints.updateCustomerSession} @deprecated Use {@link useUpdateSession}. */
export function useUpdateSessionV1<Context = unknown>(
  options?: WriteOptions<typeof endpoints.updateCustomerSession, Context>,
): WriteResult<typeof endpoints.updateCustomerSession, Context> {
  return useWrite(endpoints.updateCustomerSession, options)
}

/** Staff: the V1 profile update. {@link endpoints.updateCustomerProfile} @deprecated Use {@link useUpdateProfile}. */
export function useUpdateProfileV1<Context = unknown>(
  options?: WriteOptions<typeof endpoints.updateCustomerProfile, Context>,
): WriteResult<typeof endpoints.updateCustomerProfile, Context> {
  return useWrite(endpoints.updateCustomerProfile, options)
}

/** Staff: the V1 event. {@link endpoints.trackEvent} @deprecated Use the V2 and V3 events. */
export function useTrackEventV1<Context = unknown>(
  options?: WriteOptions<typeof endpoints.trackEvent, Context>,
): WriteResult<typeof endpoints.trackEvent, Context> {
  return useWrite(endpoints.trackEvent, options)
}
