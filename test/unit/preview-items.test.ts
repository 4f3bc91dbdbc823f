/** What single items would cost: many product cards, few requests. */
import { QueryClient } from '@tanstack/react-query'
import fc from 'fast-check'
import { type CartItem, itemPreviewFor, type TalonOne } from 'talon-one-react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { cardsOf, createShop, evaluate, item, show } from './preview-calls.ts'
import { type Answer, failing, held, inTurn, withoutPauses } from './query-calls.ts'
import { sessionOf, stateV2 } from './query-data.ts'

const tea = item('tea-1', 30)
const runs = { numRuns: Number(process.env.RUNS ?? 20), seed: Number(process.env.SEED ?? 1) }

const settled = (page: ReturnType<typeof show>) =>
  vi.waitFor(() => expect(page.results().every(({ fetchStatus }) => fetchStatus === 'idle')).toBe(true), { timeout: 5000 })

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('an item alone', () => {
  test('costs what a cart of it would, discounts on the cart as a whole included', async () => {
    const { client, paths, keys } = createShop()
    const preview = await new QueryClient().fetchQuery(itemPreviewFor(client, { item: { sku: 'tea-1', price: 30 } }))
    expect(preview).toMatchObject({ joint: false, total: 22, line: { subtotal: 30, discount: 3, total: 27 }, cart: { sessionDiscount: 5 } })
    expect(paths()).toEqual(['PUT /talon-one/v2/customer_sessions/preview?dry=true'])
    expect(keys()).toEqual([null])
  })

  test('may be several, for somebody, with a coupon', async () => {
    const { client, requests } = createShop()
    const customerSession = { profileId: 'ben', couponCodes: ['SAVE10'] }
    await new QueryClient().fetchQuery(itemPreviewFor(client, { item: { ...tea, quantity: 3 }, customerSession }))
    expect(await requests[0]?.json()).toEqual({
      customerSession: { ...customerSession, cartItems: [{ ...tea, quantity: 3 }] },
      responseContent: ['customerSession'],
    })
  })

  test('is asked for once, however many cards show it, and one after the other', async () => {
    const { client, carts, mostAtOnce } = createShop()
    const page = show(new QueryClient(), client, cardsOf(48, 12))
    await settled(page)
    expect([(await carts()).length, mostAtOnce()]).toEqual([12, 1])
    expect(page.totals().slice(0, 3)).toEqual([0.9, 1.8, 2.7])
    page.stop()
  })

  test.for([false, true])('is not asked for again by who comes back within a minute: joint %j', async (joint) => {
    const { client, requests } = createShop()
    const queryClient = new QueryClient()
    const now = Date.now()
    for (const [passed, expected] of [
      [0, joint ? 1 : 12],
      [59_000, joint ? 1 : 12],
      [61_000, joint ? 2 : 24],
    ] as const) {
      vi.spyOn(Date, 'now').mockReturnValue(now + passed)
      const page = show(queryClient, client, cardsOf(48, 12), { joint })
      await settled(page)
      page.stop()
      expect(requests).toHaveLength(expected)
    }
  })

  test('is not asked for when its card has gone before its turn', async () => {
    const slow = held(evaluate)
    const { client, requests } = createShop({}, inTurn(slow.answer, evaluate))
    const page = show(new QueryClient(), client, cardsOf(12, 12))
    await slow.arrived
    page.stop()
    slow.release()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(requests).toHaveLength(1)
  })

  test('does not make those of another profile wait', async () => {
    const slow = held(evaluate)
    const { client, requests } = createShop({}, inTurn(slow.answer, evaluate))
    const queryClient = new QueryClient()
    const annas = queryClient.fetchQuery(itemPreviewFor(client.withProfile('anna'), { item: tea }))
    await slow.arrived
    expect(await queryClient.fetchQuery(itemPreviewFor(client.withProfile('ben'), { item: tea }))).toMatchObject({ total: 22 })
    slow.release()
    await annas
    expect(requests).toHaveLength(2)
  })
})

describe('joint items', () => {
  test('are asked for together, each once, and say so', async () => {
    const { client, carts } = createShop()
    const page = show(new QueryClient(), client, cardsOf(48, 12), { joint: true })
    await settled(page)
    expect(await carts()).toEqual([cardsOf(12, 12).map(({ sku }) => sku)])
    expect(page.results().every(({ data }) => data?.joint)).toBe(true)
    // Five off the cart as a whole are nobody's.
    expect(page.totals().slice(0, 3)).toEqual([0.9, 1.8, 2.7])
    page.stop()
  })

  test('are not mistaken for items alone', async () => {
    const { client, requests } = createShop()
    const queryClient = new QueryClient()
    const previews = await Promise.all([false, true].map((joint) => queryClient.fetchQuery(itemPreviewFor(client, { item: tea, joint }))))
    expect(previews.map(({ joint, total }) => [joint, total])).toEqual([
      [false, 22],
      [true, 27],
    ])
    expect(requests).toHaveLength(2)
  })

  test('that are more than a hundred are asked for a hundred at a time', async () => {
    const { client, carts } = createShop()
    const page = show(new QueryClient(), client, cardsOf(250, 250), { joint: true })
    await settled(page)
    expect((await carts()).map(({ length }) => length)).toEqual([100, 100, 50])
    expect(page.results().map(({ data }) => data?.line.item.sku)).toEqual(cardsOf(250, 250).map(({ sku }) => sku))
    page.stop()
  })

  test('that come while a full batch leaves are asked for with those that came just before', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { client, carts } = createShop()
    const queryClient = new QueryClient()
    const ask = (from: number, to: number) =>
      cardsOf(to, to)
        .slice(from)
        .map((one) => queryClient.fetchQuery(itemPreviewFor(client, { item: one, joint: true })))
    const asked = ask(0, 99)
    await vi.advanceTimersByTimeAsync(10)
    asked.push(...ask(99, 101))
    await vi.advanceTimersByTimeAsync(8)
    asked.push(...ask(101, 102))
    await vi.advanceTimersByTimeAsync(50)
    await Promise.all(asked)
    expect((await carts()).map(({ length }) => length)).toEqual([100, 2])
  })

  test('that are a hundred, some twice, are asked for once', async () => {
    const { client, carts } = createShop()
    const page = show(new QueryClient(), client, cardsOf(150, 100), { joint: true })
    await settled(page)
    expect((await carts()).map(({ length }) => length)).toEqual([100])
    page.stop()
  })

  test('that come after the others have left are asked for with those that come with them', async () => {
    const slow = held(evaluate)
    const { client, carts } = createShop({}, inTurn(slow.answer, evaluate))
    const queryClient = new QueryClient()
    const first = show(queryClient, client, [item('tea-1'), item('tea-2')], { joint: true })
    await slow.arrived
    const second = show(queryClient, client, [item('tea-2'), item('tea-3'), item('tea-4')], { joint: true })
    slow.release()
    await Promise.all([settled(first), settled(second)])
    expect(await carts()).toEqual([
      ['tea-1', 'tea-2'],
      ['tea-3', 'tea-4'],
    ])
    first.stop()
    second.stop()
  })

  test('of two shops on one page are asked for in each of them', async () => {
    const queryClient = new QueryClient()
    const shops = ['one', 'two'].map((scope) => createShop({ scope }))
    await Promise.all(shops.map(({ client }) => queryClient.fetchQuery(itemPreviewFor(client, { item: tea, joint: true }))))
    expect(shops.map(({ requests }) => requests.length)).toEqual([1, 1])
  })

  test('are asked for apart where more than the item differs', async () => {
    const { client, requests } = createShop()
    const queryClient = new QueryClient()
    const ask = (who: TalonOne, sku: string, couponCodes: string[], headers = {}) =>
      queryClient.fetchQuery(itemPreviewFor(who, { item: item(sku), joint: true, customerSession: { couponCodes } }, { headers }))
    const ben = client.withProfile('ben')
    await Promise.all([
      ask(client, 'tea-1', []),
      ask(client, 'tea-2', []),
      ask(client, 'tea-3', ['SAVE10']),
      ask(ben, 'tea-4', []),
      ask(client, 'tea-5', [], { 'x-tenant': 'one' }),
      ask(client, 'tea-6', [], { 'X-Tenant': 'one' }),
      queryClient.fetchQuery(
        itemPreviewFor(client, { item: item('tea-7'), joint: true, customerSession: { couponCodes: [] } }, { query: { beta: true } }),
      ),
    ])
    expect(requests).toHaveLength(5)
  })

  test('do not suffer when one of them is given up, and are not asked for when all are', async () => {
    const slow = held(evaluate)
    const { client, requests } = createShop({}, inTurn(slow.answer, failing(500)))
    const queryClient = new QueryClient()
    const [given, kept] = [
      show(queryClient, client, [item('tea-1')], { joint: true }),
      show(queryClient, client, [item('tea-2')], { joint: true }),
    ]
    await slow.arrived
    given.stop()
    slow.release()
    await settled(kept)
    expect(kept.totals()).toEqual([3.6])
    const all = show(queryClient, client, [item('tea-3')], { joint: true })
    all.stop()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(requests).toHaveLength(1)
    kept.stop()
  })

  test('do not count towards one another once their card has gone', async () => {
    const queryClient = new QueryClient()
    const { client, carts } = createShop()
    const gone = show(queryClient, client, [item('tea-1', 30)], { joint: true })
    const stays = show(queryClient, client, [item('tea-2')], { joint: true })
    gone.stop()
    await settled(stays)
    expect(await carts()).toEqual([['tea-2']])
    stays.stop()
  })

  test('end with the signal of their caller, as items alone do', async () => {
    const { client } = createShop({ scope: 'a shop of its own, whose lane it blocks' }, () => new Promise(() => {}))
    for (const joint of [false, true]) {
      const controller = new AbortController()
      const options = itemPreviewFor(client, { item: tea, joint }, { signal: controller.signal })
      const outcome = new QueryClient().fetchQuery(options).catch((error: unknown) => error)
      await new Promise((resolve) => setTimeout(resolve, 20))
      controller.abort()
      expect(await outcome).toMatchObject({ code: 'aborted', retryable: false })
    }
  })

  test('that fail are asked for together again, after one pause', async () => {
    let random = 0
    vi.spyOn(Math, 'random').mockImplementation(() => (random = (random + 0.1) % 1))
    const { client, carts } = createShop({}, inTurn(failing(503), evaluate))
    const page = show(new QueryClient(), client, cardsOf(12, 12), { joint: true })
    await settled(page)
    expect((await carts()).map(({ length }) => length)).toEqual([12, 12])
    page.stop()
  })

  test('get each their own price, whoever asks with them', async () => {
    const products = fc.array(fc.record({ sku: fc.constantFrom('tea-1', 'tea-2', 'cup', 'pot'), price: fc.integer({ min: 0, max: 30 }) }))
    await fc.assert(
      fc.asyncProperty(products, async (drawn) => {
        const { client } = createShop()
        const page = show(
          new QueryClient(),
          client,
          drawn.map(({ sku, price }) => item(sku, price)),
          { joint: true },
        )
        await settled(page)
        const priceOf = ({ sku, price }: (typeof drawn)[number]) => (sku.startsWith('tea') ? (price * 9) / 10 : price)
        expect(page.totals()).toEqual(drawn.map(priceOf))
        page.stop()
      }),
      runs,
    )
  })
})

describe('joint items of which one is refused', () => {
  test('are asked for again without the one that is named as the reason', async () => {
    const queryClient = new QueryClient()
    const refuseBad: Answer = async (request) => {
      const { customerSession }: { customerSession: { cartItems: CartItem[] } } = await request.clone().json()
      const bad = customerSession.cartItems.findIndex(({ sku }) => sku === 'bad')
      if (bad < 0) return evaluate(request)
      return Response.json({ code: 'not_sold', issues: [{ pointer: `/cartItems/${bad}/sku`, message: 'not sold' }] }, { status: 422 })
    }
    const { client, carts } = createShop({}, refuseBad)
    const page = show(queryClient, client, [tea, item('bad'), item('tea-2', 10)], { joint: true })
    await settled(page)
    expect(page.results().map(({ data, error }) => data?.total ?? error?.code)).toEqual([27, 'bad_request', 9])
    expect(await carts()).toEqual([
      ['tea-1', 'bad', 'tea-2'],
      ['tea-1', 'tea-2'],
    ])
    page.stop()
  })

  test('all fail when no item is named, as where the proxy has no previews, and nothing else is asked for', async () => {
    const { client, requests } = createShop({}, failing(422, { code: 'field_not_allowed', issues: [{ pointer: '/dry', message: 'no' }] }))
    const page = show(new QueryClient(), client, cardsOf(20, 20), { joint: true })
    await settled(page)
    expect(new Set(page.results().map(({ error }) => error?.code))).toEqual(new Set(['bad_request']))
    expect(requests).toHaveLength(1)
    page.stop()
  })

  test('because it is malformed, cost the others one request each and nothing else', async () => {
    const { client, requests } = createShop()
    const page = show(new QueryClient(), client, [tea, item('tea-2', -1)], { joint: true })
    await settled(page)
    expect(page.results().map(({ data, error }) => data?.total ?? error?.code)).toEqual([27, 'invalid_input'])
    expect(requests).toHaveLength(1)
    page.stop()
  })
})

test('joint items of two caches, as a server has one for each shopper, are never asked for together', async () => {
  const headers = ['of a guest', 'of a member']
  const { client, requests, carts } = createShop({ headers: () => ({ cookie: headers.shift() ?? '' }) })
  const ask = (one: CartItem) => new QueryClient().fetchQuery(itemPreviewFor(client, { item: one, joint: true }))
  await Promise.all([ask(tea), ask(item('tea-2'))])
  expect(await carts()).toEqual([['tea-1'], ['tea-2']])
  expect(requests.map((request) => request.headers.get('cookie'))).toEqual(['of a guest', 'of a member'])
})

test('joint items that would not go through a proxy together are asked for in several requests', async () => {
  const { client, requests } = createShop()
  const long = Array.from({ length: 40 }, (_, index) => ({ ...item(`tea-${index}`), name: 'ü'.repeat(1000) }))
  const page = show(new QueryClient(), client, long, { joint: true })
  await settled(page)
  expect(page.results().every(({ isSuccess }) => isSuccess)).toBe(true)
  const bytes = await Promise.all(requests.map(async (request) => (await request.clone().arrayBuffer()).byteLength))
  expect(bytes.length).toBeGreaterThan(1)
  expect(Math.max(...bytes)).toBeLessThan(65_536)
  page.stop()
})

describe.for([false, true])('an answer that is none, joint %j', (joint) => {
  test.for<[string, object]>([
    ['lacks the session', stateV2],
    ['lacks the item', { ...stateV2, customerSession: sessionOf('preview', 'me', { cartItems: [] }) }],
  ])('%s', async ([, answer]) => {
    withoutPauses()
    const { client, requests } = createShop({}, () => Response.json(answer))
    const outcome = new QueryClient().fetchQuery(itemPreviewFor(client, { item: tea, joint }))
    await expect(outcome).rejects.toMatchObject({ code: 'unexpected_answer' })
    expect(requests).toHaveLength(1)
  })

  test('is no answer of another kind: it is refused as a read is', async () => {
    const { client } = createShop({}, failing(400))
    await expect(new QueryClient().fetchQuery(itemPreviewFor(client, { item: tea, joint }))).rejects.toMatchObject({ code: 'bad_request' })
  })
})
