/** Sequences in which an edit was once lost, brought back or counted twice, or somebody waited for ever. */
import { QueryClient } from '@tanstack/react-query'
import { createTalonOne, type CustomerSessionV2 } from 'talon-one-react'
import { describe, expect, test } from 'vitest'
import type { Presence } from '../../src/cart/platform.ts'
import { keyByName } from '../../src/key.ts'
import { createServer } from '../talon-one.ts'
import { type CartStorage, createMemoryStorage } from '../../src/cart/storage.ts'
import { apple, bread, limitsBy, openLoaded, outcomeOf } from './open-cart.ts'
import { deadLocks, openBrowser, shownIn, slowStorage } from './open-tabs.ts'

const session = { cartItems: [{ ...apple, quantity: 1 }] }

describe('a write that may land late', () => {
  test('is waited for from the last time it left, not from the first', async () => {
    const { cart, server, clock, stored } = await openLoaded({ session })
    limitsBy(clock)
    server.script('PUT', { status: 503, headers: { 'retry-after': '24' } }, 'silence')
    void cart.setQuantity('APPLE', 5)
    await clock.advance(28_500)
    expect(server.puts).toHaveLength(2)
    void cart.setQuantity('APPLE', 6)
    await clock.advance(6_500)
    expect(stored()).toEqual([['APPLE', 6]])
    // The second one, ten seconds after it left; the first left 34 seconds ago.
    server.write('cart', { cartItems: [{ ...apple, quantity: 5 }] })
    await clock.advance(60_000)
    expect(stored()).toEqual([['APPLE', 6]])
  })

  test('is forgotten when it can land no more, although the shopper goes on and on', async () => {
    const storage = createMemoryStorage()
    let most = 0
    const mark: CartStorage['mark'] = (name, sent) => {
      most = Math.max(most, sent.length)
      return storage.mark(name, sent)
    }
    const { cart, clock } = await openLoaded({ session, platform: { storage: { ...storage, mark } } })
    for (let click = 0; click < 100; click++) {
      void cart.setQuantity('APPLE', 1 + (click % 9))
      await clock.advance(20_000)
    }
    expect(most).toBe(3)
  })
})

test('settle resolves when nothing can land any more, although nothing that is shown changes then', async () => {
  const { cart, clock } = await openLoaded({ session })
  void cart.setQuantity('APPLE', 2)
  await clock.advance(50)
  void cart.setQuantity('APPLE', 3)
  await clock.advance(1_000)
  const settled = outcomeOf(cart.settle())
  await clock.advance(25_000)
  expect(settled()).toBeUndefined()
  await clock.advance(10_000)
  expect(settled()).toMatchObject({ revision: 3 })
})

test('a cart that is forgotten while it waits as long as it was told to lets the next one go on', async () => {
  const { server, clock, open, stored } = openBrowser()
  server.write('cart', session)
  const ada = open()
  await clock.settle()
  server.script('PUT', { status: 429, headers: { 'retry-after': '300' } })
  void ada.add(apple)
  await clock.advance(100)
  ada.forget()
  const added = outcomeOf(open().add(bread))
  await clock.advance(1_000)
  expect(added()).toEqual({ revision: 2 })
  expect(stored()).toEqual({ APPLE: 1, BREAD: 1 })
})

describe('when one tab forgets the cart', () => {
  test.each(['', 'ada'])('another one of %j reads it anew: it is neither empty for sure, nor wiped by the next edit', async (profileId) => {
    const { server, clock, open, stored } = openBrowser()
    server.write('cart', { ...session, profileId })
    const one = open()
    const other = open()
    await clock.settle()
    const totals: unknown[] = []
    other.subscribe(() => totals.push(other.getSnapshot().totals.total))
    one.forget()
    await clock.advance(100)
    void other.add(bread)
    await clock.advance(3_000)
    expect(stored()).toEqual({ APPLE: 1, BREAD: 1 })
    expect(totals).not.toContainEqual({ status: 'confirmed', value: 0 })
    expect(shownIn(other)).toEqual({ APPLE: 1, BREAD: 1 })
  })

  test('an edit of another one that is given up with it is not called carried', async () => {
    const { server, clock, open, stored } = openBrowser()
    server.write('cart', session)
    const one = open()
    const other = open()
    await clock.settle()
    server.always('unreachable')
    const added = outcomeOf(other.add(bread))
    await clock.advance(100)
    one.forget()
    await clock.advance(100)
    expect(added()).toEqual({ error: 'identity_changed' })
    server.always('answer')
    await clock.advance(60_000)
    expect(stored()).toEqual({ APPLE: 1 })
  })
})

test('a page that was rendered with more than storage knows reads before it sends what waits there', async () => {
  const { server, clock, open, crash, stored } = openBrowser()
  server.write('cart', session)
  const first = open()
  await clock.settle()
  void first.add(apple)
  await clock.advance(1_000)
  crash()
  void open({ locks: deadLocks }).add(apple)
  await clock.advance(100)
  crash()
  const customerSession = server.write('cart', { cartItems: [apple, bread].map((item) => ({ ...item, quantity: 2 })) })
  const queryClient = new QueryClient()
  const queryKey = keyByName(server.client, 'getCustomerSession', { customerSessionId: 'cart' })
  queryClient.setQueryData(queryKey, { customerSession, effects: [] })
  const after = open({ queryClient })
  await clock.advance(5_000)
  expect(stored()).toEqual({ APPLE: 3, BREAD: 2 })
  expect(shownIn(after)).toEqual({ APPLE: 3, BREAD: 2 })
})

test('a cart shows nothing of the one of the same name that was forgotten in the same tick', async () => {
  const server = createServer()
  const { clock, open } = openBrowser({ server, storage: slowStorage(server.clock) })
  server.write('cart', { ...session, profileId: 'ada' })
  const ada = open()
  await clock.advance(200)
  server.always('unreachable')
  void ada.add(bread)
  await clock.advance(100)
  server.always('answer')
  server.sessions.delete('cart')
  server.write('cart', { profileId: 'eve', cartItems: [] })
  ada.forget()
  const eve = open()
  const frames: unknown[] = []
  eve.subscribe(() => frames.push(shownIn(eve)))
  await clock.advance(5_000)
  expect(eve.getSnapshot()).toMatchObject({ status: 'ready', pending: false })
  expect(frames).not.toContainEqual(expect.objectContaining({ APPLE: 1 }))
})

test('every refused edit of another tab is told so, however many there are', async () => {
  const { server, clock, open } = openBrowser()
  server.write('cart', session)
  open()
  await clock.settle()
  const other = open({ locks: deadLocks })
  await clock.settle()
  const outcomes = Array.from({ length: 150 }, (_, index) => outcomeOf(other.setAttributes({ a: index })))
  await clock.advance(100)
  server.write('cart', { state: 'closed' })
  await clock.advance(5_000)
  expect(outcomes.map((outcome) => outcome())).toEqual(outcomes.map(() => ({ error: 'session_closed' })))
})

test('a clock that is days behind the server’s does not make an old session a fresh one', async () => {
  const server = createServer()
  const customerSession = server.write('cart', session)
  const queryClient = new QueryClient()
  const queryKey = keyByName(server.client, 'getCustomerSession', { customerSessionId: 'cart' })
  queryClient.setQueryData(queryKey, { customerSession, effects: [] }, { updatedAt: Date.now() + 86_400_000 })
  server.write('cart', { cartItems: [] })
  const { view } = await openLoaded({ server, queryClient })
  expect(view().lines).toEqual([])
})

describe('an answer to a write that', () => {
  const created = '2020-01-01T00:00:00Z'
  test.each([
    ['is older than what is known', { updateCount: 0 }],
    ['is somebody else’s', { profileId: 'eve' }],
    ['is of another session', { created }],
  ] satisfies [string, Partial<CustomerSessionV2>][])('%s is not shown; what the server has is read', async (_name, change) => {
    const server = createServer()
    let isOdd = false
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init)
      const response = await server.fetch(request)
      if (!isOdd || request.method !== 'PUT') return response
      isOdd = false
      const body: { customerSession: CustomerSessionV2 } = JSON.parse(await response.text())
      return Response.json({ ...body, customerSession: { ...body.customerSession, ...change, cartItems: [{ ...bread, quantity: 9 }] } })
    }
    const client = createTalonOne({ baseUrl: 'http://shop.test/talon-one', fetch })
    const { cart, clock, frames, stored } = await openLoaded({ server, client, session: { ...session, profileId: 'ada' } })
    await expect.poll(() => cart.getSnapshot().status).toBe('ready')
    isOdd = true
    const added = outcomeOf(cart.add(apple))
    await expect.poll(() => clock.advance(500).then(added)).toEqual({ revision: 2 })
    expect(stored()).toEqual([['APPLE', 2]])
    expect(frames.flatMap(({ lines }) => lines.map(({ sku }) => sku))).not.toContain('BREAD')
    expect(frames.map(({ error }) => error?.code)).toContain('unexpected_answer')
    expect(server.puts).toHaveLength(1)
  })
})

test('what a page left behind is sent by a hidden tab that opens after it', async () => {
  const { server, clock, open, crash, stored } = openBrowser()
  server.write('cart', session)
  const before = open({ locks: deadLocks })
  await clock.settle()
  void before.add(apple)
  await clock.advance(100)
  crash()
  const presence: Presence = { isOnline: () => true, isHidden: () => true, subscribe: () => () => {} }
  open({ presence })
  await clock.advance(9_000)
  expect(stored()).toEqual({ APPLE: 1 })
  await clock.advance(2_000)
  expect(stored()).toEqual({ APPLE: 2 })
})

test('what was put away for its owner comes back although another tab has put it away', async () => {
  const { server, clock, open, stored } = openBrowser()
  server.write('cart', { ...session, profileId: 'ada' })
  const one = open()
  const other = open()
  await clock.settle()
  server.script('PUT', { status: 401 })
  void one.add(bread)
  await clock.advance(500)
  const hers = server.sessions.get('cart')
  server.sessions.delete('cart')
  server.write('cart', { profileId: 'eve', cartItems: [] })
  one.retry()
  await clock.advance(2_000)
  expect(shownIn(one)).toEqual({})
  if (hers) server.sessions.set('cart', hers)
  void other.flush()
  await clock.advance(5_000)
  expect(stored()).toEqual({ APPLE: 1, BREAD: 1 })
  expect([shownIn(one), shownIn(other)]).toEqual([stored(), stored()])
})
