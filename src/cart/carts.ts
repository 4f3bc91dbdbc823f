/** The carts of a page. */
import type { QueryClient } from '@tanstack/react-query'
import { type Cart, type CartOptions, createCart } from './cart.ts'

interface Carts {
  byName: Map<string, Cart>
  listeners: Set<() => void>
}

// By cache, so that a provider that is mounted again, or twice, finds the cart that its page already has.
const cartsOfCache = new WeakMap<QueryClient, Carts>()

/** The one cart of a cache for a client's scope and profile and a session: made when it is first asked for, and shared from then on. */
export function cartOf(options: CartOptions & { queryClient: QueryClient }): Cart {
  const { client, queryClient, sessionId } = options
  const { byName } = cartsOf(queryClient)
  const name = JSON.stringify([client.scope, client.profileId, sessionId])
  const cart = byName.get(name) ?? createCart(options)
  byName.set(name, cart)
  return cart
}

/** Calls back when a cache's carts have been forgotten, and {@link cartOf} gives others. Returns the way to stop. */
export function watchCarts(queryClient: QueryClient, listener: () => void): () => void {
  const { listeners } = cartsOf(queryClient)
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function cartsOf(queryClient: QueryClient): Carts {
  const known = cartsOfCache.get(queryClient)
  if (known) return known
  const carts: Carts = { byName: new Map(), listeners: new Set() }
  cartsOfCache.set(queryClient, carts)
  // A page signs somebody out by clearing its cache. A query without data, which nobody collects, is there to notice.
  const cache = queryClient.getQueryCache()
  const mark = () => cache.build(queryClient, { queryKey: ['talon-one', 'carts'], gcTime: Infinity })
  let marker = mark()
  cache.subscribe(({ type, query }) => {
    if (type !== 'removed' || query !== marker) return
    marker = mark()
    const forgotten = [...carts.byName.values()]
    carts.byName.clear()
    for (const cart of forgotten) cart.forget()
    // Not before the whole cache is empty: another cart would start from the session that this one has left there.
    queueMicrotask(() => {
      for (const listener of carts.listeners) listener()
    })
  })
  return carts
}
