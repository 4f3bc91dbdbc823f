import { createHmac } from 'node:crypto'
import { shopperSessionId } from 'talon-one-react/proxy'
import { expect, test } from 'vitest'
import { secret, createShop, cart, codeOf } from './proxy-shop.ts'

test('a session id leads into the namespace of the shopper, and comes back as it went', async () => {
  const { call, sent } = createShop()
  const response = await call('PUT', '/v2/customer_sessions/basket', { body: { ...cart(), responseContent: ['customerSession'] } })
  expect(sent[0]?.url.pathname).toBe(`/v2/customer_sessions/${shopperSessionId({ secret }, 'ada', 'basket')}`)
  expect(await response.json()).toMatchObject({ customerSession: { integrationId: 'basket', profileId: 'ada' } })
})

test("another shopper's session id leads to a session that does not exist", async () => {
  const { call } = createShop()
  await call('PUT', '/v2/customer_sessions/basket', { body: cart(), shopper: 'ada' })
  expect((await call('GET', '/v2/customer_sessions/basket', { shopper: 'ada' })).status).toBe(200)
  expect((await call('GET', '/v2/customer_sessions/basket', { shopper: 'bob' })).status).toBe(404)
  const real = shopperSessionId({ secret }, 'ada', 'basket')
  expect((await call('GET', `/v2/customer_sessions/${real}`, { shopper: 'bob' })).status).toBe(404)
})

test('namespaces differ by secret, audience, profile and id, and do not run together', async () => {
  const ids = [
    shopperSessionId({ secret }, 'ada', 'basket'),
    shopperSessionId({ secret: `${secret}2` }, 'ada', 'basket'),
    shopperSessionId({ secret, audience: 'other' }, 'ada', 'basket'),
    shopperSessionId({ secret }, 'adab', 'asket'),
    shopperSessionId({ secret }, 'ada', 'Basket'),
  ]
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.every((id) => /^[\w-]{43}$/.test(id))).toBe(true)
  const parts = JSON.stringify(['talon-one-session', 1, 'shop', 'ada', 'basket'])
  expect(ids[0]).toBe(createHmac('sha256', secret).update(parts).digest('base64url'))
})

test.each([
  ['POST', '/v1/coupon_reservations/SAVE10', {}],
  ['POST', '/v1/referrals', { campaignId: 5 }],
  ['PUT', '/v2/customer_sessions/basket', cart({ profileId: '' })],
])('%s %s without an identity goes upstream under the real profile', async (method, path, body) => {
  const { call, sent } = createShop()
  await call(method, path, { body })
  expect(JSON.stringify(sent[0]?.body)).toContain('"ada"')
})

test.each(['POST', 'DELETE'])('%s of a coupon for oneself and somebody else is for nobody', async (method) => {
  const { call, sent } = createShop()
  const response = await call(method, '/v1/coupon_reservations/SAVE10', { body: { integrationIDs: ['ada', 'bob'] } })
  expect([response.status, await codeOf(response), sent]).toEqual([404, 'not_found', []])
})

test('nobody is nobody: without an identity nothing is sent', async () => {
  const { call, sent } = createShop()
  const response = await call('GET', '/v2/customer_sessions/basket', { shopper: null })
  expect([response.status, await codeOf(response), sent]).toEqual([401, 'unauthenticated', []])
})

test.each([
  undefined,
  '',
  ' ',
  0,
  [],
  {},
  'ada',
  { profileId: '' },
  { profileId: '.' },
  { profileId: '..' },
  { profileId: 'me' },
  { profileId: 7 },
  { profileId: 'x'.repeat(1001) },
  { profileId: 'a\nb' },
])('an identity that is none fails closed: %j', async (identity) => {
  // What a careless `identify` may return, whatever its type promised.
  const { call, sent } = createShop({ identify: () => identity as { profileId: string } })
  const response = await call('GET', '/v2/customer_sessions/basket')
  expect([response.status, await codeOf(response), sent]).toEqual([500, 'identity_invalid', []])
})
