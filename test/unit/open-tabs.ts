import type { QueryClient } from '@tanstack/react-query'
import { type Cart, createCart } from 'talon-one-react'
import type { CartPlatform } from '../../src/cart/platform.ts'
import { type CartStorage, createMemoryStorage } from '../../src/cart/storage.ts'
import { createLocks } from '../../src/lane.ts'
import { createServer, type TalonOneServer } from '../talon-one.ts'

export interface Browser {
  server: TalonOneServer
  clock: TalonOneServer['clock']
  /** Opens a tab, somebody looking at its cart. */
  open: (given?: Partial<CartPlatform> & { queryClient?: QueryClient }) => Cart
  /** Every tab dies; what it held is free, and nothing of it happens any more. */
  crash: () => void
  /** The lines at the server: `{ sku: quantity }`. */
  stored: () => Record<string, number>
}

/** A browser with one shopper, whose tabs share storage, locks and a channel. */
export function openBrowser({
  server = createServer(),
  storage = createMemoryStorage(),
}: { server?: TalonOneServer; storage?: CartStorage } = {}): Browser {
  const ears = new Set<() => void>()
  let locks = createLocks()
  const join: CartPlatform['join'] = (_name, heard) => {
    const ear = () => queueMicrotask(heard)
    ears.add(ear)
    return { post: () => [...ears].forEach((other) => other !== ear && other()), close: () => ears.delete(ear) }
  }
  return {
    server,
    clock: server.clock,
    open({ queryClient, ...given } = {}) {
      const platform = { clock: server.clock, random: () => 0.5, storage, locks, join, ...given }
      const cart = createCart({ client: server.client, sessionId: 'cart', platform, ...(queryClient && { queryClient }) })
      cart.subscribe(() => {})
      return cart
    },
    crash() {
      ears.clear()
      locks = createLocks()
    },
    stored: () => Object.fromEntries((server.sessions.get('cart')?.cartItems ?? []).map(({ sku, quantity }) => [sku, quantity])),
  }
}

/** The lines on screen: `{ key: quantity }`. */
export const shownIn = (cart: Cart): Record<string, number> =>
  Object.fromEntries(cart.getSnapshot().lines.map(({ key, quantity }) => [key, quantity]))

/** The locks of a tab that died just after it had kept an edit: they grant nothing. */
export const deadLocks: CartPlatform['locks'] = { request: () => new Promise(() => {}) }

/** Storage that takes its time, as a browser's does. */
export function slowStorage(clock: TalonOneServer['clock'], ms = 5): CartStorage {
  const storage = createMemoryStorage()
  const late = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    await new Promise<void>((resolve) => void clock.setTimeout(resolve, ms))
    return work()
  }
  return {
    read: (...given) => late(() => storage.read(...given)),
    append: (...given) => late(() => storage.append(...given)),
    mark: (...given) => late(() => storage.mark(...given)),
    change: (...given) => late(() => storage.change(...given)),
  }
}
