import { describe, expect, it } from 'vitest'
import { openShop } from './sandbox-shop.ts'

const path = '/v2/events?silent=no'
const event = { profileId: 'anna', type: 'reviewed', responseContent: ['event', 'customerProfile'] }
const hours = (count: number) => count * 3_600_000
const refused = {
  status: 400,
  body: { message: 'The submitted data was invalid', errors: [{ title: 'Invalid', source: { parameter: 'Idempotency-Key' } }] },
}

function openWithKey(key = 'a key') {
  const shop = openShop()
  const post = async (body: object = event, to = path, idempotencyKey = key) => {
    const { status, body: answer } = await shop.raw('POST', to, body, { 'Idempotency-Key': idempotencyKey })
    return { status, body: answer }
  }
  return { ...shop, post, count: () => shop.state.events.length }
}

describe('8.1 an Idempotency-Key', () => {
  it('makes a repeat count once, with the answer of the first time, whatever has changed since', async () => {
    const shop = openWithKey()
    const first = await shop.post()
    await shop.raw('PUT', '/v2/customer_profiles/anna', { attributes: { name: 'Anna' } })
    expect(await shop.post()).toEqual(first)
    expect([first.status, shop.count()]).toEqual([200, 1])
  })

  it('remembers that there was nothing to answer', async () => {
    const shop = openWithKey()
    expect((await shop.post(event, '/v2/events')).status).toBe(204)
    expect((await shop.post(event, '/v2/events')).status).toBe(204)
    expect(shop.count()).toBe(1)
  })

  it('is a key of its own: another one, or none, counts again', async () => {
    const shop = openWithKey()
    await shop.post()
    await shop.post(event, path, 'another')
    await shop.raw('POST', path, event)
    await shop.raw('POST', path, event)
    expect(shop.count()).toBe(4)
  })

  it('lasts 24 hours', async () => {
    const shop = openWithKey()
    await shop.post()
    shop.wait(hours(24) - 1)
    await shop.post()
    expect(shop.count()).toBe(1)
    shop.wait(1)
    await shop.post()
    expect(shop.count()).toBe(2)
    expect(shop.state.replays.size).toBe(1)
  })

  it('is refused with another request than before, which is not carried out', async () => {
    const shop = openWithKey()
    await shop.post()
    expect(await shop.post({ ...event, type: 'looked' })).toMatchObject(refused)
    expect(await shop.post(event, '/v2/events')).toMatchObject(refused)
    expect(shop.count()).toBe(1)
  })

  it('belongs to one operation', async () => {
    const shop = openWithKey()
    await shop.post()
    const session = { customerSession: { profileId: 'anna', state: 'closed' } }
    const close = () => shop.raw('PUT', '/v2/customer_sessions/cart', session, { 'idempotency-key': 'a key' })
    expect((await close()).status).toBe(200)
    expect((await close()).status).toBe(200)
    expect(shop.state.profiles.get('anna')?.closedSessions).toBe(1)
  })

  it('may be used again after a refusal, which is not remembered', async () => {
    const shop = openWithKey()
    const wrong = { return: { returnedCartItems: [{ position: 7 }] } }
    const order = { customerSession: { state: 'closed', cartItems: [{ sku: 'MUG', quantity: 2, price: 1 }] } }
    await shop.raw('PUT', '/v2/customer_sessions/cart', order)
    const returns = '/v2/customer_sessions/cart/returns'
    expect((await shop.post(wrong, returns)).status).toBe(400)
    const first = await shop.post({ return: { returnedCartItems: [{ position: 0, quantity: 1 }] } }, returns)
    expect(first.status).toBe(200)
    expect(await shop.post({ return: { returnedCartItems: [{ position: 0, quantity: 1 }] } }, returns)).toEqual(first)
    expect(shop.state.sessions.get('cart')?.returns).toHaveLength(1)
  })

  it('counts for a session’s id as well', async () => {
    const shop = openWithKey()
    const put = (id: string) => shop.raw('PUT', `/v2/customer_sessions/${id}`, { customerSession: {} }, { 'idempotency-key': 'a key' })
    expect((await put('one')).status).toBe(200)
    expect((await put('two')).status).toBe(400)
  })

  it('means nothing to a dry run, nor to an operation without one', async () => {
    const shop = openWithKey()
    await shop.post(event, `${path}&dry=true`)
    expect((await shop.post()).status).toBe(200)
    await shop.post({ profileId: 'anna', type: 'looked', integrationId: 'one' }, '/v3/events')
    expect((await shop.post({ profileId: 'anna', type: 'looked', integrationId: 'one' }, '/v3/events')).status).toBe(409)
  })

  it('7.3 has at most 255 characters', async () => {
    expect((await openWithKey('k'.repeat(255)).post()).status).toBe(200)
    // The official file forbids it, and so nothing but a refusal passes here.
    expect(await openWithKey('k'.repeat(256)).post()).toMatchObject(refused)
  })

  it('is forgotten by a reset', async () => {
    const shop = openWithKey()
    await shop.post()
    shop.reset()
    await shop.post()
    expect(shop.count()).toBe(1)
  })
})
