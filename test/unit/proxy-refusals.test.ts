import { expect, test } from 'vitest'
import {
  bestPriorPrice,
  getCustomerAchievements,
  getLoyaltyCardPoints,
  trackEventV2,
  trackEventV3,
  updateCustomerSessionV2,
} from '../../src/endpoints.ts'
import { cart, codeOf, createFullShop, createShop, everything, mayBeSaid, readSent } from './proxy-shop.ts'

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

test('a preview is evaluated and not stored, and the rest of the rules hold for it too', async () => {
  const { say, sent } = createFullShop(updateCustomerSessionV2)
  const preview = { customerSessionId: 'basket', dry: true, customerSession: { cartItems: [{ sku: 'beans', quantity: 1, price: 0.01 }] } }
  expect((await say(preview)).status).toBe(200)
  expect(sent[0]?.url.search).toBe('?dry=true')
  expect(sent[0]?.body).toEqual({
    customerSession: { cartItems: [{ sku: 'beans', quantity: 1, price: 10, category: 'Coffee' }], profileId: 'ada', state: 'open' },
  })
  const { customerSession } = preview
  for (const more of [
    { now: '2030-01-01T00:00:00Z' },
    { responseContent: ['campaignEligibility'] },
    { customerSession: { ...customerSession, evaluableCampaignIds: [1] } },
    { customerSession: { ...customerSession, state: 'closed' } },
    { customerSession: { ...customerSession, couponCodes: Array.from({ length: 11 }, (_, index) => `CODE${index}`) } },
  ])
    expect((await say({ ...preview, ...more })).status).toBe(422)
  expect((await say({ ...preview, customerSession: { profileId: 'bob' } })).status).toBe(404)
  expect(sent.length).toBe(1)
})

test.each([
  { type: 'bought', attributes: {} },
  { type: 'Looked' },
  { type: 'looked', attributes: { Shelf: 3, Points: 1e6 } },
  { type: 'listened', attributes: { Shelf: 3 } },
  { type: 'looked', evaluableCampaignIds: [1] },
  { type: 'looked', storeIntegrationId: 'berlin' },
  { type: 'looked', responseContent: ['ruleFailureReasons'] },
  { type: 'looked', dry: true },
  { type: 'looked', forceCompleteEvaluation: true },
])('the event %j is refused before anything is sent', async (event) => {
  for (const row of [trackEventV2, trackEventV3]) {
    const { say, sent } = createFullShop(row)
    const response = await say({ ...event, ...(row === trackEventV3 && { integrationId: 'event' }) })
    expect([response.status, await codeOf(response), sent]).toEqual([422, 'field_not_allowed', []])
  }
})

test('an event of a type without listed attributes has none', async () => {
  const { say, sent } = createFullShop(trackEventV2)
  expect((await say({ type: 'listened', attributes: {} })).status).toBe(200)
  expect(sent[0]?.body).toEqual({ profileId: 'ada', type: 'listened', attributes: {} })
})

test('earlier prices are those that everybody had, of 50 SKUs at most', async () => {
  const { say, sent } = createFullShop(bestPriorPrice)
  const { target: _, ...asked } = mayBeSaid.bestPriorPrice ?? {}
  const skus = Array.from({ length: 51 }, (_entry, index) => `sku-${index}`)
  for (const more of [{ skus }, { target: { targetType: 'AUDIENCE', audienceID: 1 } }])
    expect((await say({ ...asked, ...more })).status).toBe(422)
  expect(sent).toEqual([])
  expect((await say({ ...asked, skus: skus.slice(1) })).status).toBe(200)
  expect((await say({ ...asked, target: { targetType: 'NONE', audienceID: 1 } })).status).toBe(200)
  for (const request of sent) expect(readSent(bestPriorPrice, request).target).toEqual({ targetType: 'NONE' })
})

test('what is scheduled is not shown yet', async () => {
  const { say, sent } = createFullShop(getCustomerAchievements)
  expect((await say({ achievementStatus: ['active', 'scheduled'] })).status).toBe(422)
  expect(sent).toEqual([])
})

test('a ledger is asked for 50 sessions at most', async () => {
  const { say, sent } = createFullShop(getLoyaltyCardPoints)
  const asked = { loyaltyProgramId: 1, loyaltyCardId: 'card-of-ada', customerSessionIDs: Array.from({ length: 51 }, String) }
  expect((await say(asked)).status).toBe(422)
  expect(sent).toEqual([])
})

test('programs that were not listed can be read, but not joined', async () => {
  const { loyaltyProgramIds: _, ...operations } = everything
  const { call, sent } = createShop({ operations, fetch: async () => Response.json({}) })
  expect((await call('GET', '/v1/loyalty_programs/7/profile/me/balances')).status).toBe(200)
  expect((await call('POST', '/v1/loyalty_programs/7/profile/me/join')).status).toBe(404)
  expect(sent.length).toBe(1)
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
