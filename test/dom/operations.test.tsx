/** The hooks of the operations, driven by the table: whatever holds for one holds for each. */
import {
  dehydrate,
  type DehydratedState,
  HydrationBoundary,
  QueryClient,
  QueryClientProvider,
  useSuspenseInfiniteQuery,
  useSuspenseQuery,
} from '@tanstack/react-query'
import { act, cleanup, render, renderHook, waitFor } from '@testing-library/react'
import { type ReactNode, Suspense } from 'react'
import {
  createTalonOne,
  infiniteQueryFor,
  type PagedEndpoint,
  queryFor,
  type ReadEndpoint,
  type TalonOne,
  TalonOneProvider,
  useCustomerInventory,
  useItemPreview,
  useSessionPreview,
  useTalonOne,
} from 'talon-one-react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Endpoint, recognise } from '../../src/endpoint.ts'
import * as endpoints from '../../src/endpoints.ts'
import { hooks, type Options, type Read, type Use } from './operation-hooks.ts'

const rows: readonly Endpoint[] = Object.values(endpoints)
const byName = Object.entries<Use>(hooks)
const readsByName = byName.filter(([, { kind }]) => kind !== 'write')
const isPaged = (row: ReadEndpoint): row is PagedEndpoint => 'skip?' in row.query

function rowOf(name: string): Endpoint {
  const row = rows.find(({ operationId }) => operationId === name)
  if (row) return row
  throw new Error(`There is no row ${name}`)
}

function readRowOf(name: string): ReadEndpoint {
  const row = rowOf(name)
  if (row.kind === 'read') return row
  throw new Error(`${name} is a write`)
}

/** What a shop of this name answers to a row, as its hook shows it. */
function shown(name: string, shop: string): unknown {
  const row = rowOf(name)
  if (row.kind === 'read' && isPaged(row)) return { pages: [pageOf(shop)], pageParams: [0] }
  return row.answer === 'list' ? [{ shop }] : { shop }
}

const pageOf = (shop: string) => ({ data: [{ shop }], hasMore: false, totalResultSize: 1 })

/** A shop whose answers carry its name; it tells what it was asked, by the rows. */
function createShop(shop = 'shop', { baseUrl = `/${shop}`, scope = baseUrl }: { baseUrl?: string; scope?: string } = {}) {
  const requests: Request[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    requests.push(request)
    const [name = ''] = recognisedBy(request)
    const row = rowOf(name)
    return Response.json(row.kind === 'read' && isPaged(row) ? pageOf(shop) : shown(name, shop))
  }
  const recognisedBy = ({ method, url }: Request) =>
    rows.filter((row) => recognise(row, method, new URL(url).pathname.replace(/^\/[a-z-]+/, ''))).map(({ operationId }) => operationId)
  return { client: createTalonOne({ fetch, baseUrl, scope }), requests, asked: () => requests.flatMap(recognisedBy) }
}

const never: typeof globalThis.fetch = () => new Promise(() => {})

interface PageProps {
  client?: TalonOne
  queryClient?: QueryClient
  children?: ReactNode
}

function Page({ client, queryClient = new QueryClient(), children }: PageProps) {
  const inside = client ? <TalonOneProvider client={client}>{children}</TalonOneProvider> : children
  return (
    <QueryClientProvider client={queryClient}>
      <Suspense fallback="loading">{inside}</Suspense>
    </QueryClientProvider>
  )
}

/** A component that uses a hook; where it writes, it does so at once. */
function show({ useInput }: Use, page: PageProps = {}, options?: Options) {
  const queryClient = page.queryClient ?? new QueryClient()
  const view = renderHook(() => useInput(options), {
    wrapper: ({ children }) => (
      <Page {...page} queryClient={queryClient}>
        {children}
      </Page>
    ),
  })
  act(() => view.result.current.mutate?.())
  return { ...view, queryClient }
}

// The default is to look every 50 ms.
const often = { interval: 2 }
const shows = (view: { result: { current: Read } }, data: unknown) => waitFor(() => expect(view.result.current.data).toEqual(data), often)

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

test('every row has a hook', () => {
  expect(Object.keys(hooks)).toEqual(Object.keys(hooks).filter((name) => rows.some(({ operationId }) => operationId === name)))
  expect(Object.keys(hooks).toSorted()).toEqual(rows.map(({ operationId }) => operationId).toSorted())
  for (const [name, { kind }] of byName) {
    const row = rowOf(name)
    expect([name, kind]).toEqual([name, row.kind === 'write' ? 'write' : isPaged(row) ? 'pages' : 'read'])
  }
})

describe.for(byName)('the hook of %s', ([name, use]) => {
  test('asks for that operation, once, and shows its answer', async () => {
    const { client, asked } = createShop()
    const view = show(use, { client })
    await shows(view, shown(name, 'shop'))
    expect(asked()).toEqual([name])
  })

  test('needs a provider, or a client of its own', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    expect(() => show(use)).toThrow(expect.objectContaining({ code: 'missing_provider' }))
    const { client, asked } = createShop()
    await shows(show(use, {}, { client }), shown(name, 'shop'))
    expect(asked()).toEqual([name])
  })

  test('asks whom it is told to rather than the provider’s client, and keeps its answer apart', async () => {
    const [one, two] = [createShop('one'), createShop('two')]
    const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
    await shows(show(use, { client: one.client, queryClient }, { client: two.client }), shown(name, 'two'))
    expect([one.asked(), two.asked()]).toEqual([[], [name]])
    await shows(show(use, { client: one.client, queryClient }), shown(name, 'one'))
    expect([one.asked(), two.asked()]).toEqual([[name], [name]])
    const scopes = [
      ...queryClient
        .getQueryCache()
        .getAll()
        .map(({ queryKey }) => queryKey),
      ...queryClient
        .getMutationCache()
        .getAll()
        .map(({ options }) => options.mutationKey ?? []),
    ].map(([, scope]) => scope)
    expect(scopes).toEqual(['/two', '/one'])
  })

  test('sends the headers and the query of its call', async () => {
    const { client, requests } = createShop()
    await shows(show(use, { client }, { headers: { 'x-tenant': 'one' }, query: { beta: true } }), shown(name, 'shop'))
    expect(requests[0]?.headers.get('x-tenant')).toBe('one')
    expect(new URL(requests[0]?.url ?? '').searchParams.get('beta')).toBe('true')
  })

  test('ends with its signal, and after its timeout', async () => {
    const client = createTalonOne({ fetch: never, scope: name })
    const aborted = show(use, { client }, { signal: AbortSignal.abort() })
    await waitFor(() => expect(aborted.result.current.error).toMatchObject({ code: 'aborted' }), often)
    const late = show(use, { client }, { timeout: 5, retry: false })
    await waitFor(() => expect(late.result.current.error).toMatchObject({ code: 'timeout' }), often)
  })
})

describe.for(readsByName)('the read %s', ([name, use]) => {
  const row = readRowOf(name)

  test('tells its query from others, and its headers not', async () => {
    const { client, requests } = createShop()
    const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
    for (const options of [{}, { headers: { 'x-tenant': 'one' } }, { query: { beta: true } }, { query: { beta: true }, timeout: 5000 }])
      await shows(show(use, { client, queryClient }, options), shown(name, 'shop'))
    expect(requests).toHaveLength(2)
    expect(queryClient.getQueryCache().getAll()).toHaveLength(2)
  })

  test('suspends a component until it is there', async () => {
    const { client, asked } = createShop()
    const usePages = (pagedRow: PagedEndpoint): unknown =>
      useSuspenseInfiniteQuery(infiniteQueryFor(useTalonOne(), pagedRow, use.input)).data
    const useRead = (): unknown => useSuspenseQuery(queryFor(useTalonOne(), row, use.input)).data
    const useRow = isPaged(row) ? () => usePages(row) : useRead
    const queryClient = new QueryClient()
    const { result } = renderHook(useRow, {
      wrapper: ({ children }) => (
        <Page client={client} queryClient={queryClient}>
          {children}
        </Page>
      ),
    })
    await waitFor(() => expect(result.current).toEqual(shown(name, 'shop')), often)
    expect(asked()).toEqual([name])
  })

  test('shows at once what a server has read, and asks for nothing', async () => {
    const server = createShop('server', { baseUrl: 'http://localhost/shop', scope: '/shop' })
    const ahead = new QueryClient()
    if (isPaged(row)) await ahead.prefetchInfiniteQuery(infiniteQueryFor(server.client, row, use.input))
    else await ahead.prefetchQuery(queryFor(server.client, row, use.input))
    const state: DehydratedState = JSON.parse(JSON.stringify(dehydrate(ahead)))
    const { client, asked } = createShop('shop')
    const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: 60_000 } } })
    const seen: unknown[] = []
    const useSeen = () => {
      const { data } = use.useInput()
      seen.push(data)
    }
    renderHook(useSeen, {
      wrapper: ({ children }) => (
        <Page client={client} queryClient={queryClient}>
          <HydrationBoundary state={state}>{children}</HydrationBoundary>
        </Page>
      ),
    })
    await act(() => new Promise((resolve) => setTimeout(resolve, 5)))
    expect(seen[0]).toEqual(shown(name, 'server'))
    expect([server.asked(), asked()]).toEqual([[name], []])
  })
})

describe('a provider', () => {
  test('says whose data is shown: another shopper sees nothing of the one before', async () => {
    const { client, requests } = createShop()
    const queryClient = new QueryClient()
    const seen: unknown[] = []
    const useCoupons = () => {
      const { data } = useCustomerInventory({ coupons: true })
      seen.push(data)
    }
    let profileId = 'anna'
    const view = renderHook(useCoupons, {
      wrapper: ({ children }) => (
        <QueryClientProvider client={queryClient}>
          <TalonOneProvider client={client} profileId={profileId}>
            {children}
          </TalonOneProvider>
        </QueryClientProvider>
      ),
    })
    await waitFor(() => expect(seen.at(-1)).toEqual({ shop: 'shop' }))
    profileId = 'ben'
    view.rerender()
    expect(seen.at(-1)).toBeUndefined()
    await waitFor(() => expect(seen.at(-1)).toEqual({ shop: 'shop' }))
    expect(requests.map(({ url }) => new URL(url).pathname.split('/').at(-2))).toEqual(['anna', 'ben'])
  })

  test('stands beside another: two shops on one page keep apart', async () => {
    const [one, two] = [createShop('one'), createShop('two')]
    const queryClient = new QueryClient()
    const views = [one, two, one].map(({ client }) => show(hooks.getCustomerInventory, { client, queryClient }))
    for (const [index, shop] of ['one', 'two', 'one'].entries()) {
      const view = views[index]
      if (view) await shows(view, { shop })
    }
    show(hooks.createCouponReservation, { client: two.client, queryClient })
    await waitFor(() => expect(two.asked().filter((name) => name === 'getCustomerInventory')).toHaveLength(2))
    expect(one.asked()).toEqual(['getCustomerInventory'])
  })
})

describe('a preview', () => {
  const answer = (request: Request) =>
    request.json().then(({ customerSession }) => ({ customerSession, effects: [], createdCoupons: [], createdReferrals: [] }))

  function createPreviews() {
    const requests: Request[] = []
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init)
      requests.push(request.clone())
      return Response.json(await answer(request))
    }
    return { client: createTalonOne({ fetch }), requests }
  }

  const previews: [string, (options?: Options) => Read][] = [
    [
      'useSessionPreview',
      (options) => useSessionPreview({ customerSession: { cartItems: [{ sku: 'tea', quantity: 2, price: 4 }] } }, options),
    ],
    ['useItemPreview', (options) => useItemPreview({ item: { sku: 'tea', price: 4 } }, options)],
    ['useItemPreview, joint', (options) => useItemPreview({ item: { sku: 'tea', price: 4 }, joint: true }, options)],
  ]

  test.for(previews)('%s asks for a dry run, and not again by who comes back', async ([, useInput]) => {
    const { client, requests } = createPreviews()
    const queryClient = new QueryClient()
    for (const options of [{}, { headers: { 'x-tenant': 'one' } }]) {
      const view = renderHook(() => useInput(options), {
        wrapper: ({ children }) => (
          <Page client={client} queryClient={queryClient}>
            {children}
          </Page>
        ),
      })
      await waitFor(() => expect(view.result.current.data).toBeDefined())
      view.unmount()
    }
    expect(requests.map(({ method, url }) => `${method} ${new URL(url).search}`)).toEqual(['PUT ?dry=true'])
  })

  test.for(previews)('%s needs a provider, or a client of its own, and keeps to its overrides', async ([, useInput]) => {
    vi.spyOn(console, 'error').mockReturnValue()
    expect(() => renderHook(() => useInput(), { wrapper: Page })).toThrow(expect.objectContaining({ code: 'missing_provider' }))
    const { client, requests } = createPreviews()
    const options = { client, headers: { 'x-tenant': 'one' }, query: { beta: true } }
    const view = renderHook(() => useInput(options), { wrapper: Page })
    await waitFor(() => expect(view.result.current.data).toBeDefined())
    expect(requests.map(({ headers, url }) => [headers.get('x-tenant'), new URL(url).search])).toEqual([['one', '?dry=true&beta=true']])
  })

  test('of 48 cards that show 12 products asks 12 times, or once together', async () => {
    for (const [joint, expected] of [
      [false, 12],
      [true, 1],
    ] as const) {
      const { client, requests } = createPreviews()
      const Card = ({ sku }: { sku: string }) => {
        const { data } = useItemPreview({ item: { sku, price: 4 }, joint }, { select: ({ total }) => total })
        return <p>{data}</p>
      }
      const cards = Array.from({ length: 48 }, (_, index) => <Card key={index} sku={`tea-${index % 12}`} />)
      const view = render(<Page client={client}>{cards}</Page>)
      await waitFor(() => expect(view.getAllByText('4')).toHaveLength(48))
      expect(requests).toHaveLength(expected)
      view.unmount()
    }
  })
})
