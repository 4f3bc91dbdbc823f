import { expect, test } from 'vitest'
import { createShop, cart, codeOf } from './proxy-shop.ts'

test.each([
  { customerSession: { ...cart().customerSession, ProfileId: 'bob' } },
  { customerSession: cart().customerSession, ProfileId: 'bob' },
  { customerSession: { ...cart().customerSession, proﬁleId: 'bob' } },
  { customerSession: { cartItems: [{ sku: 'beans', quantity: 1, Price: 1 }] } },
  { customerSession: { cartItems: [{ sku: 'beans', quantity: 1.5 }] } },
  { customerSession: { cartItems: [{ sku: 'beans', quantity: -1 }] } },
  { customerSession: { cartItems: [{ sku: 'beans', quantity: 10_001 }] } },
  { customerSession: { cartItems: 'beans' } },
  { customerSession: [] },
  {},
  [],
  'null',
  '{"customerSession":{"__proto__":{"profileId":"bob"}}}',
  '{"customerSession":{"attributes":{"__proto__":{"vip":true}}}}',
])('a body that does not fit is refused before anything is sent: %j', async (body) => {
  const { call, sent } = createShop()
  const response = await call('PUT', '/v2/customer_sessions/basket', { body })
  expect([response.status, sent]).toEqual([400, []])
})

test('of two keys of one name none gets through twice', async () => {
  const { call, sent } = createShop()
  const body = '{"customerSession":{"profileId":"bob","cartItems":[],"profileId":"me"}}'
  expect((await call('PUT', '/v2/customer_sessions/basket', { body })).status).toBe(200)
  expect(sent[0]?.body).toMatchObject({ customerSession: { profileId: 'ada' } })
})

test.each([
  [cart({ state: 'closed' })],
  [cart({ state: 'cancelled' })],
  [cart({ identifiers: ['x'] })],
  [cart({ evaluableCampaignIds: [1] })],
  [cart({ storeIntegrationId: 'x' })],
  [cart({ experimentVariantAllocations: [] })],
  [cart({ attributes: { vip: true } })],
  [cart({ loyaltyCards: ['CARD-OF-BOB'] })],
  [cart({ couponCodes: Array.from({ length: 11 }, (_, index) => `CODE${index}`) })],
  [{ ...cart(), responseContent: ['triggeredCampaigns'] }],
  [{ ...cart(), responseContent: ['ruleFailureReasons'] }],
])('a shopper may not say %j', async (body) => {
  const { call, sent } = createShop()
  const response = await call('PUT', '/v2/customer_sessions/basket', { body })
  expect([response.status, await codeOf(response), sent]).toEqual([422, 'field_not_allowed', []])
})

test.each(['?dry=true', '?now=2030-01-01T00:00:00Z'])('a shopper may not ask %s', async (query) => {
  const { call, sent } = createShop()
  const response = await call('PUT', `/v2/customer_sessions/basket${query}`, { body: cart() })
  expect([response.status, sent]).toEqual([422, []])
})

test.each(['?Dry=true', '?dry=true&dry=true', '?x=1'])('a query the row does not know is refused: %s', async (query) => {
  const { call, sent } = createShop()
  const response = await call('PUT', `/v2/customer_sessions/basket${query}`, { body: cart() })
  expect([response.status, sent]).toEqual([400, []])
})

test.each([
  ['DELETE', '/v1/customer_data/ada'],
  ['GET', '/v1/coupon_reservations/customerprofiles/SAVE10'],
  ['POST', '/v2/customer_audiences'],
  ['PUT', '/v2/customer_profiles'],
  ['POST', '/v1/referrals_for_multiple_advocates'],
  ['PUT', '/v1/customer_sessions/basket'],
  ['PUT', '/v1/customer_profiles/ada'],
  ['POST', '/v1/events'],
  ['GET', '/v1/anything'],
  ['GET', '/v1/customer_profiles/../inventory'],
  ['GET', '/v1/customer_profiles/%2e%2e/inventory'],
  ['GET', '/v1/customer_profiles/me/inventory/'],
  ['GET', '/v1/customer_profiles/me/inventory.css'],
  ['GET', '//v1/customer_profiles/me/inventory'],
  ['GET', '/v1/customer_profiles/%E0%A4%A/inventory'],
])('%s %s does not exist for a shopper', async (method, path) => {
  const { call, sent } = createShop()
  const response = await call(method, path, method === 'GET' ? {} : { body: {} })
  expect([response.status, sent]).toEqual([404, []])
})

test('operations that were not switched on do not exist', async () => {
  const { call, sent } = createShop({ operations: {} })
  const answers = await Promise.all([
    call('POST', '/v1/coupon_reservations/SAVE10', { body: {} }),
    call('DELETE', '/v1/coupon_reservations/SAVE10', { body: {} }),
    call('POST', '/v1/referrals', { body: { campaignId: 5 } }),
    call('PUT', '/v2/customer_profiles/me', { body: {} }),
  ])
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404])
  expect(sent).toEqual([])
})

test('a referral has the campaigns, and none of the limits, of the shopper’s choice', async () => {
  const { call, sent } = createShop()
  const bodies = [
    { campaignId: 1 },
    { campaignId: 5, usageLimit: 999 },
    { campaignId: 5, friendProfileIntegrationId: 'bob' },
    { campaignId: 5, expiryDate: '2030-01-01T00:00:00Z' },
  ]
  for (const body of bodies) expect((await call('POST', '/v1/referrals', { body })).status).toBe(422)
  expect(sent).toEqual([])
})

test('another method on a path that exists is told which ones there are', async () => {
  const { call } = createShop()
  const response = await call('POST', '/v2/customer_sessions/basket', { body: cart() })
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'PUT, GET'])
})

test.each([
  [{ 'x-talon-client': '' }],
  [{ 'sec-fetch-site': 'cross-site' }],
  [{ 'sec-fetch-site': 'same-site' }],
  [{ 'sec-fetch-site': 'none' }],
])('a request that another site could have caused is refused: %j', async (headers) => {
  const { call, sent } = createShop()
  const response = await call('GET', '/v2/customer_sessions/basket', { headers })
  expect([response.status, await codeOf(response), sent]).toEqual([403, 'csrf_rejected', []])
})

test('bodies have a type, a limit, and are JSON in UTF-8', async () => {
  const { call, sent } = createShop()
  const put = (body: string, type: string) => call('PUT', '/v2/customer_sessions/basket', { body, headers: { 'content-type': type } })
  expect((await put('{}', 'text/plain')).status).toBe(415)
  expect((await put('{}', 'application/json; charset=utf-16')).status).toBe(415)
  expect((await put('{', 'application/json')).status).toBe(400)
  expect((await put(`{"x":"${'x'.repeat(65_536)}"}`, 'application/json')).status).toBe(413)
  expect((await put('['.repeat(30_000), 'application/json')).status).toBe(400)
  expect(
    (await put(`{"customerSession":{"attributes":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}}`, 'application/json')).status,
  ).toBe(400)
  expect(sent).toEqual([])
})
