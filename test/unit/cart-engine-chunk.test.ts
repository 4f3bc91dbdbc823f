/** What works on a cart is loaded when it is first needed: each test has its own copy of the package, in which it has not been yet. */
import { beforeEach, afterEach, describe, expect, test, vi } from 'vitest'
import type { CartPlatform } from '../../src/cart/platform.ts'
import { apple, outcomeOf } from './open-cart.ts'

const engine = '../../src/cart/sync.ts'

beforeEach(() => {
  vi.resetModules()
})

afterEach(() => {
  vi.doUnmock(engine)
  vi.useRealTimers()
})

async function openWith(load: (original: () => Promise<object>) => Promise<object>, platform: Partial<CartPlatform> = {}) {
  vi.doMock(engine, load)
  const { createCart, createTalonOne } = await import('talon-one-react')
  return createCart({ client: createTalonOne(), sessionId: 'cart', platform })
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
    const chunk = Promise.withResolvers<void>()
    const join = vi.fn<CartPlatform['join']>(() => ({ post: () => {}, close: () => {} }))
    const cart = await openWith(
      async (original) => {
        await chunk.promise
        return original()
      },
      { join },
    )
    void cart.add(apple)
    const flushed = outcomeOf(cart.flush())
    cart.forget()
    chunk.resolve()
    await expect.poll(flushed).toEqual({ error: 'identity_changed' })
    expect(join).not.toHaveBeenCalled()
  })
})
