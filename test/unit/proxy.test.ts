import fc from 'fast-check'
import { expect, test } from 'vitest'
import { key, createShop, type UpdatedSession, cart, codeOf, requestOf } from './proxy-shop.ts'

test('adds the key and forwards nothing of the browser', async () => {
  const { call, sent } = createShop()
  const headers = { cookie: 'sid=1', 'x-forwarded-for': '1.2.3.4', 'accept-language': 'de' }
  const response = await call('PUT', '/v2/customer_sessions/basket', { body: cart(), headers })
  expect(response.status).toBe(200)
  expect(Object.fromEntries(sent[0]?.headers ?? [])).toEqual({
    accept: 'application/json',
    'accept-encoding': 'identity',
    'content-type': 'application/json',
    authorization: `ApiKey-v1 ${key}`,
  })
})

test('a redirect is not followed: the key would go along', async () => {
  const { call, sent } = createShop()
  await call('GET', '/v2/customer_sessions/basket')
  expect(sent[0]?.redirect).toBe('manual')
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

test('a pricing function that loses, adds or moves a line is not believed', async () => {
  const { call, sent } = createShop({ pricing: () => ({ cartItems: [{ sku: 'other', quantity: 1, price: 1 }] }) })
  const response = await call('PUT', '/v2/customer_sessions/basket', { body: cart() })
  expect([response.status, await codeOf(response), sent]).toEqual([503, 'reprice_failed', []])
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
    fields: { itemAttributes: ['engraving'], sessionAttributes: ['gift'] },
    pricing: ({ items }) => ({
      cartItems: items.map((item) => ({ ...item, price: 1, attributes: { ...item.attributes, purchasePrice: 3 } })),
    }),
  })
  const body = { ...cart({ cartItems: engraved, attributes: { gift: true } }), responseContent: ['customerSession'] }
  const { customerSession } = (await (await call('PUT', '/v2/customer_sessions/basket', { body })).json()) as UpdatedSession
  expect([customerSession.cartItems[0]?.attributes, customerSession.attributes]).toEqual([{ engraving: 'Anna' }, { gift: true }])
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

test('a worker is asked to stay until a write is done; any other context is left alone', async () => {
  const { proxy, sent } = createShop()
  const put = () => requestOf('PUT', '/v2/customer_sessions/basket', { body: cart(), headers: { 'x-test-shopper': 'ada' } })
  const works: Promise<unknown>[] = []
  const answering = proxy(put(), { waitUntil: (work: Promise<unknown>) => void works.push(work) })
  expect([works.length, sent.length]).toEqual([1, 0])
  await works[0]
  expect(sent).toHaveLength(1)
  expect((await answering).status).toBe(200)
  for (const context of [{}, { params: Promise.resolve({}) }, { waitUntil: 'never' }])
    expect((await proxy(put(), context)).status).toBe(200)
})
