import { describe, expect, test } from 'vitest'
import { effect } from '../talon-one.ts'
import { apple, bread, openCart, openLoaded, outcomeOf } from './open-cart.ts'

const session = { cartItems: [{ ...apple, quantity: 2 }] }

describe('flush', () => {
  test('resolves with the confirmed total and its revision', async () => {
    const { cart, clock, server } = await openLoaded({ session })
    server.rules = () => [effect('setDiscount', { name: 'one', value: 1 })]
    void cart.add(bread)
    const flushed = outcomeOf(cart.flush())
    await clock.settle()
    expect(flushed()).toEqual({ revision: 2, total: { status: 'confirmed', shown: 8, value: 8 } })
  })

  test('asks the server when nothing waits: a total may have changed there', async () => {
    const { cart, clock, server } = await openLoaded({ session })
    const flushed = outcomeOf(cart.flush())
    await clock.settle()
    expect(flushed()).toEqual({ revision: 1, total: { status: 'confirmed', shown: 5, value: 5 } })
    server.write('cart', { cartItems: [{ ...apple, quantity: 4 }] })
    const flushedAgain = outcomeOf(cart.flush())
    await clock.settle()
    expect(flushedAgain()).toEqual({ revision: 2, total: { status: 'confirmed', shown: 10, value: 10 } })
    expect(server.requests).toHaveLength(3)
  })

  test('knows no total, and shows none as certain, while a line has no price', async () => {
    const { cart, clock, view } = await openLoaded({ session })
    void cart.add({ sku: 'BREAD', name: 'Bread' })
    const flushed = outcomeOf(cart.flush())
    await clock.settle()
    expect(flushed()).toEqual({ error: 'invalid_price' })
    expect(view().pending).toBe(false)
    expect(view().lines.map(({ total }) => total.status)).toEqual(['answered', 'stale'])
    expect(view().totals.total.status).toBe('stale')
  })

  test('waits for the session when it has not been read yet', async () => {
    const { cart, clock, server } = openCart({ session })
    server.script('GET', 'hold')
    const flushed = outcomeOf(cart.flush())
    await clock.settle()
    expect(flushed()).toBeUndefined()
    await server.release()
    expect(flushed()).toEqual({ revision: 1, total: { status: 'confirmed', shown: 5, value: 5 } })
  })

  test('resolves with nothing to pay when there is no session', async () => {
    const { cart, clock } = await openLoaded()
    const flushed = outcomeOf(cart.flush())
    await clock.settle()
    expect(flushed()).toEqual({ revision: 0, total: { status: 'confirmed', shown: 0, value: 0 } })
  })

  test('does not wait for quiet, neither does a second one when the first has given up', async () => {
    const { cart, clock, server } = await openLoaded({ session })
    server.script('PUT', 'hold', 'hold')
    void cart.add(apple)
    await clock.advance(10)
    void cart.add(apple)
    const first = outcomeOf(cart.flush({ timeout: 50 }))
    const second = outcomeOf(cart.flush())
    await clock.advance(60)
    expect([first(), second()]).toEqual([{ error: 'timeout' }, undefined])
    void cart.add(apple)
    const releasedAt = clock.now()
    await server.release()
    expect(server.puts.at(-1)?.at).toBe(releasedAt)
    await server.release()
    expect(second()).toEqual({ revision: 3, total: { status: 'confirmed', shown: 12.5, value: 12.5 } })
  })

  test('waits for edits that are made meanwhile, too', async () => {
    const { cart, clock, server } = await openLoaded({ session })
    server.script('PUT', 'hold', 'hold')
    void cart.add(apple)
    const flushed = outcomeOf(cart.flush())
    await clock.settle()
    void cart.add(apple)
    await server.release()
    expect(flushed()).toBeUndefined()
    await server.release()
    expect(flushed()).toEqual({ revision: 3, total: { status: 'confirmed', shown: 10, value: 10 } })
  })

  test('rejects with the error of the edit that was refused; what is left can be flushed', async () => {
    const { cart, clock, server } = await openLoaded({ session })
    server.judge = ({ cartItems = [] }) => (cartItems.some(({ sku }) => sku === 'BAD') ? { status: 400 } : undefined)
    void cart.add({ sku: 'BAD', price: 1 })
    void cart.add(bread)
    const flushed = outcomeOf(cart.flush())
    await clock.settle()
    expect(flushed()).toEqual({ error: 'bad_request' })
    const again = outcomeOf(cart.flush())
    await clock.settle()
    expect(again()).toEqual({ revision: 2, total: { status: 'confirmed', shown: 9, value: 9 } })
  })

  test('rejects with timeout while the edits stay, and works when they have got through', async () => {
    const { cart, clock, server, view } = await openLoaded({ session })
    server.always('unreachable')
    const added = outcomeOf(cart.add(bread))
    const flushed = outcomeOf(cart.flush())
    await clock.advance(9_999)
    expect(flushed()).toBeUndefined()
    await clock.advance(1)
    expect(flushed()).toEqual({ error: 'timeout' })
    expect([added(), view().pending]).toEqual([undefined, true])
    server.always('answer')
    const again = outcomeOf(cart.flush())
    await clock.settle()
    expect([added(), again()]).toEqual([{ revision: 2 }, { revision: 2, total: { status: 'confirmed', shown: 9, value: 9 } }])
  })

  test('may wait for as long as it takes', async () => {
    const { cart, clock, server } = await openLoaded({ session })
    server.always('unreachable')
    void cart.add(bread)
    const flushed = outcomeOf(cart.flush({ timeout: Infinity }))
    await clock.advance(3_600_000)
    expect(flushed()).toBeUndefined()
    server.always('answer')
    await clock.advance(30_000)
    expect(flushed()).toMatchObject({ revision: 2 })
  })

  test.each([401, 403])('rejects with what stops the cart (%s), and tries again when it is called again', async (status) => {
    const { cart, clock, server } = await openLoaded({ session })
    server.script('PUT', { status }, { status })
    void cart.add(bread)
    await clock.advance(1000)
    const first = outcomeOf(cart.flush())
    await clock.settle()
    expect(first()).toEqual({ error: status === 401 ? 'unauthenticated' : 'forbidden' })
    const second = outcomeOf(cart.flush())
    await clock.settle()
    expect(second()).toEqual({ revision: 2, total: { status: 'confirmed', shown: 9, value: 9 } })
  })

  test('rejects with session_closed when the cart is found to have been ordered', async () => {
    const { cart, clock, server } = await openLoaded({ session })
    server.write('cart', { state: 'closed' })
    void cart.add(bread)
    const flushed = outcomeOf(cart.flush())
    await clock.settle()
    expect(flushed()).toEqual({ error: 'session_closed' })
  })

  test('reads what the server holds first, when that is in doubt', async () => {
    const { cart, clock, server } = await openLoaded({ session })
    server.script('PUT', 'lost', { status: 400 })
    server.script('GET', 'hold')
    void cart.add(apple)
    await clock.advance(1000)
    const flushed = outcomeOf(cart.flush())
    await clock.advance(1000)
    expect(flushed()).toBeUndefined()
    await server.release()
    expect(flushed()).toEqual({ revision: 2, total: { status: 'confirmed', shown: 7.5, value: 7.5 } })
  })
})
