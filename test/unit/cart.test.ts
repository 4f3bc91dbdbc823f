import { QueryClient } from '@tanstack/react-query'
import fc from 'fast-check'
import { type Cart, createCart, getCustomerSession, queryKeyFor } from 'talon-one-react'
import { describe, expect, test, vi } from 'vitest'
import { createServer, effect } from '../talon-one.ts'
import { apple, bread, openCart, openLoaded, outcomeOf } from './open-cart.ts'

describe('an edit', () => {
  const edits: Record<string, [edit: (cart: Cart) => void, expected: object]> = {
    add: [(cart) => void cart.add(bread, { quantity: 3 }), { lines: [{ key: 'APPLE' }, { key: 'BREAD', quantity: 3, name: 'Bread' }] }],
    'add to a line': [(cart) => void cart.add(apple), { lines: [{ key: 'APPLE', quantity: 3 }] }],
    setQuantity: [(cart) => void cart.setQuantity('APPLE', 5), { lines: [{ quantity: 5, pending: true }], quantity: 5 }],
    'setQuantity to 0': [(cart) => void cart.setQuantity('APPLE', 0), { lines: [], quantity: 0 }],
    remove: [(cart) => void cart.remove('APPLE'), { lines: [] }],
    setItemAttributes: [(cart) => void cart.setItemAttributes('APPLE', { ripe: true }), { lines: [{ attributes: { ripe: true } }] }],
    applyCoupon: [(cart) => void cart.applyCoupon('TEN'), { coupons: [{ code: 'TEN', status: 'pending' }] }],
    setReferral: [(cart) => void cart.setReferral('FRIEND'), { referral: { code: 'FRIEND', status: 'pending' } }],
  }

  test.each(Object.entries(edits))('shows in the same tick as the call: %s', async (_name, [edit, expected]) => {
    const { cart, view, frames } = await openLoaded({ session: { cartItems: [{ ...apple, quantity: 2 }] } })
    const before = frames.length
    edit(cart)
    expect(view()).toMatchObject({ ...expected, pending: true })
    expect(frames.length).toBe(before + 1)
    expect(frames.at(-1)).toBe(view())
  })

  test('made before the first answer shows at once, and survives that answer', async () => {
    const { cart, view, shown, server, clock } = openCart({ session: { cartItems: [{ ...apple, quantity: 2 }] } })
    server.script('GET', 'hold')
    void cart.add(bread)
    void cart.add(apple)
    expect(view()).toMatchObject({ status: 'loading', revision: 0 })
    expect(shown()).toEqual({ BREAD: 1, APPLE: 1 })
    await clock.settle()
    server.script('PUT', 'hold')
    await server.release()
    expect(view()).toMatchObject({ status: 'ready', revision: 1, pending: true })
    expect(shown()).toEqual({ APPLE: 3, BREAD: 1 })
    await server.release()
    expect(view()).toMatchObject({ revision: 2, pending: false })
    expect(shown()).toEqual({ APPLE: 3, BREAD: 1 })
  })

  test('made before the first answer loads the session although nobody looks', async () => {
    const server = createServer()
    server.write('cart', { cartItems: [{ ...apple, quantity: 2 }] })
    const cart = createCart({ client: server.client, sessionId: 'cart', platform: { clock: server.clock } })
    const added = outcomeOf(cart.add(apple))
    await server.clock.settle()
    expect(added()).toEqual({ revision: 2 })
    expect(server.sessions.get('cart')?.cartItems).toMatchObject([{ sku: 'APPLE', quantity: 3 }])
  })

  test('of a line that turns out not to be there is rejected, and nothing is sent for it', async () => {
    const { cart, server, clock, view } = openCart({ session: { cartItems: [{ ...apple, quantity: 2 }] } })
    const changed = outcomeOf(cart.setQuantity('BREAD', 2))
    const removed = outcomeOf(cart.remove('PEAR'))
    await clock.settle()
    expect([changed(), removed()]).toEqual([{ error: 'line_not_found' }, { error: 'line_not_found' }])
    expect(view()).toMatchObject({ pending: false, error: undefined })
    expect(server.puts).toHaveLength(0)
  })

  test('of a line that is not there is rejected at once', async () => {
    const { cart, view, clock } = await openLoaded()
    const before = view()
    const removed = outcomeOf(cart.remove('APPLE'))
    await clock.settle()
    expect(removed()).toEqual({ error: 'line_not_found' })
    expect(view()).toBe(before)
  })

  test('is not changed by whoever changes its argument afterwards', async () => {
    const { cart, clock, server, view } = await openLoaded()
    const product = { ...apple, attributes: { sizes: ['small'] } }
    void cart.add(product)
    product.attributes.sizes.push('large')
    expect(view().lines[0]?.attributes).toEqual({ sizes: ['small'] })
    await clock.settle()
    expect(server.puts[0]?.session?.cartItems).toMatchObject([{ attributes: { sizes: ['small'] } }])
  })
})

describe('a line that did not change', () => {
  const session = {
    cartItems: [apple, bread, { sku: 'PEAR', price: 1, attributes: { ripe: true } }].map((item) => ({ ...item, quantity: 1 })),
    couponCodes: ['TEN'],
  }

  test('keeps its object from frame to frame', async () => {
    const server = createServer()
    server.rules = ({ cartItems }) =>
      cartItems.map((_, position) => effect('setDiscountPerItem', { name: 'x', value: 0.5, position, subPosition: 0 }))
    const { cart, clock, view } = await openLoaded({ session, server })
    void cart.setQuantity('BREAD', 2)
    const first = view()
    void cart.setQuantity('BREAD', 3)
    const second = view()
    expect(second.lines[0]).toBe(first.lines[0])
    expect(second.lines[1]).not.toBe(first.lines[1])
    expect(second.lines[2]).toBe(first.lines[2])
    void cart.remove('APPLE')
    expect(view().lines[1]).toBe(first.lines[2])
    await clock.advance(1000)
    expect(view().lines.map(({ key, quantity }) => [key, quantity])).toEqual([
      ['BREAD', 3],
      ['PEAR', 1],
    ])
  })

  test('keeps its object over an answer that says the same', async () => {
    const { cart, clock, server, view } = await openLoaded({ session })
    void cart.setAttributes({ gift: true })
    server.script('PUT', 'hold')
    await clock.settle()
    void cart.setAttributes({ paper: 'red' })
    const before = view()
    await server.release()
    expect(view().revision).toBe(2)
    expect(view().lines).toBe(before.lines)
  })

  test('neither do coupons, totals and the rest get new objects without need', async () => {
    const { cart, clock, view } = await openLoaded({ session })
    const before = view()
    void cart.add(apple)
    expect(view().coupons).toBe(before.coupons)
    const waiting = view().totals
    void cart.add(apple)
    expect(view().totals.additionalCosts).toBe(waiting.additionalCosts)
    await clock.settle()
    expect(view().totals).not.toBe(before.totals)
    expect(view().coupons).toBe(before.coupons)
    expect(view().points).toBe(before.points)
    expect(view().additionalCosts).toBe(before.additionalCosts)
  })
})

describe('line keys', () => {
  const discounts = ({ cartItems = [] }: { cartItems?: { price?: number }[] }) =>
    cartItems.map(({ price = 0 }, position) => effect('setDiscountPerItem', { name: 'tenth', value: price / 10, position, subPosition: 0 }))

  test('let one SKU stand on two lines, each with its own quantity and discount', async () => {
    const { cart, clock, server, view } = await openLoaded()
    server.rules = ({ cartItems }) =>
      cartItems.flatMap(({ price = 0, quantity }, position) =>
        Array.from({ length: quantity }, (_, subPosition) =>
          effect('setDiscountPerItem', { name: `tenth#${position}`, value: price / 10, position, subPosition }),
        ),
      )
    void cart.add({ sku: 'MUG', price: 10 }, { key: 'mug for Ada' })
    void cart.add({ sku: 'MUG', price: 20 }, { key: 'mug for Ben' })
    await clock.settle()
    void cart.add({ sku: 'MUG', price: 10 }, { key: 'mug for Ada' })
    await clock.advance(1000)
    expect(view().lines).toMatchObject([
      { key: 'mug for Ada', sku: 'MUG', quantity: 2, discount: { status: 'answered', shown: 2 } },
      { key: 'mug for Ben', sku: 'MUG', quantity: 1, discount: { status: 'answered', shown: 2 } },
    ])
  })

  test('lead effects to the right lines although lines were removed and added while the answer was on its way', async () => {
    const { cart, clock, server, view } = await openLoaded()
    server.rules = discounts
    for (const [key, price] of Object.entries({ a: 10, b: 20, c: 30 })) void cart.add({ sku: 'MUG', price }, { key })
    server.script('PUT', 'hold', 'hold')
    await clock.settle()
    void cart.remove('a')
    void cart.add({ sku: 'MUG', price: 10 }, { key: 'a' })
    void cart.add({ sku: 'MUG', price: 40 }, { key: 'd' })
    await server.release()
    expect(view().lines.map(({ key, discount }) => [key, discount.shown])).toEqual([
      ['b', 2],
      ['c', 3],
      ['a', 1],
      ['d', 0],
    ])
    await clock.advance(1000)
    await server.release()
    expect(view().lines.map(({ key, discount }) => [key, discount])).toEqual([
      ['b', { status: 'answered', shown: 2 }],
      ['c', { status: 'answered', shown: 3 }],
      ['a', { status: 'answered', shown: 1 }],
      ['d', { status: 'answered', shown: 4 }],
    ])
  })

  test('of a session made elsewhere come from its products, made unique', async () => {
    const cartItems = ['MUG', 'MUG', 'MUG#2', 'MUG'].map((sku) => ({ sku, price: 1, quantity: 1 }))
    const { view } = await openLoaded({ session: { cartItems } })
    const keys = view().lines.map(({ key }) => key)
    expect(new Set(keys).size).toBe(4)
    expect(keys.slice(0, 2)).toEqual(['MUG', 'MUG#2'])
  })

  test('of a session made elsewhere come from keyOf, so that the same product finds its line', async () => {
    const keyOf = ({ sku, attributes }: { sku: string; attributes?: Record<string, unknown> }) => `${sku}/${String(attributes?.size)}`
    const cartItems = ['s', 'm'].map((size) => ({ sku: 'SHIRT', price: 9, quantity: 1, attributes: { size } }))
    const { cart, shown } = await openLoaded({ keyOf, session: { cartItems } })
    void cart.add({ sku: 'SHIRT', price: 9, attributes: { size: 'm' } })
    expect(shown()).toEqual({ 'SHIRT/s': 1, 'SHIRT/m': 2 })
  })

  test('stay with their lines when an answer has them in another order', async () => {
    const { cart, clock, server, view } = await openLoaded()
    void cart.add({ ...apple }, { key: 'a' })
    void cart.add({ ...bread }, { key: 'b' })
    server.script('PUT', 'hold')
    await clock.settle()
    const { cartItems: _, ...rest } = server.puts[0]?.session ?? {}
    const session = server.write('cart', {
      ...rest,
      cartItems: [
        { ...bread, quantity: 1 },
        { ...apple, quantity: 1 },
      ],
    })
    await server.release({ status: 200, body: { customerSession: session, effects: [], createdCoupons: [], createdReferrals: [] } })
    expect(view().lines).toMatchObject([
      { key: 'b', sku: 'BREAD' },
      { key: 'a', sku: 'APPLE' },
    ])
  })
})

describe('the store', () => {
  test('tells every listener in the same tick, also when one of them throws, until it has had enough', async () => {
    const { cart } = await openLoaded()
    const thrown: (() => void)[] = []
    const microtask = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => void thrown.push(task))
    const heard: string[] = []
    const bad = cart.subscribe(() => {
      throw new Error('a bug of the shop')
    })
    const stop = cart.subscribe(() => heard.push('one'))
    cart.subscribe(() => heard.push('two'))
    void cart.add(apple)
    expect(heard).toEqual(['one', 'two'])
    stop()
    bad()
    void cart.add(apple)
    expect(heard).toEqual(['one', 'two', 'two'])
    microtask.mockRestore()
    expect(thrown).toHaveLength(1)
    expect(thrown[0]).toThrow('a bug of the shop')
  })

  test('tells whoever looks at one line of that line only, added, changed, moved or gone', async () => {
    const { cart } = await openLoaded({ session: { cartItems: [apple, bread].map((item) => ({ ...item, quantity: 1 })) } })
    const heard: string[] = []
    for (const key of ['APPLE', 'BREAD', 'CHERRY']) cart.subscribe(() => heard.push(key), key)
    const hear = (edit: () => void) => {
      heard.length = 0
      edit()
      return heard
    }
    expect(hear(() => void cart.setQuantity('BREAD', 2))).toEqual(['BREAD'])
    expect(hear(() => void cart.add({ sku: 'CHERRY', price: 9 }))).toEqual(['CHERRY'])
    // What an answered line earns may hang on what is beside it.
    expect(hear(() => void cart.setAttributes({ gift: true }))).toEqual(['APPLE', 'BREAD'])
    expect(hear(() => void cart.remove('BREAD')).toSorted()).toEqual(['BREAD', 'CHERRY'])
    expect(hear(() => cart.forget()).toSorted()).toEqual(['APPLE', 'CHERRY'])
  })

  test('leaves nobody with a line that is another by now, whatever is edited and answered', async () => {
    const keys = ['A', 'B', 'C', 'D']
    const step = fc.tuple(fc.constantFrom(...keys), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 5 }))
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { cart, clock } = await openLoaded()
        const lineOf = (key: string) => cart.getSnapshot().lines.find((line) => line.key === key)
        const seen = new Map<string, unknown>()
        for (const key of keys) cart.subscribe(() => seen.set(key, lineOf(key)), key)
        for (const [key, number, what] of steps) {
          const edits = [
            () => cart.add({ sku: key, price: 2 }),
            () => cart.setQuantity(key, number),
            () => cart.remove(key),
            () => cart.setItemAttributes(key, { number }),
            () => cart.applyCoupon(key),
          ]
          void edits[what]?.()
          if (what === edits.length) await clock.advance(number * 300)
          for (const each of keys) expect(seen.get(each), each).toBe(lineOf(each))
        }
        cart.forget()
      }),
      { numRuns: 300, seed: Number(process.env.SEED ?? 1) },
    )
  })

  test('keeps the view it was made with', async () => {
    const { cart, frames } = await openLoaded({ session: { cartItems: [{ ...apple, quantity: 2 }] } })
    expect(cart.getInitialSnapshot()).toBe(frames[0])
    expect(cart.getInitialSnapshot().status).toBe('loading')
  })

  test('mirrors every answer into the query cache, and starts from what is there without asking', async () => {
    const queryClient = new QueryClient()
    const { cart, clock, server } = await openLoaded({ queryClient })
    const key = queryKeyFor(server.client, getCustomerSession, { customerSessionId: 'cart' })
    expect(queryClient.getQueryData(key)).toBeUndefined()
    server.rules = () => [effect('setDiscount', { name: 'ten', value: 1 })]
    void cart.add(apple)
    await clock.settle()
    expect(queryClient.getQueryData(key)).toMatchObject({ customerSession: { updateCount: 1 }, effects: [{ effectType: 'setDiscount' }] })
    const asked = server.requests.length
    const next = openCart({ server, queryClient })
    expect(next.view()).toMatchObject({ status: 'ready', revision: 1, totals: { total: { status: 'confirmed', value: 1.5 } } })
    await clock.settle()
    expect(server.requests).toHaveLength(asked)
  })

  test('asks for its session when the cache holds something else', async () => {
    const queryClient = new QueryClient()
    const server = createServer()
    queryClient.setQueryData<unknown>(queryKeyFor(server.client, getCustomerSession, { customerSessionId: 'cart' }), { effects: [] })
    const { view } = await openLoaded({ server, queryClient, session: { cartItems: [{ ...apple, quantity: 2 }] } })
    expect(server.requests).toMatchObject([{ method: 'GET', path: '/talon-one/v2/customer_sessions/cart' }])
    expect(view().lines).toMatchObject([{ key: 'APPLE', quantity: 2 }])
  })

  test('shows what came with the last answer: points, notifications, free items, balances', async () => {
    const server = createServer()
    server.loyalty = { programs: {} }
    server.rules = () => [
      effect('addFreeItem', { sku: 'BAG', name: 'a bag' }),
      effect('showNotification', { notificationType: 'Info', title: 'Hello', body: 'Nearly there' }),
    ]
    const { cart, clock, view } = await openLoaded({ server })
    void cart.add(apple)
    await clock.settle()
    expect(view()).toMatchObject({
      freeItems: [{ sku: 'BAG', quantity: 1 }],
      notifications: [{ title: 'Hello' }],
      loyalty: { programs: {} },
      session: { updateCount: 1 },
    })
  })
})

test('what no server should send does not reach a total, nor the next request', async () => {
  const odd = { ...apple, quantity: 2, price: '2.50', attributes: null, additionalCosts: null, name: 7 }
  const { cart, clock, server, view } = await openLoaded({ session: { cartItems: [{ ...apple, quantity: 2 }] } })
  // Such an answer has no type.
  server.script('PUT', { status: 200, body: { customerSession: { state: 'open', cartItems: [odd], updateCount: 2 }, effects: [] } })
  await Promise.all([cart.setQuantity('APPLE', 2), clock.settle()])
  expect(view().lines[0]).toMatchObject({ sku: 'APPLE', total: { status: 'stale', shown: 0 } })
  await Promise.all([cart.setQuantity('APPLE', 3), clock.advance(1000)])
  expect(server.puts.at(-1)?.session?.cartItems).toEqual([{ sku: 'APPLE', quantity: 3 }])
})

test('attributes that somebody else set are neither sent back nor overwritten', async () => {
  const { cart, clock, server } = await openLoaded({ session: { attributes: { channel: 'web', gift: false } } })
  await Promise.all([cart.setAttributes({ gift: true }), clock.settle()])
  expect(server.puts.at(-1)?.session?.attributes).toEqual({ gift: true })
})
