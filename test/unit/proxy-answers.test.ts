import { inspect } from 'node:util'
import type { ShopperProxyOptions } from 'talon-one-react/proxy'
import { createSandbox, type SandboxCampaign, setDiscount } from 'talon-one-react/sandbox'
import { expect, test } from 'vitest'
import { fill } from '../../src/endpoint.ts'
import { bestPriorPrice, joinLoyaltyProgram, trackEventV2 } from '../../src/endpoints.ts'
import { key, createFullShop, createShop, cart, codeOf, everything, mayBeSaid, shopperRows } from './proxy-shop.ts'

const canary = 'CANARY'

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
  [302, '', 502, 'upstream_redirect', false],
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
  const { call: deaf } = createShop({ timeouts: { upstream: 20 }, fetch: () => new Promise(() => {}) })
  expect((await deaf('PUT', '/v2/customer_sessions/basket', { body: cart() })).status).toBe(504)
  const never: typeof fetch = (_, init) =>
    new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)))
  const { call } = createShop({ timeouts: { upstream: 20 }, fetch: never })
  const response = await call('PUT', '/v2/customer_sessions/basket', { body: cart() })
  expect([response.status, await response.json()]).toEqual([504, expect.objectContaining({ code: 'upstream_timeout', outcome: 'unknown' })])
})

test('an answer holds what a shopper may see, and nothing of others', async () => {
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
      { campaignId: 0, effectType: 'rejectCoupon', props: { value: 'X', rejectionReason: 'CouponNotFound' } },
      { effectType: 'setDiscount', props: { name: 'ten', value: 1 } },
      { effectType: 'brandNewEffect' },
    ],
  })
})

test.for([
  ['rejectCoupon', 'CouponRecipientDoesNotMatch', 'CouponNotFound'],
  ['rejectReferral', 'ReferralRecipientDoesNotMatch', 'ReferralNotFound'],
  ['rejectReferral', 'AdvocateNotFound', 'ReferralNotFound'],
])('a %s for %s is told as that of a code that does not exist', async ([effectType, rejectionReason, told]) => {
  const envelope = { campaignId: 7, rulesetId: 7, ruleIndex: 7, ruleName: 'rule', triggeredByCoupon: 7 }
  const exclusion = { campaignExclusionReason: 'CampaignIsNotFirst', conditionIndex: 1 }
  const effects = [{ ...envelope, effectType, props: { value: 'X', rejectionReason, ...exclusion } }]
  const { call } = createShop({ fetch: async () => Response.json({ effects, createdCoupons: [], createdReferrals: [] }) })
  const answer: unknown = await (await call('PUT', '/v2/customer_sessions/basket', { body: cart() })).json()
  const nothing = { campaignId: 0, rulesetId: 0, ruleIndex: 0, ruleName: '' }
  expect(answer).toMatchObject({ effects: [{ ...nothing, effectType, props: { value: 'X', rejectionReason: told } }] })
  expect(JSON.stringify(answer)).not.toMatch(/Exclusion|IsNotFirst|7/)
})

const wallets: SandboxCampaign = {
  id: 1,
  name: 'Wallets',
  coupons: [
    { value: 'BOBSOWN', recipientIntegrationId: 'bob' },
    { value: 'NEVERRESERVED', reservation: false },
    { value: 'BOBSRESERVED', isReservationMandatory: true },
    { value: 'ANYBODYS' },
  ],
  rules: [
    { name: 'Before', then: () => [setDiscount('before', 1)] },
    { name: 'With a code', needs: 'coupon', then: () => [setDiscount('with it', 2)] },
  ],
}

/** A shop where `code` is of a code that is somebody else's, or of none. */
function openWallets(options: Partial<ShopperProxyOptions> = {}) {
  return createShop({ operations: everything, fetch: createSandbox({ apiKey: key, campaigns: [wallets] }).fetch, ...options })
}

/** An answer without what differs each time: its codes are numbers. */
const untimed = (text: string, ...codes: string[]) =>
  codes
    .reduce((told, code, index) => told.replaceAll(code, `<${index}>`), text)
    .replace(/"requestId":"[^"]+"/, '')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'now')

test('T38 a cart with a code that is somebody else’s is answered as one with none, byte by byte', async () => {
  const answerTo = async (...codes: string[]) => {
    const { call } = openWallets()
    const body = { ...cart({ couponCodes: ['ANYBODYS', ...codes] }), responseContent: ['coupons', 'customerSession'] }
    const put = await (await call('PUT', '/v2/customer_sessions/basket', { body })).text()
    const got = await (await call('GET', '/v2/customer_sessions/basket')).text()
    return untimed(put + got, ...codes)
  }
  const nowhere = await answerTo('NOSUCH', 'NOTTHERE')
  expect(nowhere).toContain('"value":"ANYBODYS"')
  expect(nowhere).toMatch(/<0>.*CouponNotFound.*<1>.*CouponNotFound/)
  expect(await answerTo('BOBSOWN', 'BOBSRESERVED')).toBe(nowhere)
  expect(await answerTo('BOBSOWN', 'NOSUCH')).toBe(nowhere)
  expect(await answerTo('BOBSRESERVED', 'NOTTHERE')).toBe(nowhere)
})

test('T38 a code that is somebody else’s is reserved and released as one that does not exist, and a try at it costs as much', async () => {
  const { call } = openWallets({ limits: { codes: { most: 3, perMs: 60_000 } } })
  const ask = async (method: string, code: string) => {
    const response = await call(method, `/v1/coupon_reservations/${code}`, { body: {} })
    return [response.status, untimed(await response.text(), code)]
  }
  for (const code of ['NOSUCH', 'BOBSOWN', 'NEVERRESERVED', 'ANYBODYS', 'BOBSRESERVED', 'NOTTHERE'])
    expect(await ask('DELETE', code)).toEqual([204, ''])
  const nowhere = await ask('POST', 'NOSUCH')
  expect(nowhere[0]).toBe(404)
  expect(await ask('POST', 'BOBSOWN')).toEqual(nowhere)
  expect(await ask('POST', 'NEVERRESERVED')).toEqual(nowhere)
  expect((await ask('POST', 'ANYBODYS'))[0]).toBe(429)
})

test('a coupon that is somebody else’s is not there, also where Talon.One has reserved it', async () => {
  const { call } = openWallets({ fetch: async () => Response.json({ id: 1, value: canary, recipientIntegrationId: 'bob' }) })
  const response = await call('POST', '/v1/coupon_reservations/BOBSOWN', { body: {} })
  expect([response.status, await codeOf(response)]).toEqual([404, 'not_found'])
})

test('with all reasons a shop sees why a code was not reserved', async () => {
  const { call } = openWallets({ couponReasons: 'unsafe-all' })
  const reserve = async (code: string) => (await call('POST', `/v1/coupon_reservations/${code}`, { body: {} })).status
  expect([await reserve('NOSUCH'), await reserve('BOBSOWN')]).toEqual([404, 400])
})

test('a refusal names a thousand issues at most', async () => {
  const { call } = createShop({ fields: { sessionAttributes: ['Channel'] } })
  let deep: unknown = Array.from({ length: 7_000 }, () => '\ud800')
  for (let depth = 0; depth < 11; depth++) deep = { ['a'.repeat(41)]: deep }
  const body = JSON.stringify({ customerSession: { attributes: { Channel: deep } } })
  expect(body.length).toBeLessThan(65_536)
  const text = await (await call('PUT', '/v2/customer_sessions/basket', { body })).text()
  expect(JSON.parse(text)).toMatchObject({ code: 'invalid_request', issues: { length: 1_000 } })
  expect(text.length).toBeLessThan(1e6)
})

const ledgerEntry = {
  id: 1,
  transactionUUID: 'uuid',
  created: '2026-01-01T00:00:00Z',
  programId: 1,
  name: 'Welcome',
  startDate: 'immediate',
  expiryDate: 'unlimited',
  subledgerId: '',
  amount: 5,
}
const hiddenInEntry = {
  customerSessionId: canary,
  rulesetId: 7,
  ruleName: canary,
  flags: { note: canary },
  storeIntegrationId: canary,
  new: canary,
}
const effects = [
  { campaignId: 1, rulesetId: 77, ruleName: canary, effectType: 'setDiscount', props: { name: 'ten', value: 1 } },
  { campaignId: 1, ruleName: canary, effectType: 'deductLoyaltyPoints', props: { ruleTitle: canary, value: 2 } },
  { effectType: 'addLoyaltyPoints', props: { value: 1, recipientIntegrationId: 'bob', name: canary } },
]
const shownEffects = [
  { campaignId: 1, rulesetId: 0, ruleName: '', effectType: 'setDiscount', props: { name: 'ten', value: 1 } },
  { campaignId: 1, rulesetId: 0, ruleName: '', effectType: 'deductLoyaltyPoints', props: { ruleTitle: '', value: 2 } },
]
const update = {
  effects,
  createdCoupons: [{ value: canary, recipientIntegrationId: 'bob' }],
  createdReferrals: [{ code: canary, advocateProfileIntegrationId: 'bob' }],
  customerProfile: { id: 1, integrationId: 'ada', attributes: { note: canary }, audienceMemberships: [{ id: 1, name: canary }] },
  loyalty: { programs: {}, cards: [{ profiles: [{ integrationId: canary }] }] },
  triggeredCampaigns: [{ name: canary }],
  event: { attributes: { note: canary } },
  advancedEvent: { integrationId: canary },
  new: canary,
}
const shownUpdate = {
  effects: shownEffects,
  createdCoupons: [],
  createdReferrals: [],
  customerProfile: { id: 1, integrationId: 'ada' },
  loyalty: { programs: {} },
}
const balance = { activePoints: 5, currentTier: { id: 1, name: 'Gold' } }
const achievement = { id: 1, created: '2026-01-01T00:00:00Z', name: 'five', title: 'Five', description: 'Buy five', target: 5 }
const round = { status: 'inprogress', progress: 2 }
const price = { sku: 'beans', price: 9.5, observedAt: '2026-01-01T00:00:00Z' }

// What Talon.One says, and what of it a shopper sees.
const answered: Readonly<Record<string, { said: unknown; shown: unknown }>> = {
  updateCustomerSessionV2: { said: update, shown: shownUpdate },
  getCustomerSession: { said: { effects, customerSession: { profileId: 'bob', couponCodes: [canary] } }, shown: { effects: shownEffects } },
  getCustomerInventory: {
    said: {
      achievements: [{ ...round, achievementId: 1, name: 'five', new: canary }],
      coupons: [{ value: canary, recipientIntegrationId: 'bob' }],
      new: canary,
    },
    shown: { achievements: [{ ...round, achievementId: 1, name: 'five' }], coupons: [] },
  },
  getCustomerAchievements: {
    said: {
      totalResultSize: 2,
      new: canary,
      data: [
        { ...achievement, status: 'active', new: canary, currentProgress: { ...round, new: canary } },
        { ...achievement, status: 'scheduled', title: canary },
      ],
    },
    shown: { totalResultSize: 2, data: [{ ...achievement, status: 'active', currentProgress: round }] },
  },
  getCustomerAchievementHistory: {
    said: { totalResultSize: 1, data: [{ ...round, new: canary }], new: canary },
    shown: { totalResultSize: 1, data: [round] },
  },
  getLoyaltyBalances: {
    said: { balance: { ...balance, new: canary }, subledgerBalances: { gold: { ...balance, new: canary } }, new: canary },
    shown: { balance, subledgerBalances: { gold: balance } },
  },
  getLoyaltyProgramProfileTransactions: {
    said: { hasMore: true, data: [{ ...ledgerEntry, type: 'addition', ...hiddenInEntry }], new: canary },
    shown: { hasMore: true, data: [{ ...ledgerEntry, type: 'addition' }] },
  },
  getLoyaltyProgramProfilePoints: {
    said: { hasMore: false, data: [{ ...ledgerEntry, validityDuration: '1Y', ...hiddenInEntry }], new: canary },
    shown: { hasMore: false, data: [{ ...ledgerEntry, validityDuration: '1Y' }] },
  },
  getLoyaltyCardBalances: {
    said: {
      balance: { ...balance, new: canary },
      subledgerBalances: { gold: { ...balance, new: canary } },
      profiles: [
        { integrationId: 'ada', timestamp: '2026-01-01T00:00:00Z', new: canary },
        { integrationId: canary, timestamp: '2026-01-01T00:00:00Z' },
      ],
      new: canary,
    },
    shown: { balance, subledgerBalances: { gold: balance }, profiles: [{ integrationId: 'ada', timestamp: '2026-01-01T00:00:00Z' }] },
  },
  getLoyaltyCardTransactions: {
    said: {
      hasMore: false,
      data: [
        { ...ledgerEntry, cardIdentifier: 'card-of-ada', ...hiddenInEntry },
        { ...ledgerEntry, cardIdentifier: canary, ...hiddenInEntry },
      ],
    },
    shown: { hasMore: false, data: [{ ...ledgerEntry, cardIdentifier: 'card-of-ada' }, ledgerEntry] },
  },
  getLoyaltyCardPoints: {
    said: {
      hasMore: false,
      data: [
        { ...ledgerEntry, customerProfileID: 'ada', ...hiddenInEntry },
        { ...ledgerEntry, customerProfileID: canary, ...hiddenInEntry },
      ],
    },
    shown: { hasMore: false, data: [{ ...ledgerEntry, customerProfileID: 'ada' }, ledgerEntry] },
  },
  createCouponReservation: {
    said: { id: 1, value: 'SAVE10', batchId: canary, attributes: { note: canary } },
    shown: { id: 1, value: 'SAVE10' },
  },
  deleteCouponReservation: { said: { new: canary }, shown: undefined },
  createReferral: { said: { id: 1, code: 'FRIEND', batchId: canary, new: canary }, shown: { id: 1, code: 'FRIEND' } },
  updateCustomerProfileV2: { said: update, shown: shownUpdate },
  trackEventV2: { said: update, shown: shownUpdate },
  trackEventV3: { said: update, shown: shownUpdate },
  joinLoyaltyProgram: { said: { new: canary }, shown: undefined },
  bestPriorPrice: {
    said: [
      {
        ...price,
        id: 7,
        contextIds: [canary],
        contextId: canary,
        metadata: {
          influencingCampaignDetails: [{ campaignId: 7, discountValue: 1, name: canary }],
          adjustmentDetails: { referenceId: canary },
        },
        target: { type: 'NONE', new: canary },
      },
      { ...price, sku: canary, target: { type: 'AUDIENCE', audience: { id: 1, integrationId: canary } } },
      { ...price, sku: canary },
    ],
    shown: [{ ...price, contextIds: [], metadata: { influencingCampaignDetails: [] }, target: { type: 'NONE' } }],
  },
}

test.each(shopperRows)('of an answer to %s a shopper sees what is theirs to see', async (name, row) => {
  const { said, shown } = answered[name] ?? expect.fail(`no answer of ${name} in this test`)
  const { say } = createFullShop(row, said)
  const response = await say()
  const text = await response.text()
  expect([response.status, text === '' ? undefined : JSON.parse(text)]).toEqual([shown === undefined ? 204 : 200, shown])
  expect(text).not.toContain(canary)
})

test.each([
  ['an empty body', '', 204],
  ['white space', ' \n', 204],
  ['a page', '<html></html>', 502],
])('joining that is answered with %s', async (_, text, status) => {
  const { call } = createShop({ operations: everything, fetch: async () => new Response(text) })
  const response = await call('POST', '/v1/loyalty_programs/1/profile/me/join')
  expect(response.status).toBe(status)
  if (status === 502) expect(await response.json()).toMatchObject({ code: 'upstream_invalid', outcome: 'unknown' })
})

test('an answer without an end, or with the key in it, is left: the write may have been carried out', async () => {
  let pulled = 0
  const chunk = new Uint8Array(2 ** 20).fill(32)
  const endless = () => new ReadableStream({ pull: (controller) => (pulled++, controller.enqueue(chunk)) })
  for (const body of [endless(), JSON.stringify({ loyalty: { programs: { key } } })]) {
    const { call } = createShop({ fetch: async () => new Response(body) })
    const response = await call('PUT', '/v2/customer_sessions/basket', { body: cart() })
    expect([response.status, await response.json()]).toMatchObject([502, { code: 'upstream_invalid', outcome: 'unknown' }])
  }
  expect(pulled).toBeLessThan(20)
})

test('an answer that nests too deep to be written is left, and the guest of a first write stays the same one', async () => {
  const deep = `{"loyalty":{"programs":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`
  const { call, events } = createShop({ guests: true, network: () => '192.0.2.1', fetch: async () => new Response(deep) })
  const response = await call('PUT', '/v2/customer_sessions/basket', { body: cart(), shopper: null })
  expect([response.status, await response.json()]).toMatchObject([502, { code: 'upstream_invalid', outcome: 'unknown' }])
  expect(response.headers.get('set-cookie')).toMatch(/^__Host-talon-one-guest=/)
  expect(events).toMatchObject([{ type: 'refused', status: 502 }])
})

test('a list is answered as a list, and anything else for one is not believed', async () => {
  const listed = await createFullShop(bestPriorPrice, []).say()
  expect([listed.status, await listed.json()]).toEqual([200, []])
  for (const [row, wrong] of [
    [bestPriorPrice, {}],
    [trackEventV2, []],
    [joinLoyaltyProgram, []],
  ] as const) {
    const { path, search, body, method } = fill(row, mayBeSaid[row.operationId])
    const { call } = createShop({ operations: everything, fetch: async () => Response.json(wrong) })
    const response = await call(method, path + search, { body })
    expect([response.status, await codeOf(response)]).toEqual([502, 'upstream_invalid'])
  }
})

test('an event that is sent in silence is answered with nothing', async () => {
  const { call, sent } = createShop({ operations: everything, fetch: async () => new Response(null, { status: 204 }) })
  const response = await call('POST', '/v2/events?silent=yes', { body: { type: 'looked' } })
  expect([response.status, await response.text(), sent[0]?.url.search]).toEqual([204, '', '?silent=yes'])
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
