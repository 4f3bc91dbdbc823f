import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { key, createShop, cart, codeOf } from './proxy-shop.ts'

test('a shopper whom Talon.One has not met has an empty wallet', async () => {
  const { call } = createShop()
  const response = await call('GET', '/v1/customer_profiles/me/inventory?coupons=true', { shopper: 'somebody new' })
  expect([response.status, await response.json()]).toEqual([200, {}])
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
