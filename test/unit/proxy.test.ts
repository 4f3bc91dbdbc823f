import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contentSignature, createShopperProxy, type ProxyEvent, shopperSessionId, type ShopperProxyOptions } from 'talon-one-react/proxy'
import { createSandbox } from 'talon-one-react/sandbox'
import type { Endpoint } from '../../src/endpoint.ts'
import * as endpoints from '../../src/endpoints.ts'
import { policiesFor } from '../../src/proxy/policy.ts'

const key = 'c0ffee-key-that-nobody-may-see'
const secret = 'a secret of the tests, 32 characters and more'

interface Sent {
  method: string
  url: URL
  headers: Headers
  redirect: RequestRedirect
  body: unknown
}

/** A proxy over a sandbox, with everything it sent upstream and every event it told. */
function createShop(options: Partial<ShopperProxyOptions> = {}) {
  const sent: Sent[] = []
  const events: ProxyEvent[] = []
  const upstream = options.fetch ?? createSandbox({ apiKey: key }).fetch
  const proxy = createShopperProxy({
    upstream: { baseUrl: 'https://shop.talon.one', apiKey: key },
    secret,
    identify: (request) => {
      const profileId = request.headers.get('x-test-shopper')
      return profileId === null ? null : { profileId }
    },
    pricing: ({ items }) => ({ cartItems: items.map((item) => ({ ...item, price: 10, category: 'Coffee' })) }),
    operations: { reservations: true, referrals: { campaignIds: [5] }, profileAttributes: ['Name'] },
    onEvent: (event) => events.push(event),
    ...options,
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const text = await request.clone().text()
      sent.push({
        method: request.method,
        url: new URL(request.url),
        headers: request.headers,
        redirect: request.redirect,
        body: text === '' ? undefined : JSON.parse(text),
      })
      return upstream(input, init)
    },
  })
  const call = (
    method: string,
    path: string,
    { body, headers, shopper = 'ada' }: { body?: unknown; headers?: HeadersInit; shopper?: string | null } = {},
  ) =>
    proxy(
      new Request(`https://shop.example/talon-one${path}`, {
        method,
        headers: {
          'x-talon-client': '1',
          ...(shopper !== null && { 'x-test-shopper': shopper }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...Object.fromEntries(new Headers(headers)),
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    )
  return { proxy, call, sent, events }
}

/** The part of an answer that a test reads. */
interface UpdatedSession {
  customerSession: { cartItems: { attributes?: unknown }[]; attributes: unknown }
}

const cart = (session: Record<string, unknown> = {}) => ({ customerSession: { cartItems: [{ sku: 'beans', quantity: 2 }], ...session } })
const codeOf = async (response: Response): Promise<unknown> => ((await response.json()) as { code: unknown }).code

test('adds the key and forwards nothing of the browser', async () => {
  const { call, sent } = createShop()
  const headers = { cookie: 'sid=1', 'x-forwarded-for': '1.2.3.4', 'accept-language': 'de', 'idempotency-key': 'x' }
  const response = await call('PUT', '/v2/customer_sessions/basket', { body: cart(), headers })
  expect(response.status).toBe(200)
  expect(Object.fromEntries(sent[0]?.headers ?? [])).toEqual({
    accept: 'application/json',
    'content-type': 'application/json',
    authorization: `ApiKey-v1 ${key}`,
  })
})

test('a redirect is not followed: the key would go along', async () => {
  const { call, sent } = createShop()
  await call('GET', '/v2/customer_sessions/basket')
  expect(sent[0]?.redirect).toBe('manual')
})

test('with everything switched on there is a policy for each shopper operation of the table, and for no other', () => {
  const all = policiesFor({ reservations: true, referrals: { campaignIds: [] }, profileAttributes: [], sessionAttributes: [] })
  const rows: readonly Endpoint[] = Object.values(endpoints)
  const shopperRows = rows.filter(({ audience }) => audience === 'shopper').map(({ operationId }) => operationId)
  expect([...all.keys()].toSorted()).toEqual(shopperRows.toSorted())
})

test('an authorization header of the browser is not the one that goes upstream', async () => {
  const { call, sent } = createShop()
  await call('PUT', '/v2/customer_sessions/basket', { body: cart(), headers: { authorization: 'ApiKey-v1 mine' } })
  expect(sent[0]?.headers.get('authorization')).toBe(`ApiKey-v1 ${key}`)
})

test('prices come from the server, whatever the browser says', async () => {
  const { call, sent } = createShop()
  const items = [
    {
      sku: 'beans',
      quantity: 2,
      price: 0.01,
      category: 'Free',
      name: 'x',
      additionalCosts: { shipping: { price: 0 } },
    },
  ]
  await call('PUT', '/v2/customer_sessions/basket', { body: cart({ cartItems: items, additionalCosts: { shipping: { price: 0 } } }) })
  expect(sent[0]?.body).toEqual({
    customerSession: { cartItems: [{ sku: 'beans', quantity: 2, price: 10, category: 'Coffee' }], profileId: 'ada', state: 'open' },
  })
})

test("with 'catalog' only SKU and quantity are sent on", async () => {
  const { call, sent } = createShop({ pricing: 'catalog' })
  await call('PUT', '/v2/customer_sessions/basket', { body: cart({ cartItems: [{ sku: 'beans', quantity: 2, price: 1, name: 'x' }] }) })
  expect(sent[0]?.body).toMatchObject({ customerSession: { cartItems: [{ sku: 'beans', quantity: 2 }] } })
})

test("'trust-browser' warns when it starts", () => {
  const { events } = createShop({ pricing: 'trust-browser' })
  expect(events).toEqual([{ type: 'warning', option: 'pricing', message: 'a page may say what a product costs' }])
})

test('a pricing function that loses, adds or moves a line is not believed', async () => {
  const { call, sent } = createShop({ pricing: () => ({ cartItems: [{ sku: 'other', quantity: 1, price: 1 }] }) })
  const response = await call('PUT', '/v2/customer_sessions/basket', { body: cart() })
  expect([response.status, await codeOf(response), sent]).toEqual([503, 'reprice_failed', []])
})

test('a session id leads into the namespace of the shopper, and comes back as it went', async () => {
  const { call, sent } = createShop()
  const response = await call('PUT', '/v2/customer_sessions/basket', { body: { ...cart(), responseContent: ['customerSession'] } })
  expect(sent[0]?.url.pathname).toBe(`/v2/customer_sessions/${await shopperSessionId({ secret }, 'ada', 'basket')}`)
  expect(await response.json()).toMatchObject({ customerSession: { integrationId: 'basket', profileId: 'ada' } })
})

test("another shopper's session id leads to a session that does not exist", async () => {
  const { call } = createShop()
  await call('PUT', '/v2/customer_sessions/basket', { body: cart(), shopper: 'ada' })
  expect((await call('GET', '/v2/customer_sessions/basket', { shopper: 'ada' })).status).toBe(200)
  expect((await call('GET', '/v2/customer_sessions/basket', { shopper: 'bob' })).status).toBe(404)
  const real = await shopperSessionId({ secret }, 'ada', 'basket')
  expect((await call('GET', `/v2/customer_sessions/${real}`, { shopper: 'bob' })).status).toBe(404)
})

test('namespaces differ by secret, audience, profile and id, and do not run together', async () => {
  const ids = await Promise.all([
    shopperSessionId({ secret }, 'ada', 'basket'),
    shopperSessionId({ secret: `${secret}2` }, 'ada', 'basket'),
    shopperSessionId({ secret, audience: 'other' }, 'ada', 'basket'),
    shopperSessionId({ secret }, 'adab', 'asket'),
    shopperSessionId({ secret }, 'ada', 'Basket'),
  ])
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.every((id) => /^[\w-]{43}$/.test(id))).toBe(true)
})

test.each([
  ['GET', '/v1/customer_profiles/bob/inventory?coupons=true', undefined],
  ['PUT', '/v2/customer_sessions/basket', cart({ profileId: 'bob' })],
  ['PUT', '/v2/customer_profiles/bob', { attributes: { Name: 'x' } }],
  ['POST', '/v1/coupon_reservations/SAVE10', { integrationIDs: ['bob'] }],
  ['POST', '/v1/coupon_reservations/SAVE10', { integrationIDs: ['ada', 'bob'] }],
  ['DELETE', '/v1/coupon_reservations/SAVE10', { integrationIDs: ['bob'] }],
  ['POST', '/v1/referrals', { campaignId: 5, advocateProfileIntegrationId: 'bob' }],
])('%s %s with a foreign id is answered like one that does not exist, and nothing is sent', async (method, path, body) => {
  const { call, sent } = createShop()
  const response = await call(method, path, { body })
  expect([response.status, await codeOf(response), sent]).toEqual([404, 'not_found', []])
})

test.each([
  ['GET', '/v1/customer_profiles/me/inventory?coupons=true', undefined],
  ['GET', '/v1/customer_profiles/ada/inventory', undefined],
  ['POST', '/v1/coupon_reservations/SAVE10', {}],
  ['POST', '/v1/coupon_reservations/SAVE10', { integrationIDs: ['me'] }],
  ['POST', '/v1/referrals', { campaignId: 5 }],
  ['PUT', '/v2/customer_profiles/me', { attributes: { Name: 'Ada' } }],
])('%s %s for oneself goes upstream under the real profile', async (method, path, body) => {
  const { call, sent } = createShop()
  await call('PUT', '/v2/customer_sessions/first', { body: cart() })
  await call(method, path, { body })
  expect(JSON.stringify([sent[1]?.url.pathname, sent[1]?.body])).toContain('ada')
  expect(JSON.stringify([sent[1]?.url.pathname, sent[1]?.body])).not.toContain('"me"')
})

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

test('a shopper whom Talon.One has not met has an empty wallet', async () => {
  const { call } = createShop()
  const response = await call('GET', '/v1/customer_profiles/me/inventory?coupons=true', { shopper: 'somebody new' })
  expect([response.status, await response.json()]).toEqual([200, {}])
})

test('a mount path that a framework has cut off is told once', async () => {
  const { proxy, events } = createShop()
  for (const id of ['1', '2']) await proxy(new Request(`https://shop.example/v2/customer_sessions/${id}`))
  expect(events.filter(({ type }) => type === 'warning')).toEqual([expect.objectContaining({ option: 'basePath' })])
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

test('a product that is not sold is refused with its place, so that a cart can go on without it', async () => {
  const { call, sent } = createShop({
    pricing: ({ items }) => ({ cartItems: items.map((item) => (item.sku === 'gone' ? undefined : { ...item, price: 1 })) }),
  })
  const items = ['beans', 'gone'].map((sku) => ({ sku, quantity: 1 }))
  const response = await call('PUT', '/v2/customer_sessions/basket', { body: cart({ cartItems: items }) })
  expect([response.status, await response.json(), sent]).toEqual([
    422,
    expect.objectContaining({ issues: [{ pointer: '/customerSession/cartItems/1/sku', message: 'not for sale' }] }),
    [],
  ])
})

test('attributes of items and session are those that were listed, on the way in and on the way out', async () => {
  const engraved = [{ sku: 'ring', quantity: 1, attributes: { engraving: 'Anna' } }]
  const { call: strict } = createShop()
  expect((await strict('PUT', '/v2/customer_sessions/basket', { body: cart({ cartItems: engraved }) })).status).toBe(422)
  const { call } = createShop({
    operations: { itemAttributes: ['engraving'], sessionAttributes: ['gift'] },
    pricing: ({ items }) => ({
      cartItems: items.map((item) => ({ ...item, price: 1, attributes: { ...item.attributes, purchasePrice: 3 } })),
    }),
  })
  const body = { ...cart({ cartItems: engraved, attributes: { gift: true } }), responseContent: ['customerSession'] }
  const { customerSession } = (await (await call('PUT', '/v2/customer_sessions/basket', { body })).json()) as UpdatedSession
  expect([customerSession.cartItems[0]?.attributes, customerSession.attributes]).toEqual([{ engraving: 'Anna' }, { gift: true }])
})

test('a pricing that fails is told to the log, and to the shopper as what it is', async () => {
  const { call, sent, events } = createShop({
    pricing: () => {
      throw new RangeError('no such product: beans')
    },
  })
  const response = await call('PUT', '/v2/customer_sessions/basket', { body: cart() })
  expect([response.status, await codeOf(response), sent]).toEqual([503, 'reprice_failed', []])
  expect(events).toContainEqual(expect.objectContaining({ type: 'failed', error: 'RangeError' }))
})

test('an error in a hook is told by its name only', async () => {
  const { call, sent, events } = createShop({
    identify: () => {
      throw new TypeError(`no session for ${key}`)
    },
  })
  const response = await call('GET', '/v2/customer_sessions/basket')
  expect([response.status, await codeOf(response), sent]).toEqual([500, 'internal', []])
  expect(events).toContainEqual(expect.objectContaining({ type: 'failed', error: 'TypeError' }))
  expect(inspect(events, { depth: 10 })).not.toContain(key)
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

test.each([
  [400, '{"message":"The submitted data was invalid: SECRET"}', 400, 'invalid_request', false],
  [400, '{"message":"Cannot move session to state \\"open\\" from state \\"closed\\""}', 400, 'session_closed', false],
  [401, '{"message":"SECRET"}', 502, 'upstream_rejected_credentials', false],
  [403, '{}', 502, 'upstream_rejected_credentials', false],
  [404, '{"message":"SECRET"}', 404, 'not_found', false],
  [409, '{"message":"SECRET"}', 409, 'conflict', true],
  [429, '{}', 429, 'rate_limited', true],
  [500, 'SECRET stack', 503, 'upstream_unavailable', true],
  [502, '<html>SECRET</html>', 503, 'upstream_unavailable', true],
  [302, '', 503, 'upstream_unavailable', true],
  [200, '<html>SECRET</html>', 502, 'upstream_invalid', false],
  [200, '{"customerSession":', 502, 'upstream_invalid', false],
  [200, '', 502, 'upstream_invalid', false],
])('an upstream %i %s becomes %i %s', async (status, text, expected, code, retryable) => {
  const { call } = createShop({
    fetch: async () => new Response(text, { status, headers: { location: 'https://evil.example', 'set-cookie': 'a=b', server: 'SECRET' } }),
  })
  const response = await call('PUT', '/v2/customer_sessions/basket', { body: cart() })
  const body = await response.text()
  expect([response.status, JSON.parse(body)]).toEqual([expected, expect.objectContaining({ code, retryable })])
  expect(body + inspect(Object.fromEntries(response.headers))).not.toMatch(/SECRET|evil|a=b/)
})

test('a write that was not answered is told as unknown', async () => {
  const { call } = createShop({ fetch: () => Promise.reject(new TypeError(`fetch failed ${key}`)) })
  const response = await call('PUT', '/v2/customer_sessions/basket', { body: cart() })
  expect(await response.json()).toMatchObject({ code: 'upstream_unavailable', outcome: 'unknown', retryable: true })
})

test('an upstream that does not answer in time is a timeout, also when its fetch knows nothing of signals', async () => {
  const { call: deaf } = createShop({ timeout: 20, fetch: () => new Promise(() => {}) })
  expect((await deaf('PUT', '/v2/customer_sessions/basket', { body: cart() })).status).toBe(504)
  const never: typeof fetch = (_, init) =>
    new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)))
  const { call } = createShop({ timeout: 20, fetch: never })
  const response = await call('PUT', '/v2/customer_sessions/basket', { body: cart() })
  expect([response.status, await response.json()]).toEqual([504, expect.objectContaining({ code: 'upstream_timeout', outcome: 'unknown' })])
})

test('an answer holds what a shopper may see, and nothing of others', async () => {
  const canary = 'CANARY'
  const upstream = {
    customerSession: {
      id: 1,
      integrationId: 'x',
      profileId: 'ada',
      state: 'open',
      cartItems: [],
      identifiers: [canary],
      storeIntegrationId: canary,
      applicationId: canary,
      new: canary,
    },
    customerProfile: { integrationId: 'ada', attributes: { vip: canary }, audienceMemberships: [{ id: 1, name: canary }] },
    triggeredCampaigns: [{ name: canary }],
    ruleFailureReasons: [{ ruleName: canary }],
    createdCoupons: [
      { value: 'MINE', recipientIntegrationId: 'ada', batchId: canary },
      { value: canary, recipientIntegrationId: 'bob' },
    ],
    createdReferrals: [{ code: canary, advocateProfileIntegrationId: 'bob' }],
    awardedGiveaways: [{ code: canary, profileIntegrationId: 'bob' }],
    loyalty: { programs: {}, cards: [{ profiles: [{ integrationId: canary }] }] },
    unknown: canary,
    effects: [
      { campaignId: 1, rulesetId: 77, ruleName: canary, effectType: 'setDiscount', props: { name: 'ten', value: 1 } },
      { effectType: 'couponCreated', props: { value: canary, profileId: 'bob' } },
      { effectType: 'awardGiveaway', props: { code: canary, recipientIntegrationId: 'bob' } },
      { effectType: 'reserveCoupon', props: { couponValue: canary, profileIntegrationId: 'bob' } },
      { effectType: 'triggerWebhook', props: { webhookName: canary } },
      { effectType: 'error', props: { message: canary } },
      {
        campaignId: 7,
        triggeredByCoupon: 9,
        effectType: 'rejectCoupon',
        props: { value: 'X', rejectionReason: 'CouponRecipientDoesNotMatch', details: canary },
      },
      { effectType: 'brandNewEffect', props: { shown: 1 } },
    ],
  }
  const { call } = createShop({ fetch: async () => Response.json(upstream) })
  const text = await (await call('PUT', '/v2/customer_sessions/basket', { body: cart() })).text()
  expect(text).not.toContain(canary)
  expect(JSON.parse(text)).toMatchObject({
    createdCoupons: [{ value: 'MINE' }],
    createdReferrals: [],
    effects: [
      { effectType: 'setDiscount', props: { name: 'ten', value: 1 } },
      { campaignId: 0, effectType: 'rejectCoupon', props: { value: 'X', rejectionReason: 'CouponNotFound' } },
      { effectType: 'brandNewEffect' },
    ],
  })
})

test('every answer says not to be kept, framed or guessed at', async () => {
  const { call } = createShop()
  for (const response of [await call('PUT', '/v2/customer_sessions/basket', { body: cart() }), await call('GET', '/nothing')]) {
    expect(response.headers.get('cache-control')).toBe('no-store, private')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  }
})

test('the key is in no answer, event or inspection', async () => {
  const { proxy, call, events } = createShop()
  const texts: string[] = [inspect(proxy, { depth: 20, showHidden: true })]
  const calls: readonly [string, string, unknown?][] = [
    ['PUT', '/v2/customer_sessions/basket', cart()],
    ['GET', '/v2/customer_sessions/basket'],
    ['GET', '/v1/customer_profiles/me/inventory?coupons=true&loyalty=true&referrals=true&profile=true'],
    ['POST', '/v1/coupon_reservations/SAVE10', {}],
    ['POST', '/v1/coupon_reservations/NOSUCHCODE', {}],
    ['PUT', '/v2/customer_sessions/basket', { customerSession: { state: 'closed' } }],
    ['GET', `/v1/${encodeURIComponent(key)}`],
  ]
  for (const [method, path, body] of calls) {
    const response = await call(method, path, { body })
    texts.push(await response.text(), inspect(Object.fromEntries(response.headers)))
  }
  texts.push(inspect(events, { depth: 10 }))
  for (const form of [key, btoa(key), encodeURIComponent(key), Buffer.from(key).toString('hex')]) {
    expect(texts.filter((text) => text.includes(form))).toEqual([])
  }
})

test.each([
  [{ secret: 'short' }, '`secret`'],
  [{ pricing: undefined }, '`pricing`'],
  [{ identify: undefined }, '`identify`'],
  [{ basePath: 'talon-one/' }, '`basePath`'],
  [{ upstream: { baseUrl: 'http://shop.talon.one', apiKey: key } }, 'https'],
  [{ upstream: { baseUrl: 'https://user:pass@shop.talon.one', apiKey: key } }, 'origin'],
  [{ upstream: { baseUrl: 'https://shop.talon.one/path', apiKey: key } }, 'origin'],
  [{ upstream: { baseUrl: 'https://shop.talon.one?x', apiKey: key } }, 'origin'],
  [{ upstream: { baseUrl: 'nonsense', apiKey: key } }, 'URL'],
  [{ upstream: { baseUrl: 'https://shop.talon.one', apiKey: `${key}\nx` } }, '`upstream.apiKey`'],
  [{ upstream: { baseUrl: 'https://shop.talon.one', apiKey: '' } }, '`upstream.apiKey`'],
  [{ upstream: { baseUrl: 'https://shop.talon.one', apiKey: undefined } }, '`upstream.apiKey`'],
  [{ upstream: { baseUrl: undefined, apiKey: key } }, '`upstream.baseUrl`'],
  [{ secret: undefined }, '`secret`'],
  [{ timeout: Number.NaN }, '`timeout`'],
  [{ maxBody: Number.NaN }, '`maxBody`'],
])('bad configuration refuses to start and names the option only: %j', (options, named) => {
  // The point of the test is what the types forbid.
  const start = () => createShop(options as unknown as Partial<ShopperProxyOptions>)
  expect(start).toThrow(named)
  expect(start).not.toThrow(key)
})

test('the legacy signature is the HMAC of the very bytes that are sent', async () => {
  const applicationKey = 'fefecafedeadbeef'
  let headers = new Headers()
  let body = ''
  const { call } = createShop({
    upstream: { baseUrl: 'https://shop.talon.one', contentSignature: contentSignature({ applicationId: 73, applicationKey }) },
    fetch: async (_, init) => {
      headers = new Headers(init?.headers)
      body = await new Response(init?.body).text()
      return Response.json({ effects: [] })
    },
  })
  await call('PUT', '/v2/customer_sessions/basket', { body: cart() })
  const mac = createHmac('md5', Buffer.from(applicationKey, 'hex')).update(body).digest('hex')
  expect(headers.get('content-signature')).toBe(`signer=73; signature=${mac}`)
  expect(headers.has('authorization')).toBe(false)
})

test.each([
  [{ applicationId: 0, applicationKey: 'ab' }],
  [{ applicationId: 1, applicationKey: 'xyz' }],
  [{ applicationId: 1, applicationKey: 'abc' }],
])('a legacy credential that cannot work is refused without being quoted: %j', (credential) => {
  expect(() => contentSignature(credential)).toThrow('contentSignature')
  expect(() => contentSignature(credential)).not.toThrow(credential.applicationKey)
})

test('whatever JSON a shopper sends, what goes upstream is theirs', async () => {
  const { call, sent } = createShop()
  const session = fc.dictionary(
    fc.constantFrom('profileId', 'ProfileId', 'state', 'cartItems', 'couponCodes', 'referralCode', 'identifiers', '__proto__'),
    fc.jsonValue(),
  )
  await fc.assert(
    fc.asyncProperty(session, fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 2 }), async (customerSession, rest) => {
      sent.length = 0
      const response = await call('PUT', '/v2/customer_sessions/basket', { body: { customerSession, ...rest } })
      expect(response.status).toBeLessThan(500)
      for (const { body } of sent) {
        // The property is about exactly these two fields.
        const up = (body as { customerSession: Record<string, unknown> }).customerSession
        expect([up.profileId, up.state]).toEqual(['ada', 'open'])
      }
    }),
    { numRuns: 2000 },
  )
})

test('requests of many shoppers at once do not mix', async () => {
  const { call, sent } = createShop({
    identify: async (request) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5))
      return { profileId: request.headers.get('x-test-shopper') ?? '' }
    },
  })
  const shoppers = Array.from({ length: 100 }, (_, index) => `shopper-${index}`)
  const answers = await Promise.all(
    shoppers.map(async (shopper) => {
      const response = await call('PUT', '/v2/customer_sessions/basket', {
        body: { ...cart(), responseContent: ['customerSession'] },
        shopper,
      })
      return ((await response.json()) as { customerSession: { profileId: string } }).customerSession.profileId
    }),
  )
  expect(answers).toEqual(shoppers)
  expect(new Set(sent.map(({ url }) => url.pathname)).size).toBe(100)
})
