import {
  type Amount,
  type Cart,
  type CartOptions,
  type CartView,
  createCart,
  type NewCustomerSessionV2,
  type TalonOneError,
} from 'talon-one-react'
import { onTestFinished, vi } from 'vitest'
import { createServer, type TalonOneServer } from '../talon-one.ts'

export interface OpenCart {
  cart: Cart
  server: TalonOneServer
  clock: TalonOneServer['clock']
  /** Every view that was shown, in order, the first one included. */
  frames: CartView[]
  view: () => CartView
  /** The lines on screen: `{ key: quantity }`. */
  shown: () => Record<string, number>
  /** The lines at the server: `[sku, quantity]`. */
  stored: () => [sku: string, quantity: number][]
}

export interface OpenCartOptions extends Partial<CartOptions> {
  /** Between 0 and 1. Default: one half. */
  random?: () => number
  /** What the session holds before. */
  session?: NewCustomerSessionV2
  server?: TalonOneServer
}

/** A cart over the session `cart` of a scripted server, somebody looking at it; it has asked for its session. */
export function openCart({ session, server = createServer(), random = () => 0.5, platform, ...options }: OpenCartOptions = {}): OpenCart {
  if (session) server.write('cart', session)
  const cart = createCart({ client: server.client, sessionId: 'cart', platform: { clock: server.clock, random, ...platform }, ...options })
  const frames = [cart.getSnapshot()]
  cart.subscribe(() => frames.push(cart.getSnapshot()))
  return {
    cart,
    server,
    clock: server.clock,
    frames,
    view: cart.getSnapshot,
    shown: () => Object.fromEntries(cart.getSnapshot().lines.map(({ key, quantity }) => [key, quantity])),
    stored: () => (server.sessions.get('cart')?.cartItems ?? []).map(({ sku, quantity }) => [sku, quantity]),
  }
}

/** The same, with its session loaded. */
export async function openLoaded(options?: OpenCartOptions): Promise<OpenCart> {
  const opened = openCart(options)
  await opened.clock.settle()
  return opened
}

export const apple = { sku: 'APPLE', name: 'Apple', price: 2.5 }
export const bread = { sku: 'BREAD', name: 'Bread', price: 4 }

export const confirmed = (shown: number): Amount => ({ status: 'confirmed', shown, value: shown })
export const answered = (shown: number) => ({ status: 'answered', shown }) as const
export const estimated = (shown: number) => ({ status: 'estimated', shown }) as const
export const stale = (shown: number) => ({ status: 'stale', shown }) as const

/** What became of a promise so far: its value, `{ error: code }`, or undefined. */
export function outcomeOf(promise: Promise<unknown>): () => unknown {
  let outcome: unknown
  promise.then(
    (value) => (outcome = value),
    ({ code }: TalonOneError) => (outcome = { error: code }),
  )
  return () => outcome
}

/** Lets the client's time limits run by the test's clock. */
export function limitsBy(clock: TalonOneServer['clock']): void {
  const spy = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const controller = new AbortController()
    clock.setTimeout(() => controller.abort(new DOMException('too late', 'TimeoutError')), ms)
    return controller.signal
  })
  onTestFinished(() => spy.mockRestore())
}
