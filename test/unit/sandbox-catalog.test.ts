import { describe, expect, it } from 'vitest'
import { createTalonOne } from 'talon-one-react'
import { createShopperProxy } from 'talon-one-react/proxy'
import { bestPriorPrice, getCustomerSession, syncCatalog, updateCustomerSessionV2 } from '../../src/endpoints.ts'
import type { SandboxConfig } from '../../src/sandbox/index.ts'
import type { BestPriorPriceRequest, CatalogAction, CatalogActionFilter, NewPriceAdjustment } from '../../src/schema.ts'
import { mug, noon, openShop } from './sandbox-shop.ts'

const day = 86_400_000
const iso = (at: number) => new Date(at).toISOString()
const uuid = '7c9e6679-7425-40de-944b-e07fc1f90ae7'

function openWithCatalog(
  config: SandboxConfig = { products: [{ sku: 'TEA', price: 4, attributes: { Kind: 'green', Grams: 100 }, product: { name: 'Tea' } }] },
) {
  const shop = openShop({ campaigns: [], ...config })
  const sync = (...actions: CatalogAction[]) => shop.send(syncCatalog, { catalogId: 1, actions })
  return {
    ...shop,
    sync,
    refusal: (...actions: CatalogAction[]) => shop.ask(syncCatalog, { catalogId: 1, actions }),
    adjust: (...adjustments: Partial<NewPriceAdjustment>[]) =>
      sync({
        type: 'ADD_PRICE_ADJUSTMENT',
        payload: { sku: 'TEA', adjustments: adjustments.map((one) => ({ priceType: 'sale', referenceId: uuid, ...one })) },
      }),
    price: (price: number) => sync({ type: 'PATCH', payload: { sku: 'TEA', price } }),
    /** The line of a cart with one tea in it. */
    line: async () => (await shop.put({ cartItems: [{ sku: 'TEA', quantity: 1 }] })).customerSession?.cartItems[0],
    /** The SKUs and the attribute `Kind`. */
    kinds: () =>
      Object.fromEntries([...(shop.state.catalogs.get(1)?.items.values() ?? [])].map(({ sku, attributes }) => [sku, attributes.Kind])),
  }
}

describe('a line of a cart', () => {
  it('takes price, product and attributes of its SKU from the catalogue', async () => {
    const shop = openWithCatalog()
    const { customerSession } = await shop.put({ cartItems: [{ sku: 'TEA', quantity: 2, attributes: { Kind: 'black' } }, mug] })
    expect(customerSession?.cartItems).toEqual([
      {
        sku: 'TEA',
        quantity: 2,
        position: 0,
        price: 4,
        product: { name: 'Tea' },
        attributes: { Kind: 'black', Grams: 100 },
        catalogItemID: expect.any(Number),
      },
      { ...mug, position: 1 },
    ])
    expect(customerSession).toMatchObject({ cartItemTotal: 20, total: 20 })
  })

  it('types.md 1 keeps the price it was sent with', async () => {
    const { customerSession } = await openWithCatalog().put({ cartItems: [{ sku: 'TEA', quantity: 1, price: 3 }] })
    expect(customerSession).toMatchObject({ total: 3, cartItems: [{ price: 3 }] })
  })

  it('costs nothing when neither says a price', async () => {
    const { customerSession } = await openWithCatalog().put({ cartItems: [{ sku: 'SOAP', quantity: 1 }] })
    expect(customerSession).toMatchObject({ total: 0, cartItems: [{ sku: 'SOAP' }] })
  })

  it('9.1 has the price of the day at each update, also of a cart that is kept', async () => {
    const shop = openWithCatalog()
    await shop.line()
    await shop.price(5)
    expect((await shop.put()).customerSession?.total).toBe(5)
    await shop.sync({ type: 'REMOVE', payload: { sku: 'TEA' } })
    expect((await shop.put()).customerSession).toMatchObject({ total: 0, cartItems: [{ sku: 'TEA', quantity: 1, position: 0 }] })
  })

  it('keeps its price once the session is closed', async () => {
    const shop = openWithCatalog()
    await shop.line()
    await shop.put({ state: 'closed' })
    await shop.price(9)
    expect((await shop.send(getCustomerSession, { customerSessionId: 'cart' })).customerSession?.total).toBe(4)
  })

  it('may be priced by the catalogue behind a proxy that believes no browser', async () => {
    const shop = openWithCatalog()
    const proxy = createShopperProxy({
      upstream: { baseUrl: 'https://shop.talon.one', apiKey: 'key' },
      secret: 'a secret of the tests, 32 characters and more',
      identify: () => ({ profileId: 'anna' }),
      pricing: 'catalog',
      fetch: shop.fetch,
    })
    const talonOne = createTalonOne({ baseUrl: 'http://localhost/talon-one', fetch: (input, init) => proxy(new Request(input, init)) })
    const cartItems = [{ sku: 'TEA', quantity: 3, price: 0.01 }]
    const { customerSession } = await talonOne.send(updateCustomerSessionV2, {
      customerSessionId: 'cart',
      customerSession: { cartItems },
      responseContent: ['customerSession'],
    })
    expect(customerSession).toMatchObject({ total: 12, cartItems: [{ sku: 'TEA', price: 4 }] })
  })
})

describe('a price adjustment', () => {
  it('prices lines in its time, and says so', async () => {
    const shop = openWithCatalog()
    const [effectiveFrom, effectiveUntil] = [iso(noon + day), iso(noon + 2 * day)]
    await shop.adjust({ price: 3, effectiveFrom, effectiveUntil, contextId: 'winter' })
    expect((await shop.line())?.price).toBe(4)
    shop.wait(day)
    expect(await shop.line()).toMatchObject({
      price: 3,
      selectedPriceType: 'sale',
      adjustmentReferenceId: uuid,
      adjustmentEffectiveFrom: effectiveFrom,
      adjustmentEffectiveUntil: effectiveUntil,
      prices: { sale: { price: 3, adjustmentContextId: 'winter', adjustmentReferenceId: uuid } },
    })
    shop.wait(day)
    expect(await shop.line()).not.toHaveProperty('prices')
    expect((await shop.line())?.price).toBe(4)
  })

  it('can be looked at beforehand, in a dry run', async () => {
    const shop = openWithCatalog()
    await shop.adjust({ price: 3, effectiveFrom: iso(noon + day) })
    const customerSession = { cartItems: [{ sku: 'TEA', quantity: 1 }] }
    const input = { customerSessionId: 'cart', customerSession, dry: true, responseContent: ['customerSession' as const] }
    expect((await shop.send(updateCustomerSessionV2, { ...input, now: iso(noon + day) })).customerSession?.total).toBe(3)
  })

  it('replaces the earlier one of its type, and ends the type with null', async () => {
    const shop = openWithCatalog()
    await shop.adjust({ price: 2 }, { price: 3 })
    expect((await shop.line())?.price).toBe(3)
    await shop.adjust({ price: null })
    expect((await shop.line())?.price).toBe(4)
  })

  it('counts as of its calculation, where two of a type overlap', async () => {
    const shop = openWithCatalog()
    await shop.adjust({ price: 3, calculatedAt: iso(noon - 1) }, { price: 2, calculatedAt: iso(noon - 2) })
    expect((await shop.line())?.price).toBe(3)
  })

  it('leaves the lowest of several types to the line', async () => {
    const shop = openWithCatalog()
    await shop.adjust({ price: 3 }, { price: 2, priceType: 'members', referenceId: 'no UUID' }, { price: 9, priceType: 'list' })
    const line = await shop.line()
    expect(line).toMatchObject({ price: 2, selectedPriceType: 'members', prices: { sale: { price: 3 }, list: { price: 9 } } })
    expect(line).not.toHaveProperty('adjustmentReferenceId')
  })
})

describe('syncing a catalogue', () => {
  const add = (sku: string, attributes = {}): CatalogAction => ({ type: 'ADD', payload: { sku, price: 1, attributes } })

  it('answers with the catalogue, and knows no other', async () => {
    const shop = openWithCatalog()
    shop.wait(1000)
    expect(await shop.sync(add('SOAP'))).toMatchObject({
      id: 1,
      name: 'Products',
      created: iso(noon),
      modified: iso(noon + 1000),
      version: 1,
    })
    expect((await shop.ask(syncCatalog, { catalogId: 2, actions: [add('SOAP')] })).status).toBe(404)
    expect((await shop.ask(syncCatalog, { catalogId: 1, version: 1, actions: [add('MILK')] })).status).toBe(200)
    expect((await shop.ask(syncCatalog, { catalogId: 1, version: 2, actions: [add('RICE')] })).status).toBe(400)
  })

  it('7.3 takes actions of one type at a time', async () => {
    const shop = openWithCatalog()
    const { status, body } = await shop.refusal(add('SOAP'), { type: 'REMOVE', payload: { sku: 'TEA' } })
    expect({ status, body }).toMatchObject({ status: 400, body: { errors: [{ source: { pointer: '/actions' } }] } })
    expect(body).not.toHaveProperty('StatusCode')
    expect(shop.kinds()).toEqual({ TEA: 'green' })
  })

  it('takes each SKU once in a request', async () => {
    const patch = (price: number): CatalogAction => ({ type: 'PATCH', payload: { sku: 'TEA', price } })
    expect((await openWithCatalog().refusal(patch(1), patch(2))).status).toBe(400)
  })

  it('7.3 takes 1000 actions, and not one more', async () => {
    const shop = openWithCatalog()
    const actions = Array.from({ length: 1001 }, (_, index) => add(`SKU${index}`))
    expect((await shop.raw('PUT', '/v1/catalogs/1/sync', { actions })).status).toBe(400)
    expect((await shop.raw('PUT', '/v1/catalogs/1/sync', { actions: actions.slice(1) })).status).toBe(200)
  })

  it('carries out all actions of a request or none', async () => {
    const shop = openWithCatalog()
    const { status, body } = await shop.refusal(add('SOAP', { Kind: 'bar' }), add('TEA'))
    expect({ status, body }).toMatchObject({ status: 400, body: { errors: [{ source: { pointer: '/actions/1/payload/sku' } }] } })
    expect(shop.kinds()).toEqual({ TEA: 'green' })
  })

  it('ADD replaces a product when told so: the price stays when left out, attributes and product do not', async () => {
    const shop = openWithCatalog()
    await shop.sync({ type: 'ADD', payload: { sku: 'TEA', attributes: { Kind: 'black' }, replaceIfExists: true } })
    expect(await shop.line()).toEqual({
      sku: 'TEA',
      quantity: 1,
      position: 0,
      price: 4,
      attributes: { Kind: 'black' },
      catalogItemID: expect.any(Number),
    })
  })

  it('PATCH changes what it names, and makes a product only when told so', async () => {
    const shop = openWithCatalog()
    await shop.sync({ type: 'PATCH', payload: { sku: 'TEA', attributes: { Kind: 'black' }, product: { name: 'Black tea' } } })
    expect(await shop.line()).toMatchObject({ price: 4, attributes: { Kind: 'black', Grams: 100 }, product: { name: 'Black tea' } })
    expect((await shop.refusal({ type: 'PATCH', payload: { sku: 'SOAP', price: 2 } })).status).toBe(400)
    await shop.sync({ type: 'PATCH', payload: { sku: 'SOAP', price: 2, createIfNotExists: true } })
    expect(shop.kinds()).toHaveProperty('SOAP')
  })

  it('ADD_PRICE_ADJUSTMENT needs the product', async () => {
    const action: CatalogAction = {
      type: 'ADD_PRICE_ADJUSTMENT',
      payload: { sku: 'SOAP', adjustments: [{ priceType: 'sale', referenceId: uuid }] },
    }
    expect((await openWithCatalog().refusal(action)).status).toBe(400)
  })

  it('REMOVE removes one product, and a repeat does no harm', async () => {
    const shop = openWithCatalog()
    await shop.sync({ type: 'REMOVE', payload: { sku: 'TEA' } })
    await shop.sync({ type: 'REMOVE', payload: { sku: 'TEA' } })
    expect(shop.kinds()).toEqual({})
  })

  it.each<[string, CatalogActionFilter[] | undefined, string[]]>([
    ['every product without filters', undefined, ['A', 'B', 'C', 'D']],
    ['what is equal', [{ attr: 'Kind', op: 'EQ', value: 'red' }], ['A']],
    ['what is equal as a text', [{ attr: 'Size', op: 'EQ', value: '2' }], ['B']],
    ['what is below', [{ attr: 'Size', op: 'LT', value: 2 }], ['A']],
    ['what is at most', [{ attr: 'Size', op: 'LE', value: 2 }], ['A', 'B']],
    ['what is above a number told as text', [{ attr: 'Size', op: 'GT', value: '2' }], ['C']],
    ['what is at least', [{ attr: 'Size', op: 'GE', value: 2 }], ['B', 'C']],
    ['what is among texts joined by commas', [{ attr: 'Kind', op: 'IN', value: 'red, green' }], ['A', 'C']],
    ['what is in a list', [{ attr: 'Size', op: 'IN', value: [1, 3] }], ['A', 'C']],
    [
      'what fits every filter',
      [
        { attr: 'Size', op: 'GE', value: 2 },
        { attr: 'Kind', op: 'EQ', value: 'green' },
      ],
      ['C'],
    ],
    ['nothing when no product has the attribute', [{ attr: 'Weight', op: 'LT', value: 9 }], []],
  ])('PATCH_MANY changes, and REMOVE_MANY removes, %s', async (_, filters, expected) => {
    const shop = openWithCatalog({
      products: [
        { sku: 'A', attributes: { Kind: 'red', Size: 1 } },
        { sku: 'B', attributes: { Kind: 'blue', Size: 2 } },
        { sku: 'C', attributes: { Kind: 'green', Size: 3 } },
        { sku: 'D' },
      ],
    })
    const selection = filters && { filters }
    await shop.sync({ type: 'PATCH_MANY', payload: { attributes: { Kind: 'changed' }, ...selection } })
    const changed = Object.entries(shop.kinds()).filter(([, kind]) => kind === 'changed')
    expect(changed.map(([sku]) => sku)).toEqual(expected)
    shop.reset()
    await shop.sync({ type: 'REMOVE_MANY', payload: { ...selection } })
    expect(Object.keys(shop.kinds())).toEqual(['A', 'B', 'C', 'D'].filter((sku) => !expected.includes(sku)))
  })
})

describe('the best prior price', () => {
  // 4 from noon, 6 after 10 days, in the sale of winter 3 after 20 days and 5 after 25, and 6 again after 30.
  async function openWithHistory() {
    const shop = openWithCatalog()
    shop.wait(10 * day)
    await shop.price(6)
    shop.wait(10 * day)
    const [first, second, end] = [iso(noon + 20 * day), iso(noon + 25 * day), iso(noon + 30 * day)]
    await shop.adjust(
      { price: 3, contextId: 'winter', effectiveFrom: first, effectiveUntil: second },
      { price: 5, contextId: 'winter', effectiveFrom: second, effectiveUntil: end, priceType: 'later' },
    )
    shop.wait(20 * day)
    const ask = (days: number, timeframe: number, timeframeEndDateType: BestPriorPriceRequest['timeframeEndDateType']) =>
      shop.send(bestPriorPrice, {
        skus: ['TEA'],
        timeframe: String(timeframe),
        timeframeEndDate: iso(noon + days * day),
        timeframeEndDateType,
      })
    return { ...shop, ask }
  }

  it.each<[string, number, number, BestPriorPriceRequest['timeframeEndDateType'], number | undefined, number?]>([
    ['the lowest before the date, with what was valid when the timeframe began', 15, 30, 'strict', 4, 0],
    ['no more than the timeframe', 15, 4, 'strict', 6, 10],
    ['the price that is valid at the date, too', 21, 30, 'strict', 3, 20],
    ['nothing of what came after the date', 12, 30, 'strict', 4, 0],
    ['the lowest before the current price', 27, 30, 'price', 3, 20],
    ['the lowest before the current price, in a short timeframe', 22, 5, 'price', 6, 10],
    ['the lowest before the current sale', 27, 8, 'sale', 6, 10],
    ['the lowest before the current price where there is no sale', 35, 3, 'sale', 5, 25],
    ['nothing when the first price is the current one', 5, 30, 'price', undefined],
    ['nothing before there was a price', -5, 30, 'strict', undefined],
  ])('is %s', async (_, days, timeframe, type, price, from = 0) => {
    const found = await (await openWithHistory()).ask(days, timeframe, type)
    expect(found.map((one) => [one.sku, one.price, one.observedAt])).toEqual(
      price === undefined ? [] : [['TEA', price, iso(noon + from * day)]],
    )
  })

  it('tells the sale and the adjustment behind a price', async () => {
    const [found] = await (await openWithHistory()).ask(22, 30, 'strict')
    expect(found).toEqual({
      id: expect.any(Number),
      sku: 'TEA',
      observedAt: iso(noon + 20 * day),
      price: 3,
      contextId: 'winter',
      contextIds: ['winter'],
      metadata: { influencingCampaignDetails: [], adjustmentDetails: { referenceId: uuid, selectedPriceType: 'sale', value: 3 } },
      target: { type: 'NONE' },
    })
  })

  it('knows no price of the future', async () => {
    const shop = openWithCatalog()
    await shop.adjust({ price: 1, effectiveFrom: iso(noon + day) })
    const request = { skus: ['TEA'], timeframe: '30', timeframeEndDate: iso(noon + 9 * day), timeframeEndDateType: 'strict' as const }
    expect((await shop.send(bestPriorPrice, request)).map(({ price }) => price)).toEqual([4])
  })

  it('leaves out a SKU without a price, and has none for an audience alone', async () => {
    const shop = openWithCatalog({ products: [{ sku: 'TEA', price: 4 }, { sku: 'FREE' }] })
    const request = { skus: ['SOAP', 'FREE', 'TEA'], timeframe: '30', timeframeEndDate: iso(noon), timeframeEndDateType: 'strict' as const }
    expect((await shop.send(bestPriorPrice, request)).map(({ sku }) => sku)).toEqual(['TEA'])
    expect(await shop.send(bestPriorPrice, { ...request, target: { targetType: 'AUDIENCE', audienceID: 1 } })).toEqual([])
  })

  it.each([
    ['days in words', { timeframe: 'ten' }, 400],
    ['an audience without its id', { target: { targetType: 'AUDIENCE' } }, 400],
    ['an unknown audience', { target: { targetType: 'AUDIENCE', audienceID: 9 } }, 404],
    ['no SKU', { skus: [] }, 400],
  ])('is refused for %s', async (_, wrong, expected) => {
    const request = { skus: ['TEA'], timeframe: '30', timeframeEndDate: iso(noon), timeframeEndDateType: 'strict', ...wrong }
    expect((await openWithCatalog().raw('POST', '/v1/best_prior_price', request)).status).toBe(expected)
  })
})
