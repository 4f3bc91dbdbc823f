/** The threats to a proxy: what a browser may not say. */
import type { ShopperProxyOptions } from 'talon-one-react/proxy'
import { describe, expect, test } from 'vitest'
import { updateCustomerProfileV2, updateCustomerSessionV2 } from '../../src/endpoints.ts'
import { isRecord } from '../../src/record.ts'
import { cart, createFullShop, createShop, everything } from './proxy-shop.ts'

const session = '/v2/customer_sessions/basket'

describe('what a browser may not say', () => {
  test.each([0.01, -1, 1e-9, 0, '0', null, [], {}, true])('T25 a price of %j counts nowhere', async (price) => {
    const item = JSON.stringify({ sku: 'beans', quantity: 2, price })
    const body = `{"customerSession":{"cartItems":[${item}]}}`
    for (const pricing of ['catalog', undefined] as const) {
      for (const query of ['', '?dry=true']) {
        const { call, sent } = createShop({ operations: everything, ...(pricing && { pricing }) })
        const response = await call('PUT', session + query, { body })
        if (response.ok)
          expect(sent.map((request) => itemsIn(request.body))).toEqual([
            [{ sku: 'beans', quantity: 2, ...(!pricing && { price: 10, category: 'Coffee' }) }],
          ])
        else expect([response.status, sent]).toEqual([400, []])
      }
    }
  })

  test('T25 T22 T30 what `pricing` returns beside prices says nothing of whose session it is, nor of its state', async () => {
    const order = {
      profileId: 'bob',
      state: 'closed',
      identifiers: ['x'],
      storeIntegrationId: 'berlin',
      couponCodes: ['FREE'],
      attributes: { vip: true },
    }
    const pricing: ShopperProxyOptions['pricing'] = ({ items }) => ({
      ...order,
      cartItems: items.map((item) => ({ ...item, price: 1 })),
      additionalCosts: { shipping: { price: 4.9 } },
    })
    const { call, sent } = createShop({ pricing })
    expect((await call('PUT', session, { body: cart() })).status).toBe(200)
    expect(sent[0]?.body).toEqual({
      customerSession: {
        profileId: 'ada',
        state: 'open',
        cartItems: [{ sku: 'beans', quantity: 2, price: 1 }],
        additionalCosts: { shipping: { price: 4.9 } },
      },
    })
  })

  const fields = [
    'name',
    'price',
    'category',
    'product',
    'weight',
    'height',
    'width',
    'length',
    'position',
    'additionalCosts',
    'returnedQuantity',
    'remainingQuantity',
    'catalogItemID',
    'selectedPriceType',
    'adjustment',
    'prices',
    'discount',
    'id',
  ]
  test.each(fields)('T26 a line’s `%s` is not the browser’s to say', async (field) => {
    const values = ['x', 1, 0.01, { name: 'x' }, { shipping: { price: 1 } }, [], null]
    for (const value of values) {
      const { call, sent } = createShop({ pricing: 'catalog' })
      const response = await call('PUT', session, { body: cart({ cartItems: [{ sku: 'beans', quantity: 1, [field]: value }] }) })
      if (response.ok) expect(sent.map(({ body }) => itemsIn(body))).toEqual([[{ sku: 'beans', quantity: 1 }]])
      else expect([[400, 422].includes(response.status), sent]).toEqual([true, []])
    }
  })

  const lines = (count: number, quantity = 1) => Array.from({ length: count }, (_, index) => ({ sku: `sku-${index}`, quantity }))
  test.each<[string, unknown, boolean]>([
    ['-1', [{ sku: 'a', quantity: -1 }], false],
    ['0', [{ sku: 'a', quantity: 0 }], false],
    ['1', [{ sku: 'a', quantity: 1 }], true],
    ['1.5', [{ sku: 'a', quantity: 1.5 }], false],
    ['as text', [{ sku: 'a', quantity: '1' }], false],
    ['none', [{ sku: 'a' }], false],
    ['null', [{ sku: 'a', quantity: null }], false],
    ['1e9', [{ sku: 'a', quantity: 1e9 }], false],
    ['10,000', [{ sku: 'a', quantity: 10_000 }], true],
    ['10,001', [{ sku: 'a', quantity: 10_001 }], false],
    ['10,000 in two lines', lines(2, 5_000), true],
    ['10,002 in two lines', lines(2, 5_001), false],
    ['1000 lines', lines(1000), true],
    ['1001 lines', lines(1001), false],
  ])('T27 a quantity of %s', async (_, cartItems, isTaken) => {
    const { call, sent } = createShop({ pricing: 'catalog' })
    const { status } = await call('PUT', session, { body: cart({ cartItems }) })
    expect([status, sent.length]).toEqual(isTaken ? [200, 1] : [expect.toSatisfy((one) => one === 400 || one === 422), 0])
  })

  test('T28 attributes that nobody has listed, or that reach into prototypes, are refused', async () => {
    const { say, call, sent } = createFullShop(updateCustomerProfileV2)
    for (const attributes of [
      { vip: true },
      { Name: 'Ada', birthday: '1815-12-10' },
      { name: 'x' },
      { 'Name ': 'x' },
      { hasOwnProperty: 1 },
    ])
      expect((await say({ integrationId: 'me', attributes })).status).toBe(422)
    for (const attributes of ['{"__proto__":{"Name":1}}', '{"constructor":{"prototype":{"vip":true}}}', '{"Name":{"__proto__":{"vip":1}}}'])
      expect([400, 422]).toContain((await call('PUT', '/v2/customer_profiles/me', { body: `{"attributes":${attributes}}` })).status)
    expect(sent).toEqual([])
  })

  test('T29 T30 T31 audiences, stores, experiments and identifiers are nobody’s to choose', async () => {
    const profile = createFullShop(updateCustomerProfileV2)
    expect((await profile.say({ integrationId: 'me', audiencesChanges: { adds: [1], deletes: [] } })).status).toBe(422)
    const { say, sent } = createFullShop(updateCustomerSessionV2)
    for (const more of [
      { storeIntegrationId: 'berlin' },
      { experimentVariantAllocations: [{ experimentID: 1, variantID: 2 }] },
      { identifiers: ['91.11.156.141'] },
    ])
      expect((await say({ customerSessionId: 'basket', customerSession: more })).status).toBe(422)
    expect([...profile.sent, ...sent]).toEqual([])
    await say({ customerSessionId: 'basket', customerSession: {} })
    expect(sent[0]?.body).toEqual({ customerSession: { profileId: 'ada', state: 'open' } })
  })

  test.each(['dry', 'now', 'evaluableCampaignIds', 'forceCompleteEvaluation', 'runRuleEngine', 'silent', 'responseContent', 'profileId'])(
    'T32 the query `%s` is refused, in any spelling and any number',
    async (name) => {
      const { call, sent } = createShop()
      const spellings = [
        name,
        name.toUpperCase(),
        name[0]?.toUpperCase() + name.slice(1),
        `${name}[]`,
        `${name}%20`,
        encodeURIComponent(` ${name}`),
      ]
      for (const spelt of spellings)
        for (const query of [`${spelt}=true`, `${spelt}=1&${spelt}=true`, `${spelt}`, `x=1;${spelt}=true`]) {
          const { status } = await call('PUT', `${session}?${query}`, { body: cart() })
          expect([[400, 422].includes(status), sent], query).toEqual([true, []])
        }
    },
  )
})

function itemsIn(body: unknown): unknown {
  return isRecord(body) && isRecord(body.customerSession) ? body.customerSession.cartItems : undefined
}
