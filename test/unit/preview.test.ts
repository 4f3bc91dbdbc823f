/** What-if prices: asked for at will, and nothing is ever written by them, neither there nor here. */
import { dehydrate, defaultShouldDehydrateQuery, QueryClient, type QueryKey } from '@tanstack/react-query'
import {
  createReferral,
  getCustomerInventory,
  getCustomerSession,
  infiniteQueryFor,
  integrationGetAllCampaigns,
  isPreview,
  itemPreviewFor,
  mutationFor,
  queryFor,
  queryKeyFor,
  type SessionPreviewInput,
  sessionPreviewFor,
  updateCustomerSessionV2,
} from 'talon-one-react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { pretendPage } from './client-calls.ts'
import { createShop, evaluate, item } from './preview-calls.ts'
import { createClient, failing, held, inTurn, mutate, withoutPauses } from './query-calls.ts'
import { sessionOf, walletOf } from './query-data.ts'

const basket = { customerSession: { cartItems: [item('tea-1', 4)], couponCodes: ['SAVE10'] } }
const closed = { customerSessionId: 'cart', customerSession: { ...basket.customerSession, state: 'closed' as const } }

/** All that a cache holds beside previews, to the byte. */
const stored = (queryClient: QueryClient) =>
  JSON.stringify(
    queryClient
      .getQueryCache()
      .getAll()
      .filter((query) => !isPreview(query))
      .map(({ queryHash, state }) => [queryHash, state]),
  )

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

describe('a preview of a session', () => {
  test('asks for a dry run of a session that need not exist, and answers what it would', async () => {
    const { client, requests, paths } = createShop({ profileId: 'anna' })
    const answer = await new QueryClient().fetchQuery(sessionPreviewFor(client, basket))
    expect(answer.effects).toMatchObject([{ effectType: 'setDiscountPerItem', props: { value: 0.4 } }])
    expect(paths()).toEqual(['PUT /talon-one/v2/customer_sessions/preview?dry=true'])
    expect(await requests[0]?.json()).toEqual({ customerSession: { ...basket.customerSession, profileId: 'anna' } })
    expect(requests[0]?.headers.has('idempotency-key')).toBe(false)
  })

  test('may be about a session, a moment, and more of the answer', async () => {
    const { client, paths } = createShop()
    const input: SessionPreviewInput = { ...basket, customerSessionId: 'cart', now: '2026-12-24T00:00:00Z', responseContent: ['loyalty'] }
    await new QueryClient().fetchQuery(sessionPreviewFor(client, input))
    expect(paths()).toEqual(['PUT /talon-one/v2/customer_sessions/cart?dry=true&now=2026-12-24T00%3A00%3A00Z'])
  })

  test('is asked for once for a basket, in whichever order it is written', async () => {
    const { client, requests } = createShop()
    const queryClient = new QueryClient()
    const [line] = basket.customerSession.cartItems
    const turned = { customerSession: { couponCodes: ['SAVE10'], cartItems: [{ quantity: 1, price: line?.price ?? 0, sku: 'tea-1' }] } }
    for (const input of [basket, turned, { dry: true, ...turned } as const]) await queryClient.fetchQuery(sessionPreviewFor(client, input))
    expect(requests).toHaveLength(1)
    await queryClient.fetchQuery(sessionPreviewFor(client, { customerSession: { ...basket.customerSession, couponCodes: [] } }))
    await queryClient.fetchQuery(sessionPreviewFor(client.withProfile('ben'), basket))
    expect(requests).toHaveLength(3)
  })

  test('is fresh for a minute', async () => {
    const { client, requests } = createShop()
    const queryClient = new QueryClient()
    const now = Date.now()
    for (const passed of [0, 59_999, 60_001]) {
      vi.spyOn(Date, 'now').mockReturnValue(now + passed)
      await queryClient.fetchQuery(sessionPreviewFor(client, basket))
    }
    expect(requests).toHaveLength(2)
  })

  test('is tried again as a read is', async () => {
    withoutPauses()
    const { client, requests } = createShop({}, inTurn(failing(503), failing(409), evaluate))
    expect(await new QueryClient().fetchQuery(sessionPreviewFor(client, basket))).toHaveProperty('effects')
    expect(requests).toHaveLength(3)
  })
})

describe('a preview that would be a write', () => {
  const refused = { code: 'invalid_input', retryable: false, issues: [{ pointer: '/dry' }] }

  test.for([false, null, 'true', 1])('is refused before it is sent: dry %j', async (dry) => {
    const { client, requests } = createShop()
    // What arrives from untyped code.
    const input = { ...basket, dry } as SessionPreviewInput
    await expect(new QueryClient().fetchQuery(sessionPreviewFor(client, input))).rejects.toMatchObject(refused)
    expect(requests).toEqual([])
  })

  test('is dry where that is left out, or undefined', async () => {
    const { client, requests } = createShop()
    // What arrives from untyped code.
    const input = { ...basket, dry: undefined, customerSessionId: undefined } as unknown as SessionPreviewInput
    await new QueryClient().fetchQuery(sessionPreviewFor(client, input))
    expect(requests.map(({ url }) => new URL(url).search)).toEqual(['?dry=true'])
  })

  test('is refused when its key was changed by hand', async () => {
    const { client, requests } = createShop()
    const options = [
      sessionPreviewFor(client, basket),
      itemPreviewFor(client, { item: item('tea-1') }),
      itemPreviewFor(client, { item: item('tea-1'), joint: true }),
    ]
    for (const { queryKey, queryFn } of options) {
      const [, , , , input, variant] = queryKey
      for (const dry of [false, undefined]) {
        const changed = [...queryKey.slice(0, 4), { ...input, dry }, variant]
        const { promise } = outcomeOf(changed, queryFn)
        await expect(promise).rejects.toMatchObject(refused)
      }
    }
    expect(requests).toEqual([])
  })

  /** Asks by another key than the options came with. */
  function outcomeOf(queryKey: QueryKey, queryFn: unknown): { promise: Promise<unknown> } {
    // A key that was made by hand fits no type.
    const options = { queryKey, queryFn, retry: false } as Parameters<QueryClient['fetchQuery']>[0]
    return { promise: new QueryClient().fetchQuery(options) }
  }
})

describe('beside a preview', () => {
  test('everything else in the cache stays as it is, to the byte', async () => {
    const { client } = createShop({ profileId: 'anna' })
    const queryClient = new QueryClient()
    const cart = { customerSessionId: 'cart' }
    queryClient.setQueryData(queryKeyFor(client, getCustomerSession, cart), { customerSession: sessionOf('cart', 'anna') })
    queryClient.setQueryData(queryKeyFor(client, getCustomerSession, { customerSessionId: 'preview' }), {})
    queryClient.setQueryData(queryKeyFor(client, getCustomerInventory, { profile: true, coupons: true, loyalty: true }), walletOf('anna'))
    queryClient.setQueryData(infiniteQueryFor(client, integrationGetAllCampaigns, {}).queryKey, { pages: [], pageParams: [] })
    queryClient.setQueryData(['of the app'], { anna: true })
    const before = stored(queryClient)
    const responseContent: SessionPreviewInput['responseContent'] = ['customerSession', 'customerProfile', 'loyalty', 'coupons']
    await queryClient.fetchQuery(sessionPreviewFor(client, { ...closed, responseContent }))
    await queryClient.fetchQuery(itemPreviewFor(client, { item: item('tea-1') }))
    await queryClient.fetchQuery(itemPreviewFor(client, { item: item('tea-1'), joint: true }))
    await mutate(queryClient, mutationFor(client, updateCustomerSessionV2), { ...closed, dry: true })
    expect(stored(queryClient)).toBe(before)
  })

  test('a write need not wait, nor a preview for a write', async () => {
    const slow = held(evaluate)
    const isSlow = (request: Request) => request.url.includes(slowOne)
    let slowOne = '?dry=true'
    const { client, requests } = createClient({}, (request) => (isSlow(request) ? slow.answer(request) : evaluate(request)))
    const queryClient = new QueryClient()
    const write = () => client.send(updateCustomerSessionV2, { customerSessionId: 'cart', ...basket })
    const preview = queryClient.fetchQuery(sessionPreviewFor(client, basket))
    await slow.arrived
    expect(await write()).toHaveProperty('effects')
    slowOne = '/cart'
    const later = write()
    await vi.waitFor(() => expect(requests).toHaveLength(3))
    slow.release()
    await preview
    expect(await queryClient.fetchQuery(itemPreviewFor(client, { item: item('tea-2') }))).toMatchObject({ total: 3.6 })
    await later
  })

  test('a write waits for no preview even when many are asked for, and they go one at a time', async () => {
    const { client, requests, mostAtOnce } = createShop()
    const queryClient = new QueryClient()
    const skus = Array.from({ length: 10 }, (_, index) => `tea-${index}`)
    const previews = skus.map((sku) => queryClient.fetchQuery(itemPreviewFor(client, { item: item(sku) })))
    const write = client.send(createReferral, { campaignId: 1 }).catch(() => 'answered')
    await write
    expect(requests.length).toBeLessThan(4)
    await Promise.all(previews)
    expect([requests.length, mostAtOnce()]).toEqual([11, 2])
  })
})

describe('isPreview', () => {
  const { client } = createClient()

  test.for<[boolean, string, QueryKey]>([
    [true, 'a session', sessionPreviewFor(client, basket).queryKey],
    [true, 'a session with more in its address', sessionPreviewFor(client, basket, { query: { beta: true } }).queryKey],
    [true, 'an item', itemPreviewFor(client, { item: item('tea-1') }).queryKey],
    [true, 'a joint item', itemPreviewFor(client, { item: item('tea-1'), joint: true }).queryKey],
    [false, 'a read', queryFor(client, getCustomerInventory, {}).queryKey],
    [false, 'a read with more in its address', queryFor(client, getCustomerInventory, {}, { query: { preview: 'session' } }).queryKey],
    [false, 'pages', infiniteQueryFor(client, integrationGetAllCampaigns, {}).queryKey],
    [false, 'something of the app', ['preview', '', '', '', '', { preview: 'session' }]],
    [false, 'nothing', []],
  ])('is %j for %s', ([is, , queryKey]) => {
    expect(isPreview({ queryKey })).toBe(is)
  })

  test('keeps what-if prices out of a cache that is written to disk', async () => {
    const { client: asking } = createShop()
    const queryClient = new QueryClient()
    await queryClient.fetchQuery(sessionPreviewFor(asking, basket))
    queryClient.setQueryData(queryKeyFor(asking, getCustomerInventory, {}), {})
    const shouldDehydrateQuery: typeof defaultShouldDehydrateQuery = (query) => defaultShouldDehydrateQuery(query) && !isPreview(query)
    const { queries } = dehydrate(queryClient, { shouldDehydrateQuery })
    expect(queries.map(({ queryKey }) => queryKey[3])).toEqual(['getCustomerInventory'])
  })

  test.for(['session', 'item', 'joint item'])(
    'a %s is left out of what a page stores, whoever asked, and kept in what a server reads ahead for a page',
    async (kind) => {
      const { client: asking } = createShop({ baseUrl: 'https://shop.example/talon-one' })
      const kept = async () => {
        const queryClient = new QueryClient()
        if (kind === 'session') await queryClient.fetchQuery(sessionPreviewFor(asking, basket))
        else await queryClient.fetchQuery(itemPreviewFor(asking, { item: item('tea-1'), joint: kind === 'joint item' }))
        return dehydrate(queryClient).queries.length
      }
      expect(await kept()).toBe(1)
      pretendPage()
      expect(await kept()).toBe(0)
    },
  )
})
