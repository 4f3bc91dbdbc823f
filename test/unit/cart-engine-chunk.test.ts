/** What works on a cart is loaded when it is first needed: each test has its own copy of the package, in which it has not been yet. */
import { QueryClient } from '@tanstack/react-query'
import type { CustomerSessionV2 } from 'talon-one-react'
import { beforeEach, afterEach, describe, expect, test, vi } from 'vitest'
import type { CartPlatform } from '../../src/cart/platform.ts'
import { apple, outcomeOf } from './open-cart.ts'

const engine = '../../src/cart/sync.ts'

beforeEach(() => {
  vi.resetModules()
  // A server loads it by itself.
  vi.stubGlobal('document', {})
})

afterEach(() => {
  vi.doUnmock(engine)
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function openWith(
  load: (original: () => Promise<object>) => Promise<object>,
  platform: Partial<CartPlatform> = {},
  cached?: Partial<CustomerSessionV2>,
) {
  vi.doMock(engine, load)
  const { createCart, createTalonOne, getCustomerSession, queryKeyFor } = await import('talon-one-react')
  // Nobody answers.
  const client = createTalonOne({ baseUrl: 'https://shop.example/talon-one', fetch: () => new Promise(() => {}) })
  const queryClient = new QueryClient()
  const key = queryKeyFor(client, getCustomerSession, { customerSessionId: 'cart' })
  if (cached) queryClient.setQueryData(key, { customerSession: cached } as never)
  return createCart({ client, sessionId: 'cart', platform, queryClient })
}

/** A cart whose engine comes when it is told to. */
async function openLate(...given: [platform?: Partial<CartPlatform>, cached?: object]) {
  const chunk = Promise.withResolvers<void>()
  const cart = await openWith(
    async (original) => {
      await chunk.promise
      return original()
    },
    ...given,
  )
  return { cart, arrive: chunk.resolve }
}

describe('the engine of a cart', () => {
  test('that cannot be loaded is asked for again by one timer, however many edits wait, and not after the cart is forgotten', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const cart = await openWith(() => Promise.reject(new TypeError('Failed to fetch')))
    for (let click = 0; click < 20; click++) {
      void cart.add(apple)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await vi.waitFor(() => expect(cart.getSnapshot()).toMatchObject({ error: { code: 'not_loaded' }, lines: [{ quantity: 20 }] }))
    expect(vi.getTimerCount()).toBe(1)
    cart.forget()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('that comes when its cart has been forgotten starts nothing', async () => {
    const join = vi.fn<CartPlatform['join']>(() => ({ post: () => {}, close: () => {} }))
    const { cart, arrive } = await openLate({ join })
    void cart.add(apple)
    const flushed = outcomeOf(cart.flush())
    cart.forget()
    arrive()
    await expect.poll(flushed).toEqual({ error: 'identity_changed' })
    expect(join).not.toHaveBeenCalled()
  })

  test('that comes is started once, though whoever hears of it goes on at once', async () => {
    const join = vi.fn<CartPlatform['join']>(() => ({ post: () => {}, close: () => {} }))
    const { cart, arrive } = await openLate({ join })
    void cart.add(apple)
    const flushed: (() => unknown)[] = []
    cart.subscribe(() => {
      if (cart.getSnapshot().pendingEdits > 1) return
      flushed.push(outcomeOf(cart.flush({ timeout: 10 })))
      void cart.applyCoupon('TEN')
    })
    arrive()
    await expect.poll(() => flushed.map((outcome) => outcome())).toEqual([{ error: 'timeout' }])
    expect(join).toHaveBeenCalledTimes(1)
    expect(cart.getSnapshot()).toMatchObject({ lines: [{ quantity: 1 }], coupons: [{ code: 'TEN' }], pendingEdits: 2 })
    cart.forget()
  })

  test('looks at what was asked for before it was there: what is wrong is given back with its own error, the rest stands', async () => {
    const { cart, arrive } = await openLate()
    const wrong: [Promise<unknown>, string][] = [
      // No page could show these.
      [cart.add({ ...apple, price: NaN }), 'invalid_price'],
      [cart.add({ ...apple, sku: 7 } as never), 'invalid_sku'],
      [cart.add(null as never), 'invalid_input'],
      [cart.setQuantity('APPLE', -1), 'invalid_quantity'],
      [cart.add(apple, { quantity: 10_001 }), 'invalid_quantity'],
      [cart.applyCoupon(7 as never), 'invalid_coupon'],
      [cart.add({ ...apple, additionalCosts: { box: null } } as never), 'invalid_input'],
    ]
    expect(cart.getSnapshot()).toMatchObject({ lines: [], pendingEdits: 0, error: undefined })
    const good = cart.add(apple)
    wrong.push(
      [cart.setAttributes({ of: new Map() } as never), 'invalid_input'],
      [cart.add({ sku: ' ', price: 3 }), 'invalid_sku'],
      [cart.applyCoupon(' '), 'invalid_coupon'],
    )
    void cart.applyCoupon(' TEN ')
    void good
    expect(cart.getSnapshot()).toMatchObject({ lines: [{ key: 'APPLE' }, { key: ' ' }], pendingEdits: 5 })
    const outcomes = wrong.map(([promise]) => outcomeOf(promise))
    arrive()
    await vi.waitFor(() => expect(outcomes.map((outcome) => outcome())).toEqual(wrong.map(([, error]) => ({ error }))))
    expect(cart.getSnapshot()).toMatchObject({
      lines: [{ key: 'APPLE', quantity: 1 }],
      coupons: [{ code: 'TEN' }],
      pendingEdits: 2,
      error: { code: 'invalid_coupon', edits: [{ type: 'applyCoupon' }] },
    })
    cart.forget()
  })

  test.each([
    ['line_not_found', 'open'],
    ['session_closed', 'closed'],
  ] as const)('gives back with %s what the answer in the cache refuses, and sends nothing', async (error, state) => {
    const { cart, arrive } = await openLate({}, { state, cartItems: [{ ...apple, quantity: 2 }] })
    const outcomes = [outcomeOf(cart.setQuantity('PEAR', 3)), outcomeOf(cart.flush())]
    expect(cart.getSnapshot()).toMatchObject({ status: 'loading', pendingEdits: 1 })
    arrive()
    await expect.poll(() => outcomes.map((outcome) => outcome())).toEqual([{ error }, { error }])
    expect(cart.getSnapshot()).toMatchObject({ lines: [{ quantity: 2 }], pendingEdits: 0 })
    cart.forget()
  })

  test('lets nobody through the checkout barrier who has asked for what is given back', async () => {
    const { cart, arrive } = await openLate()
    void cart.add({ sku: ' ', price: 3 })
    const outcomes = [outcomeOf(cart.flush()), outcomeOf(cart.settle())]
    arrive()
    await expect.poll(() => outcomes.map((outcome) => outcome())).toEqual([{ error: 'invalid_sku' }, { error: 'invalid_sku' }])
    cart.forget()
  })

  test('finds what was asked for before it was there as it was then', async () => {
    const { cart, arrive } = await openLate()
    const item = { ...apple, attributes: { colour: 'red' } }
    void cart.add(item)
    Object.assign(item, { sku: 'PEAR', price: NaN })
    item.attributes.colour = 'green'
    const held = { lines: [{ key: 'APPLE', ...apple, attributes: { colour: 'red' } }], pendingEdits: 1 }
    expect(cart.getSnapshot()).toMatchObject(held)
    arrive()
    await cart.flush({ timeout: 10 }).catch(() => undefined)
    expect(cart.getSnapshot()).toMatchObject(held)
    cart.forget()
  })

  test('gives a product that no page could show to no function of the shop', async () => {
    const { createCart, createTalonOne } = await import('talon-one-react')
    const keyOf = vi.fn<(item: { sku: string }) => string>(({ sku }) => sku.toLowerCase())
    const cart = createCart({ client: createTalonOne(), sessionId: 'cart', keyOf })
    await expect(cart.add({ sku: 7 } as never)).rejects.toMatchObject({ code: 'invalid_sku' })
    expect(keyOf).not.toHaveBeenCalled()
    cart.forget()
  })
})
