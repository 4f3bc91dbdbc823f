import { createCart, createTalonOne, updateCustomerSessionV2 } from 'talon-one-react'
import { describe, expect, test } from 'vitest'
import { createLocks, type Locks } from '../../src/lane.ts'
import { createServer } from '../talon-one.ts'
import { apple, bread, openCart, openLoaded, outcomeOf } from './open-cart.ts'

const session = { cartItems: [{ ...apple, quantity: 1 }] }

describe('a burst of edits', () => {
  test('of one tick leaves in one request, at once', async () => {
    const { cart, clock, server } = await openLoaded()
    void cart.add(apple)
    void cart.add(bread, { quantity: 2 })
    void cart.applyCoupon('TEN')
    void cart.setReferral('FRIEND')
    await clock.settle()
    expect(server.puts).toMatchObject([
      {
        at: clock.now(),
        session: { cartItems: [{ sku: 'APPLE' }, { sku: 'BREAD', quantity: 2 }], couponCodes: ['TEN'], referralCode: 'FRIEND' },
      },
    ])
  })

  test('is one leading request and one trailing, after 100 ms of quiet', async () => {
    const { cart, clock, server } = await openLoaded({ session })
    const start = clock.now()
    for (const quantity of [2, 3, 4]) {
      void cart.setQuantity('APPLE', quantity)
      await clock.advance(50)
    }
    await clock.advance(1000)
    expect(server.puts.map(({ at, session: put }) => [at - start, put?.cartItems?.[0]?.quantity])).toEqual([
      [0, 2],
      [200, 4],
    ])
  })

  test('that does not end leaves 1500 ms after the first edit that waits', async () => {
    const { cart, clock, server } = await openLoaded({ session })
    const start = clock.now()
    for (let quantity = 2; quantity < 82; quantity++) {
      void cart.setQuantity('APPLE', quantity)
      await clock.advance(50)
    }
    await clock.advance(1000)
    expect(server.puts.map(({ at }) => at - start)).toEqual([0, 1550, 3050, 4050])
    expect(server.puts.at(-1)?.session?.cartItems?.[0]?.quantity).toBe(81)
  })

  test('ends with edits that are far enough apart, each of which leaves at once', async () => {
    const { cart, clock, server } = await openLoaded({ session })
    const start = clock.now()
    for (const quantity of [2, 3, 4]) {
      void cart.setQuantity('APPLE', quantity)
      await clock.advance(500)
    }
    expect(server.puts.map(({ at }) => at - start)).toEqual([0, 500, 1000])
  })

  test('that goes on and on, each edit a moment after the answer to the one before, leaves no more often than every 500 ms', async () => {
    const { cart, clock, server } = await openLoaded({ session })
    const start = clock.now()
    for (let quantity = 2; quantity < 22; quantity++) {
      void cart.setQuantity('APPLE', quantity)
      await clock.advance(110)
    }
    await clock.advance(1000)
    expect(server.puts.map(({ at }) => at - start)).toEqual([0, 110, 610, 1110, 1610, 2110])
    expect(server.puts.at(-1)?.session?.cartItems?.[0]?.quantity).toBe(21)
  })

  test('made while a request is out waits for its answer, and then no longer than it has to', async () => {
    const { cart, clock, server } = await openLoaded({ session })
    const start = clock.now()
    server.script('PUT', 'hold')
    void cart.setQuantity('APPLE', 2)
    await clock.advance(10)
    void cart.setQuantity('APPLE', 3)
    await clock.advance(5000)
    expect(server.puts).toHaveLength(1)
    await server.release()
    expect(server.puts.map(({ at }) => at - start)).toEqual([0, 5010])
  })

  test('of 50 clicks in 400 ms is few requests, never two at once, the last click counts, and each promise knows its answer', async () => {
    const { cart, clock, server, shown, stored, view } = await openLoaded({ session })
    server.latency = 120
    const clicks: Promise<{ revision: number }>[] = []
    for (let click = 1; click <= 50; click++) {
      clicks.push(cart.setQuantity('APPLE', click + 1))
      expect(shown()).toEqual({ APPLE: click + 1 })
      await clock.advance(8)
    }
    await clock.advance(2000)
    expect(server.puts.length).toBeLessThanOrEqual(6)
    expect(server.mostAtOnce).toBe(1)
    expect(stored()).toEqual([['APPLE', 51]])
    expect(shown()).toEqual({ APPLE: 51 })
    expect(view()).toMatchObject({ pending: false, error: undefined })
    for (const [index, { revision }] of (await Promise.all(clicks)).entries()) {
      const first = server.history.find(({ cartItems }) => (cartItems[0]?.quantity ?? 0) >= index + 2)
      expect(revision).toBe(first?.updateCount)
    }
  })
})

describe('a request', () => {
  test('carries the whole cart and its codes, and the rest only when it was edited', async () => {
    const { cart, clock, server } = await openLoaded({
      session: { ...session, couponCodes: ['TEN'], referralCode: 'FRIEND', attributes: { old: 1 }, loyaltyCards: ['card-1'] },
    })
    void cart.add(bread)
    await clock.advance(1000)
    expect(server.puts[0]?.session).toEqual({
      profileId: 'me',
      cartItems: [
        { ...apple, quantity: 1 },
        { ...bread, quantity: 1 },
      ],
      couponCodes: ['TEN'],
      referralCode: 'FRIEND',
    })
    void cart.setAttributes({ gift: true })
    void cart.setAdditionalCosts({ shipping: { price: 4.9 } })
    void cart.setLoyaltyCard(undefined)
    void cart.removeCoupon('ten')
    void cart.clearReferral()
    await clock.advance(1000)
    expect(server.puts[1]?.session).toMatchObject({
      couponCodes: [],
      referralCode: '',
      attributes: { gift: true },
      additionalCosts: { shipping: { price: 4.9 } },
      loyaltyCards: [],
    })
    expect(server.sessions.get('cart')).toMatchObject({ attributes: { old: 1, gift: true }, loyaltyCards: [] })
  })

  test('for the session is sent once, however many look', async () => {
    const { cart, clock, server } = openCart({ session })
    cart.subscribe(() => {})
    cart.subscribe(() => {})()
    await clock.advance(1000)
    cart.subscribe(() => {})
    await clock.advance(1000)
    expect(server.requests).toHaveLength(1)
  })

  test('is not sent before somebody looks or edits', async () => {
    const server = createServer()
    const cart = createCart({ client: server.client, sessionId: 'cart', platform: { clock: server.clock } })
    await server.clock.advance(1000)
    expect(server.requests).toHaveLength(0)
    expect(cart.getSnapshot().status).toBe('loading')
  })

  test('for a session that does not exist yet leaves an empty cart, which the first edit creates', async () => {
    const { cart, clock, server, view } = await openLoaded()
    expect(view()).toMatchObject({ status: 'ready', lines: [], revision: 0, session: undefined, error: undefined })
    const added = outcomeOf(cart.add(apple))
    await clock.settle()
    expect(added()).toEqual({ revision: 1 })
    expect(server.sessions.get('cart')?.cartItems).toMatchObject([{ sku: 'APPLE' }])
  })
})

test('takes turns with all other writes of its client, although it names whose session it is', async () => {
  const server = createServer()
  server.write('cart', { ...session, profileId: 'ada' })
  const lanes: string[] = []
  const own = createLocks()
  const locks: Locks = {
    request(name, options, task) {
      lanes.push(name)
      return own.request(name, options, task)
    },
  }
  const client = createTalonOne({ baseUrl: 'http://shop.test/talon-one', fetch: server.fetch, locks })
  const { cart, clock } = await openLoaded({ server, client })
  void cart.add(apple)
  await clock.advance(1_000)
  expect(server.puts.at(-1)?.session?.profileId).toBe('ada')
  await client.send(updateCustomerSessionV2, { customerSessionId: 'other', customerSession: {} })
  expect(new Set(lanes).size).toBe(1)
})
