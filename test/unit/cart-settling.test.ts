import { expect, it } from 'vitest'
import { apple, bread, openLoaded } from './open-cart.ts'

const window = 30_000
const session = { cartItems: [{ ...apple, quantity: 1 }] }
const older = { cartItems: [{ ...apple, quantity: 2 }] }

/** A cart whose burst was two writes, both answered: two apples, then three. */
async function openBurst() {
  const opened = await openLoaded({ session })
  void opened.cart.setQuantity('APPLE', 2)
  await opened.clock.settle()
  void opened.cart.setQuantity('APPLE', 3)
  await opened.clock.advance(1_000)
  expect(opened.server.puts).toHaveLength(2)
  return opened
}

it('reads the session once, when nothing can land any more', async () => {
  const { server, clock } = await openBurst()
  const before = server.requests.length
  await clock.advance(window - 2_000)
  expect(server.requests).toHaveLength(before)
  await clock.advance(2_000)
  expect(server.requests.slice(before).map(({ method }) => method)).toEqual(['GET'])
  await clock.advance(10 * window)
  expect(server.requests).toHaveLength(before + 1)
})

it('reads nothing after a single write: it cannot land over another', async () => {
  const { cart, server, clock } = await openLoaded({ session })
  void cart.setQuantity('APPLE', 2)
  await clock.advance(10 * window)
  expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'PUT'])
})

it('reads nothing when the write before is too old to land', async () => {
  const { cart, server, clock } = await openLoaded({ session })
  void cart.setQuantity('APPLE', 2)
  await clock.advance(window)
  void cart.setQuantity('APPLE', 3)
  await clock.advance(10 * window)
  expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'PUT', 'PUT'])
})

it('sends the cart again when an older write has landed over it, and shows nothing of it', async () => {
  const { server, clock, frames, shown, stored } = await openBurst()
  server.write('cart', older)
  const before = frames.length
  await clock.advance(window + 1_000)
  expect(stored()).toEqual([['APPLE', 3]])
  expect(shown()).toEqual({ APPLE: 3 })
  for (const { lines } of frames.slice(before)) expect(lines.map(({ quantity }) => quantity)).toEqual([3])
  await clock.advance(2 * window)
  expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'PUT', 'PUT', 'GET', 'PUT'])
})

it('sends again what a late write carried beside lines and codes', async () => {
  const { cart, server, clock } = await openLoaded({ session })
  void cart.setAttributes({ Channel: 'web' })
  await clock.settle()
  void cart.setQuantity('APPLE', 3)
  await clock.advance(1_000)
  server.write('cart', session)
  await clock.advance(window + 1_000)
  expect(server.puts.at(-1)?.session).toMatchObject({ cartItems: [{ sku: 'APPLE', quantity: 3 }], attributes: { Channel: 'web' } })
})

it('writes nothing over an order, nor over a session that is somebody else’s by now', async () => {
  for (const change of [{ state: 'closed' as const }, { profileId: 'eve' }]) {
    const { cart, server, clock } = await openLoaded({ session: { ...session, profileId: 'ada' } })
    void cart.setQuantity('APPLE', 2)
    await clock.settle()
    void cart.setQuantity('APPLE', 3)
    await clock.advance(1_000)
    server.write('cart', { ...older, ...change })
    await clock.advance(window + 1_000)
    expect(server.puts).toHaveLength(2)
  }
})

it('takes over what somebody else has written', async () => {
  const { server, clock, shown } = await openBurst()
  server.write('cart', { cartItems: [{ ...bread, quantity: 7 }] })
  await clock.advance(window + 1_000)
  expect(shown()).toEqual({ BREAD: 7 })
  expect(server.puts).toHaveLength(2)
})

it('does not let a reload for `flush` bring an older write back', async () => {
  const { cart, server, clock, stored, shown } = await openBurst()
  server.write('cart', older)
  const flushed = cart.flush()
  await clock.advance(1_000)
  expect(await flushed).toMatchObject({ total: { value: 7.5 } })
  expect([stored(), shown()]).toEqual([[['APPLE', 3]], { APPLE: 3 }])
})

it('lets an edit go first, and looks afterwards', async () => {
  const { cart, server, clock, stored } = await openBurst()
  server.write('cart', older)
  server.script('GET', 'hold')
  await clock.advance(window)
  expect(server.held).toBe(1)
  void cart.add(bread)
  await clock.advance(1_000)
  expect(stored()).toEqual([
    ['APPLE', 3],
    ['BREAD', 1],
  ])
  // What left before the window can land no more.
  const before = server.requests.length
  await clock.advance(window + 1_000)
  expect(server.requests).toHaveLength(before)
})

it('says nothing of a look that fails, and looks again', async () => {
  const { server, clock, view, stored } = await openBurst()
  server.write('cart', older)
  server.script('GET', { status: 503 }, 'unreachable', { status: 404, body: { message: 'gone' } })
  await clock.advance(window + 1_000)
  expect(view().error).toBeUndefined()
  await clock.advance(window + 1_000)
  expect(view().error).toBeUndefined()
  server.always('answer')
  await clock.advance(3 * window)
  expect(view().error).toBeUndefined()
  expect(stored()).toEqual([['APPLE', 2]])
})

it('does not look for somebody who has left', async () => {
  const { cart, server, clock } = await openBurst()
  const before = server.requests.length
  cart.forget()
  await clock.advance(10 * window)
  expect(server.requests).toHaveLength(before)
})

it('gives in when the server refuses the cart that is sent again', async () => {
  const { server, clock, shown } = await openBurst()
  server.write('cart', older)
  server.script('PUT', { status: 400, body: { message: 'The submitted data was invalid' } })
  await clock.advance(window + 1_000)
  expect(shown()).toEqual({ APPLE: 2 })
  const before = server.requests.length
  await clock.advance(10 * window)
  expect(server.requests).toHaveLength(before)
})

it('carries again what older writes carried, so that one that lands between leaves nothing behind', async () => {
  const { cart, server, clock } = await openLoaded({ session })
  void cart.setAttributes({ Channel: 'web' })
  await clock.settle()
  void cart.setAttributes({ Channel: 'app' })
  await clock.advance(1_000)
  server.write('cart', { ...session, attributes: { Channel: 'web' } })
  void cart.setQuantity('APPLE', 3)
  await clock.advance(1_000)
  expect(server.sessions.get('cart')).toMatchObject({ attributes: { Channel: 'app' }, cartItems: [{ quantity: 3 }] })
})

it('does not carry again what was refused', async () => {
  const { cart, server, clock } = await openLoaded({ session })
  void cart.setQuantity('APPLE', 2)
  await clock.settle()
  server.judge = ({ attributes }) =>
    attributes === undefined ? undefined : { status: 400, body: { message: 'The submitted data was invalid' } }
  const refused = cart.setAttributes({ Unknown: 1 })
  await Promise.all([expect(refused).rejects.toMatchObject({ code: 'bad_request' }), clock.advance(1_000)])
  const taken = cart.setQuantity('APPLE', 3)
  await clock.advance(1_000)
  expect(await taken).toMatchObject({ revision: 3 })
})

it('knows its own write again, though the server has sorted the names of its attributes', async () => {
  const { cart, server, clock } = await openLoaded({ session })
  server.script('PUT', 'lost')
  void cart.add(bread)
  const attributed = cart.setAttributes({ b: 1, a: { y: 1, x: 2 } })
  await clock.settle()
  const stored = server.sessions.get('cart')
  if (stored) server.sessions.set('cart', { ...stored, attributes: { a: { x: 2, y: 1 }, b: 1 } })
  await clock.advance(60_000)
  expect(server.puts).toHaveLength(1)
  await expect(attributed).resolves.toMatchObject({ revision: stored?.updateCount })
})
