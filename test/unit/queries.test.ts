import { MutationObserver, QueryClient, type QueryKey } from '@tanstack/react-query'
import {
  createCouponReservation,
  createReferral,
  createReferralsForMultipleAdvocates,
  createTalonOne,
  deleteCustomerData,
  type Endpoint,
  getCustomerInventory,
  getCustomerSession,
  getReservedCustomers,
  type InputOf,
  mutationFor,
  type MutationFor,
  queryFor,
  queryKeyFor,
  type SendOptions,
  type TalonOne,
  TalonOneError,
  type TalonOneOptions,
  trackEvent,
  updateCustomerProfileAudiences,
  updateCustomerProfilesV2,
  updateCustomerSession,
  updateCustomerSessionV2,
  type WriteEndpoint,
} from 'talon-one-react'
import { afterEach, describe, expect, test, vi } from 'vitest'

/** A client whose requests end in this process. Every answer is `{}`, unless `answer` says otherwise. */
function createClient(options: TalonOneOptions = {}, answer: (request: Request) => Response = () => Response.json({})) {
  const requests: Request[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    requests.push(request)
    return answer(request)
  }
  const paths = () => requests.map(({ method, url }) => `${method} ${new URL(url).pathname}${new URL(url).search}`)
  return { client: createTalonOne({ fetch, ...options }), requests, paths }
}

const failing =
  (status: number, headers: HeadersInit = {}) =>
  () =>
    Response.json({}, { status, headers })

/** Writes with a mutation of a plain query client, and returns what it answers. */
function mutate<E extends WriteEndpoint>(queryClient: QueryClient, options: MutationFor<E>, input: InputOf<E>) {
  return new MutationObserver(queryClient, options).mutate(input)
}

const stateOf = (queryClient: QueryClient, queryKey: QueryKey) => queryClient.getQueryState(queryKey)?.isInvalidated

const save = { customerSessionId: 'cart', customerSession: { cartItems: [] } }

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
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const { client, requests } = createClient({}, failing(503))
    const outcome = new QueryClient().fetchQuery(queryFor(client, getCustomerInventory, {}))
    await expect(outcome).rejects.toMatchObject({ code: 'unavailable', status: 503 })
    expect(requests).toHaveLength(4)
  })

  test('ends well when a later try does', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const answers = [failing(429), failing(500), () => Response.json({ coupons: [] })]
    const { client, requests } = createClient({}, () => answers.shift()?.() ?? Response.error())
    expect(await new QueryClient().fetchQuery(queryFor(client, getCustomerInventory, {}))).toEqual({ coupons: [] })
    expect(requests).toHaveLength(3)
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

describe('a mutation', () => {
  test('sends its input and returns the answer', async () => {
    const { client, paths } = createClient({}, () => Response.json({ effects: [] }))
    const queryClient = new QueryClient()
    expect(await mutate(queryClient, mutationFor(client, updateCustomerSessionV2), save)).toEqual({ effects: [] })
    expect(paths()).toEqual(['PUT /talon-one/v2/customer_sessions/cart'])
    const [mutation] = queryClient.getMutationCache().getAll()
    expect(mutation?.options.mutationKey).toEqual(['talon-one', '/talon-one', 'me', 'updateCustomerSessionV2'])
    expect(queryClient.getMutationCache().findAll({ mutationKey: ['talon-one', '/talon-one'] })).toHaveLength(1)
  })

  test('passes headers and signal on to its request', async () => {
    const { client, requests } = createClient()
    await mutate(new QueryClient(), mutationFor(client, createReferral, { headers: { 'x-tenant': 'one' } }), { campaignId: 1 })
    expect(requests[0]?.headers.get('x-tenant')).toBe('one')
    const stopped = mutationFor(client, createReferral, { signal: AbortSignal.abort() })
    await expect(mutate(new QueryClient(), stopped, { campaignId: 1 })).rejects.toMatchObject({ code: 'aborted' })
    expect(requests).toHaveLength(1)
  })

  test('is never tried again, not even where the app tries its own mutations again', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const { client, requests } = createClient({}, failing(503))
    const queryClient = new QueryClient({ defaultOptions: { mutations: { retry: 3, retryDelay: 0 } } })
    await expect(mutate(queryClient, mutationFor(client, createReferral), { campaignId: 1 })).rejects.toMatchObject({ outcome: 'unknown' })
    expect(requests).toHaveLength(1)
  })

  test('that fails makes nothing stale', async () => {
    const { client } = createClient({}, failing(409))
    const queryClient = new QueryClient()
    const { queryKey } = queryFor(client, getCustomerInventory, {})
    queryClient.setQueryData(queryKey, {})
    await expect(mutate(queryClient, mutationFor(client, createReferral), { campaignId: 1 })).rejects.toMatchObject({ code: 'conflict' })
    expect(stateOf(queryClient, queryKey)).toBe(false)
  })

  test('has what it made stale read again by those who look at it', async () => {
    const { client, paths } = createClient()
    const queryClient = new QueryClient()
    const options = queryFor(client, getCustomerInventory, { coupons: true })
    await queryClient.prefetchQuery(options)
    const { QueryObserver } = await import('@tanstack/react-query')
    const unsubscribe = new QueryObserver(queryClient, { ...options, staleTime: Infinity }).subscribe(() => {})
    await mutate(queryClient, mutationFor(client, createCouponReservation), { couponValue: 'SAVE' })
    await vi.waitFor(() => expect(stateOf(queryClient, options.queryKey)).toBe(false))
    unsubscribe()
    const read = 'GET /talon-one/v1/customer_profiles/me/inventory?coupons=true'
    expect(paths()).toEqual([read, 'POST /talon-one/v1/coupon_reservations/SAVE', read])
  })
})

describe('what a write makes stale', () => {
  const shop = createClient({ scope: 'shop' }).client
  const anna = shop.withProfile('anna')
  const ben = shop.withProfile('ben')
  const elsewhere = createClient({ scope: 'elsewhere' }).client.withProfile('anna')

  const reads = {
    'anna’s wallet': queryKeyFor(anna, getCustomerInventory, {}),
    'anna’s coupons': queryKeyFor(anna, getCustomerInventory, { coupons: true }),
    'anna’s wallet as staff sees it': queryKeyFor(ben, getCustomerInventory, { integrationId: 'anna' }),
    'ben’s wallet': queryKeyFor(ben, getCustomerInventory, {}),
    'my wallet': queryKeyFor(shop, getCustomerInventory, {}),
    'the cart': queryKeyFor(anna, getCustomerSession, { customerSessionId: 'cart' }),
    'another cart': queryKeyFor(anna, getCustomerSession, { customerSessionId: 'other' }),
    'the holders of SAVE': queryKeyFor(shop, getReservedCustomers, { couponValue: 'SAVE' }),
    'anna’s wallet in another shop': queryKeyFor(elsewhere, getCustomerInventory, {}),
    'the cart in another shop': queryKeyFor(elsewhere, getCustomerSession, { customerSessionId: 'cart' }),
    'something of the app': ['talon', 'shop', 'anna', 'getCustomerInventory', {}],
  }
  const annas = ['anna’s wallet', 'anna’s coupons', 'anna’s wallet as staff sees it', 'my wallet'] as const
  const wallets = [...annas, 'ben’s wallet'] as const

  async function staleAfter<E extends WriteEndpoint>(client: TalonOne, endpoint: E, input: InputOf<E>): Promise<string[]> {
    const queryClient = new QueryClient()
    for (const key of Object.values(reads)) queryClient.setQueryData<unknown>(key, {})
    await mutate(queryClient, mutationFor(client, endpoint), input)
    return Object.entries(reads)
      .filter(([, key]) => stateOf(queryClient, key))
      .map(([name]) => name)
      .toSorted()
  }

  test.for<[string, () => Promise<string[]>, readonly (keyof typeof reads)[]]>([
    ['a cart of one profile', () => staleAfter(anna, updateCustomerSessionV2, save), [...annas, 'the cart']],
    [
      'a cart whose input names the profile',
      () => staleAfter(shop, updateCustomerSessionV2, { ...save, customerSession: { profileId: 'anna' } }),
      [...annas, 'the cart'],
    ],
    [
      'an anonymous cart',
      () => staleAfter(ben, updateCustomerSessionV2, { ...save, customerSession: { profileId: '' } }),
      ['ben’s wallet', 'my wallet', 'the cart'],
    ],
    ['a cart of whoever the proxy says I am', () => staleAfter(shop, updateCustomerSessionV2, save), [...wallets, 'the cart']],
    ['a cart nobody looks at', () => staleAfter(anna, updateCustomerSessionV2, { ...save, customerSessionId: 'third' }), annas],
    ['a referral', () => staleAfter(anna, createReferral, { campaignId: 1 }), annas],
    [
      'a referral of somebody else',
      () => staleAfter(anna, createReferral, { campaignId: 1, advocateProfileIntegrationId: 'ben' }),
      ['ben’s wallet', 'my wallet'],
    ],
    ['a reservation', () => staleAfter(anna, createCouponReservation, { couponValue: 'SAVE' }), [...annas, 'the holders of SAVE']],
    [
      'a reservation for two',
      () => staleAfter(shop, createCouponReservation, { couponValue: 'SAVE', integrationIDs: ['ben', 'carl'] }),
      ['ben’s wallet', 'my wallet', 'the holders of SAVE'],
    ],
    [
      'an erased profile',
      () => staleAfter(shop, deleteCustomerData, { integrationId: 'anna' }),
      [...annas, 'the cart', 'another cart', 'the holders of SAVE'],
    ],
    // Staff: whom it touches is not where a client could know it, so every profile's reads are in doubt.
    ['profiles by the list', () => staleAfter(ben, updateCustomerProfilesV2, { customerProfiles: [{ integrationId: 'anna' }] }), wallets],
    ['audiences by the list', () => staleAfter(ben, updateCustomerProfileAudiences, { data: [] }), wallets],
    [
      'referrals by the list',
      () => staleAfter(ben, createReferralsForMultipleAdvocates, { campaignId: 1, usageLimit: 1, advocateProfileIntegrationIds: ['anna'] }),
      wallets,
    ],
    ['a V1 cart that names nobody', () => staleAfter(ben, updateCustomerSession, { customerSessionId: 'cart' }), [...wallets, 'the cart']],
    [
      'a V1 event of one session',
      () => staleAfter(shop, trackEvent, { type: 'visit', attributes: {}, sessionId: 'cart', profileId: 'anna' }),
      [...annas, 'the cart'],
    ],
  ])('%s: exactly the reads of that profile and session, in that shop', async ([, write, stale]) => {
    expect(await write()).toEqual([...stale].toSorted())
  })

  test('is what its row says', async () => {
    const known: Endpoint = updateCustomerSessionV2
    expect(known.stale).toEqual(['getCustomerSession', 'getCustomerInventory'])
    const silent: WriteEndpoint = { ...updateCustomerSessionV2, stale: [] }
    expect(await staleAfter(anna, silent, save)).toEqual([])
  })
})
