'use client'

import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { Cart, CartActions } from '../cart/cart.ts'
import { cartOf, watchCarts } from '../cart/carts.ts'
import type { CartCode, CartLine, CartView } from '../cart/view.ts'
import { TalonOneError } from '../error.ts'
import { useTalonOneContext } from './provider.ts'

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
  return useSelection<unknown>(cart, select ?? ((view) => ({ ...cart.actions, ...view })))
}

/**
 * One line by its key; renders only when that line changes. Undefined when the cart has no such line. Amounts in major currency units.
 * Stands on updateCustomerSessionV2 and getCustomerSession.
 *
 * @throws TalonOneError `missing_provider`, `invalid_session_id`
 */
export function useCartLine(key: string, options: UseCartOptions = {}): CartLine | undefined {
  return useSelection(useCartStore(options.sessionId), ({ lines }) => lines.find((line) => line.key === key), key)
}

/**
 * The cart's coupons with their verdicts; renders only when those change. Stands on updateCustomerSessionV2 and getCustomerSession.
 *
 * @throws TalonOneError `missing_provider`, `invalid_session_id`
 */
export function useCoupons(options: UseCartOptions = {}): readonly CartCode[] {
  return useSelection(useCartStore(options.sessionId), (cart) => cart.coupons)
}

/** How a cart fares, without what is in it. */
export interface CartStatus extends Pick<CartView, 'sync' | 'durable' | 'status' | 'error' | 'revision'> {
  /** How many edits wait for the server. */
  pending: number
}

/**
 * Whether what the shopper did has been saved, and if not, why; renders only when one of these changes. For a line such as "Saving…",
 * "Offline, your changes are kept" or "Saved". Stands on updateCustomerSessionV2 and getCustomerSession.
 *
 * @example
 * const { sync, pending } = useCartStatus()
 * <output>{sync === 'offline' ? `Offline: ${pending} changes wait` : pending > 0 ? 'Saving…' : 'Saved'}</output>
 *
 * @throws TalonOneError `missing_provider`, `invalid_session_id`
 */
export function useCartStatus(options: UseCartOptions = {}): CartStatus {
  return useSelection(useCartStore(options.sessionId), statusOf)
}

function statusOf({ sync, pendingEdits: pending, durable, status, error, revision }: CartView): CartStatus {
  return { sync, pending, durable, status, error, revision }
}

/**
 * The verbs of the cart, for components that show nothing of it: never renders again. Stands on updateCustomerSessionV2 and
 * getCustomerSession.
 *
 * @throws TalonOneError `missing_provider`, `invalid_session_id`
 */
export function useCartActions(options: UseCartOptions = {}): CartActions {
  return useCartStore(options.sessionId).actions
}

/** The cart of an id, or the provider's. */
export function useCartStore(sessionId: string | undefined): Cart {
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

/** What `select` picks of a cart, or of the line of a key; renders only when that changes. */
export function useSelection<Selection>(cart: Cart, select: (cart: CartView) => Selection, key?: string): Selection {
  const [keep] = useState(keepEqual<Selection>)
  const [getSelection, getInitialSelection] = useMemo(
    // A part of a page may hydrate when the cart has moved on; it must start from what the server rendered.
    () => [remember(cart.getSnapshot, select, keep), remember(cart.getInitialSnapshot, select, keep)] as const,
    [cart, select, keep],
  )
  const subscribe = useCallback((listener: () => void) => cart.subscribe(listener, key), [cart, key])
  return useSyncExternalStore(subscribe, getSelection, getInitialSelection)
}

// React asks for the selection more often than the cart changes, and needs the same answer for the same cart.
function remember<Selection>(
  getSnapshot: () => CartView,
  select: (cart: CartView) => Selection,
  keep: (next: Selection) => Selection,
): () => Selection {
  let last: { view: CartView; selection: Selection } | undefined
  return () => {
    const view = getSnapshot()
    if (last?.view !== view) last = { view, selection: keep(select(view)) }
    return last.selection
  }
}

// A function that is new at each render selects the same object as long as its parts are the same.
function keepEqual<Value>(): (next: Value) => Value {
  let last: Value | undefined
  return (next) => (last = isShallowEqual(last, next) ? last : next)
}

function isShallowEqual<Value>(one: unknown, other: Value): one is Value {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  // Such as the keys of a thousand lines.
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((entry, at) => Object.is(entry, other[at]))
  const values = { ...other } as Readonly<Record<string, unknown>>
  const entries = Object.entries(one)
  const isAsLong = entries.length === Object.keys(values).length
  return isAsLong && entries.every(([name, value]) => Object.hasOwn(values, name) && Object.is(value, values[name]))
}
