import { QueryClient } from '@tanstack/react-query'
import {
  bestPriorPrice,
  getCustomerInventory,
  getCustomerSession,
  getReservedCustomers,
  queryFor,
  queryKeyFor,
  type SendOptions,
  TalonOneError,
} from 'talon-one-react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { keyByName } from '../../src/key.ts'
import { createClient, failing, inTurn, unreachable, withoutPauses } from './query-calls.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a key', () => {
  const { client } = createClient({ scope: 'shop' })

  test('tells the library, scope, profile, operation and input', () => {
    expect(queryKeyFor(client.withProfile('anna'), getCustomerSession, { customerSessionId: 'cart' })).toEqual([
      'talon-one',
      'shop',
      'anna',
      'getCustomerSession',
      { customerSessionId: 'cart' },
    ])
  })

  test('can be had from an operation’s name, without its row', () => {
    for (const one of [client, client.withProfile('anna'), createClient({ baseUrl: 'https://shop.talon.one' }).client])
      expect(keyByName(one, 'getCustomerSession', { customerSessionId: 'cart' })).toEqual(
        queryKeyFor(one, getCustomerSession, { customerSessionId: 'cart' }),
      )
  })

  test('differs by scope, profile, operation and input', () => {
    const other = createClient({ scope: 'other shop' }).client
    const keys = [
      queryKeyFor(client, getCustomerInventory, {}),
      queryKeyFor(other, getCustomerInventory, {}),
      queryKeyFor(client.withProfile('anna'), getCustomerInventory, {}),
      queryKeyFor(client.withProfile('anna'), getCustomerInventory, { integrationId: 'ben' }),
      queryKeyFor(client, getCustomerInventory, { integrationId: 'anna' }),
      queryKeyFor(client, getCustomerInventory, { coupons: true }),
      queryKeyFor(client, getCustomerInventory, { coupons: false }),
      queryKeyFor(client, getCustomerSession, { customerSessionId: 'anna' }),
      queryKeyFor(client, getReservedCustomers, { couponValue: 'anna' }),
    ]
    expect(new Set(keys.map((key) => JSON.stringify(key))).size).toBe(keys.length)
  })

  test('is the same for the same read, said in another way', () => {
    const queryClient = new QueryClient()
    queryClient.setQueryData(queryKeyFor(client.withProfile('anna'), getCustomerInventory, { coupons: true, loyalty: true }), {})
    const same = [
      { loyalty: true, coupons: true },
      { integrationId: 'anna', coupons: true, loyalty: true },
    ]
    for (const input of same)
      expect(queryClient.getQueryData(queryKeyFor(client.withProfile('anna'), getCustomerInventory, input))).toEqual({})
  })

  test('tells what else is asked in the address, but not in which headers', () => {
    const keyOf = (options: SendOptions) => queryFor(client, getCustomerInventory, { coupons: true }, options).queryKey
    const plain = queryKeyFor(client, getCustomerInventory, { coupons: true })
    expect(keyOf({ headers: { 'x-tenant': 'one' }, timeout: 10, signal: new AbortController().signal })).toEqual(plain)
    expect(keyOf({ query: { beta: true } })).toEqual([...plain, { query: { beta: true } }])
    expect(keyOf({ query: { beta: false } })).not.toEqual(keyOf({ query: { beta: true } }))
  })

  test('keeps two clients of one base URL together and two base URLs apart', () => {
    const keyOf = (baseUrl: string) => queryKeyFor(createClient({ baseUrl }).client, getCustomerInventory, {})
    expect(keyOf('/one')).toEqual(keyOf('/one/'))
    expect(keyOf('/one')).not.toEqual(keyOf('/two'))
  })

  test('does not name a profile where the client has none', () => {
    const direct = createClient({ baseUrl: 'https://shop.talon.one' }).client
    expect(queryKeyFor(direct, getCustomerInventory, {})).toEqual([
      'talon-one',
      'https://shop.talon.one',
      undefined,
      'getCustomerInventory',
      {},
    ])
  })
})

describe('a query', () => {
  test('sends what its key says, and nothing else', async () => {
    const { client, paths } = createClient()
    const queryClient = new QueryClient()
    const anna = queryFor(client.withProfile('anna'), getCustomerInventory, { coupons: true })
    const ben = queryFor(client.withProfile('ben'), getCustomerInventory, { loyalty: true })
    await queryClient.fetchQuery({ ...anna, queryKey: ben.queryKey })
    expect(paths()).toEqual(['GET /talon-one/v1/customer_profiles/ben/inventory?loyalty=true'])
  })

  test('prefetches, fetches and is read back by its key', async () => {
    const { client, requests } = createClient({}, () => Response.json({ coupons: [] }))
    const queryClient = new QueryClient()
    const options = queryFor(client, getCustomerInventory, { coupons: true })
    await queryClient.prefetchQuery(options)
    expect(queryClient.getQueryData(options.queryKey)).toEqual({ coupons: [] })
    expect(await queryClient.fetchQuery({ ...options, staleTime: Infinity })).toEqual({ coupons: [] })
    expect(await queryClient.ensureQueryData(queryFor(client, getCustomerInventory, { coupons: true }))).toEqual({ coupons: [] })
    expect(requests).toHaveLength(1)
  })

  test('is never shown to another profile or another shop', async () => {
    const { client } = createClient({ scope: 'one' }, ({ url }) => Response.json({ url }))
    const { client: other } = createClient({ scope: 'two' }, () => Response.json({ url: 'other' }))
    const queryClient = new QueryClient()
    const staleTime = Infinity
    const answers = [
      await queryClient.fetchQuery({ ...queryFor(client.withProfile('anna'), getCustomerInventory, {}), staleTime }),
      await queryClient.fetchQuery({ ...queryFor(client.withProfile('ben'), getCustomerInventory, {}), staleTime }),
      await queryClient.fetchQuery({ ...queryFor(other.withProfile('anna'), getCustomerInventory, {}), staleTime }),
    ]
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(3)
  })

  test('passes headers and timeout on to its requests', async () => {
    const { client, requests } = createClient()
    const options: SendOptions = { headers: { 'x-tenant': 'one' }, query: { beta: true } }
    await new QueryClient().fetchQuery(queryFor(client, getCustomerInventory, {}, options))
    expect(requests[0]?.headers.get('x-tenant')).toBe('one')
    expect(new URL(requests[0]?.url ?? '').search).toBe('?beta=true')
  })

  test('posts what does not fit into an address, and is answered with a list', async () => {
    const prices = [{ sku: 'tea', price: 2 }]
    const { client, requests } = createClient({}, () => Response.json(prices))
    const timeframe = { timeframeEndDate: '2026-01-31T00:00:00Z', timeframe: '30D', timeframeEndDateType: 'strict' } as const
    const input = { skus: ['tea'], ...timeframe }
    expect(await new QueryClient().fetchQuery(queryFor(client, bestPriorPrice, input))).toEqual(prices)
    expect(requests[0]?.method).toBe('POST')
    expect(await requests[0]?.json()).toEqual(input)
    expect(requests[0]?.headers.has('idempotency-key')).toBe(false)
  })

  test('runs out of time as its caller says', async () => {
    const { client } = createClient({ fetch: () => new Promise(() => {}), timeout: 60_000 })
    const options = { ...queryFor(client, getCustomerInventory, {}, { timeout: 5 }), retry: false }
    await expect(new QueryClient().fetchQuery(options)).rejects.toMatchObject({ code: 'timeout' })
  })

  test.for(['by the query client', 'by its caller'])('stops when it is cancelled %s', async (who) => {
    const { promise: sent, resolve: onSent } = Promise.withResolvers<Request>()
    const { client } = createClient({ fetch: (input) => (onSent(new Request(input)), new Promise(() => {})) })
    const queryClient = new QueryClient()
    const controller = new AbortController()
    const options = queryFor(client, getCustomerInventory, {}, { signal: controller.signal })
    const outcome = queryClient.fetchQuery(options).catch((error: unknown) => error)
    const { signal } = await sent
    expect(signal.aborted).toBe(false)
    if (who === 'by its caller') controller.abort()
    else await queryClient.cancelQueries({ queryKey: options.queryKey })
    expect(signal.aborted).toBe(true)
    if (who === 'by its caller') expect(await outcome).toMatchObject({ code: 'aborted' })
    else expect(await outcome).toMatchObject({ revert: true })
  })

  test('tries again what may succeed later, three times at most', async () => {
    withoutPauses()
    const { client, requests } = createClient({}, failing(503))
    const outcome = new QueryClient().fetchQuery(queryFor(client, getCustomerInventory, {}))
    await expect(outcome).rejects.toMatchObject({ code: 'unavailable', status: 503 })
    expect(requests).toHaveLength(4)
  })

  test('ends well when a later try does', async () => {
    withoutPauses()
    const { client, requests } = createClient(
      {},
      inTurn(failing(429), failing(500), unreachable, () => Response.json({ coupons: [] })),
    )
    expect(await new QueryClient().fetchQuery(queryFor(client, getCustomerInventory, {}))).toEqual({ coupons: [] })
    expect(requests).toHaveLength(4)
  })

  test.for([400, 401, 403, 404, 501])('does not try again after status %i', async (status) => {
    const { client, requests } = createClient({}, failing(status))
    await expect(new QueryClient().fetchQuery(queryFor(client, getCustomerInventory, {}))).rejects.toMatchObject({ status })
    expect(requests).toHaveLength(1)
  })

  test('does not try again what was malformed, and sends nothing', async () => {
    const { client, requests } = createClient()
    await expect(new QueryClient().fetchQuery(queryFor(client, getCustomerSession, { customerSessionId: '..' }))).rejects.toMatchObject({
      code: 'invalid_input',
    })
    expect(requests).toEqual([])
  })
})

describe('the pause before another try', () => {
  const { retry, retryDelay } = queryFor(createClient().client, getCustomerInventory, {})
  const after = (retryAfterMs?: number) =>
    new TalonOneError('rate_limited', 'busy', { retryable: true, ...(retryAfterMs !== undefined && { retryAfterMs }) })

  test('is between nothing and a ceiling that doubles up to half a minute', () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    expect([0, 1, 5, 50].map((failures) => retryDelay(failures, after()))).toEqual([0, 0, 0, 0])
    vi.spyOn(Math, 'random').mockReturnValue(1)
    expect([0, 1, 2, 4, 5, 50].map((failures) => retryDelay(failures, after()))).toEqual([1000, 2000, 4000, 16_000, 30_000, 30_000])
  })

  test('is never shorter than the server asked for', () => {
    for (const random of [0, 0.5, 1]) {
      vi.spyOn(Math, 'random').mockReturnValue(random)
      for (const failures of [0, 1, 2]) expect(retryDelay(failures, after(7000))).toBe(7000 + retryDelay(failures, after()))
    }
  })

  test('comes three times, and only after an error that says so', () => {
    expect([0, 1, 2, 3, 4].map((failures) => retry(failures, after()))).toEqual([true, true, true, false, false])
    expect(retry(0, new TalonOneError('bad_request', 'no'))).toBe(false)
    // What a fetch of the caller's own or a bug may throw.
    const stranger: unknown = new TypeError('not from this library')
    expect(retry(0, stranger as TalonOneError)).toBe(false)
  })
})
