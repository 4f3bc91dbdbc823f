import { dehydrate, hydrate, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { type ComponentType, Profiler, type ReactNode, StrictMode, Suspense, use } from 'react'
import { renderToString } from 'react-dom/server'
import {
  createTalonOne,
  englishRejections,
  getCustomerSession,
  queryFor,
  type RejectionMessages,
  TalonOneProvider,
  useCart,
  useCartActions,
  useCartLine,
  useCartStatus,
  useCoupons,
  useCustomerInventory,
  useLeaveGuard,
  useReserveCoupon,
  useTalonOne,
} from 'talon-one-react'
import { createSandbox } from 'talon-one-react/sandbox'
import { afterEach, describe, expect, test } from 'vitest'
import { createServer } from '../talon-one.ts'
import { apple, bread, click, count, hushed, hydratePage, openServer, settle, Shop, shopOf } from './open-shop.tsx'

afterEach(cleanup)

function CartView() {
  const cart = useCart()
  return (
    <section aria-label="cart" data-status={cart.status}>
      {cart.lines.map((line) => (
        <p key={line.key}>
          {line.name}: {line.quantity}
          <button onClick={() => cart.setQuantity(line.key, line.quantity + 1)}>more {line.name}</button>
        </p>
      ))}
      <output>{`${cart.totals.total.shown} ${cart.totals.total.status}`}</output>
      <button onClick={() => cart.add(bread)}>add bread</button>
    </section>
  )
}

function Refusals() {
  return useCoupons().map((coupon) => (coupon.status === 'rejected' ? coupon.message : coupon.status))
}

const cartText = () => screen.getByRole('region', { name: 'cart' }).textContent

describe('without a provider', () => {
  const hooks: Record<string, ComponentType> = {
    useCart: function Whole() {
      return useCart().status
    },
    useCartLine: function Line() {
      return useCartLine('APPLE')?.key
    },
    useCoupons: function Coupons() {
      return useCoupons().length
    },
    useCartActions: function Actions() {
      return typeof useCartActions().add
    },
    useCartStatus: function Status() {
      return useCartStatus().sync
    },
    useLeaveGuard: function Guard() {
      useLeaveGuard()
      return null
    },
    useTalonOne: function Client() {
      return useTalonOne().scope
    },
    useCustomerInventory: function Inventory() {
      return useCustomerInventory({ coupons: true }).status
    },
  }

  test.each(Object.entries(hooks))('%s says what is missing', (_name, Component) => {
    const { restore } = hushed()
    const inQueries = (children: ReactNode) => <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>
    expect(() => render(inQueries(<Component />))).toThrow(expect.objectContaining({ code: 'missing_provider' }))
    restore()
  })

  test.each([undefined, '', '..'])('a cart cannot be about the session id %j', (sessionId) => {
    const { restore } = hushed()
    const { client } = createServer()
    expect(() =>
      render(
        <QueryClientProvider client={new QueryClient()}>
          <TalonOneProvider client={client} {...(sessionId !== undefined && { sessionId })}>
            <CartView />
          </TalonOneProvider>
        </QueryClientProvider>,
      ),
    ).toThrow(expect.objectContaining({ code: 'invalid_session_id' }))
    restore()
  })
})

describe('useCart', () => {
  test('shows the cart, and an edit in the same tick as the click', async () => {
    const server = openServer()
    render(<CartView />, { wrapper: shopOf(server) })
    expect(screen.getByRole('region').dataset.status).toBe('loading')
    await settle(server)
    expect(cartText()).toContain('Apple: 1')
    expect(screen.getByRole('status').textContent).toBe('6.5 confirmed')
    server.script('PUT', 'hold')
    click('more Apple')
    expect(cartText()).toContain('Apple: 2')
    expect(screen.getByRole('status').textContent).toBe('9 estimated')
    await settle(server)
    await act(() => server.release())
    expect(screen.getByRole('status').textContent).toBe('9 confirmed')
    expect(server.sessions.get('cart')?.cartItems[0]?.quantity).toBe(2)
  })

  test('shares one cart among all who look', async () => {
    const server = openServer()
    render(
      <>
        {[1, 2, 3, 4].map((nth) => (
          <CartView key={nth} />
        ))}
        <Line sku="APPLE" />
      </>,
      { wrapper: shopOf(server) },
    )
    await settle(server)
    expect(count(server, 'GET')).toBe(1)
    fireEvent.click(screen.getAllByRole('button', { name: 'more Apple' })[2] ?? document.body)
    expect(screen.getAllByText(/Apple: 2/)).toHaveLength(4)
    expect(screen.getByText('APPLE × 2')).toBeDefined()
    await settle(server)
    expect(count(server, 'PUT')).toBe(1)
  })

  test('is the same cart in a provider that is mounted again, with the edits that wait', async () => {
    const server = openServer()
    const queryClient = new QueryClient()
    server.always('hang')
    const first = render(<CartView />, { wrapper: ({ children }) => Shop({ client: server.client, queryClient, children }) })
    click('add bread')
    first.unmount()
    render(<CartView />, { wrapper: ({ children }) => Shop({ client: server.client, queryClient, children }) })
    expect(cartText()).toContain('Bread: 1')
  })

  test('loses nothing when somebody makes a client anew on every render', async () => {
    const server = openServer()
    const queryClient = new QueryClient()
    const shop = () => (
      <Shop client={createTalonOne({ baseUrl: 'https://shop.example/talon-one', fetch: server.fetch })} queryClient={queryClient}>
        <CartView />
      </Shop>
    )
    const { rerender } = render(shop())
    click('add bread')
    rerender(shop())
    click('add bread')
    rerender(shop())
    expect(cartText()).toContain('Bread: 2')
  })

  test('speaks the language of its provider, also when that changes', async () => {
    const server = openServer()
    const queryClient = new QueryClient()
    server.write('cart', { couponCodes: ['SUMMER'] })
    const shop = (messages: RejectionMessages) => (
      <QueryClientProvider client={queryClient}>
        <TalonOneProvider client={server.client} sessionId="cart" messages={messages}>
          <Refusals />
        </TalonOneProvider>
      </QueryClientProvider>
    )
    const { rerender, container } = render(shop(englishRejections))
    await settle(server)
    expect(container.textContent).toBe('We do not know this code. Please check the spelling.')
    rerender(shop({ ...englishRejections, CouponNotFound: 'Diesen Code kennen wir nicht.' }))
    expect(container.textContent).toBe('Diesen Code kennen wir nicht.')
  })

  test('with a session id of its own is about that cart', async () => {
    const server = openServer()
    server.write('other', { cartItems: [{ ...apple, quantity: 9 }] })
    render(<OtherCart />, { wrapper: shopOf(server) })
    await settle(server)
    expect(screen.getByText('other: 9')).toBeDefined()
    expect(server.requests.map(({ path }) => path)).toEqual(['/talon-one/v2/customer_sessions/other'])
  })

  test('shows why the cart cannot be read, and tries again when asked', async () => {
    const server = openServer()
    server.script('GET', { status: 401 })
    render(<Trouble />, { wrapper: shopOf(server) })
    await settle(server)
    expect(screen.getByRole('alert').textContent).toBe('unauthenticated')
    click('try again')
    await settle(server)
    expect(screen.queryByRole('alert')).toBeNull()
  })
})

describe('a component renders again only when its part has changed', () => {
  const parts: Record<string, ComponentType> = {
    apple: () => <Line sku="APPLE" />,
    bread: () => <Line sku="BREAD" />,
    coupons: Coupons,
    actions: Actions,
    units: Units,
    skus: Skus,
    whole: CartView,
  }

  async function openParts() {
    const server = openServer()
    server.verdicts = { TEN: 'accepted' }
    const renders: Record<string, number> = {}
    const onRender = (id: string) => {
      renders[id] = (renders[id] ?? 0) + 1
    }
    render(
      <>
        {Object.entries(parts).map(([id, Part]) => (
          <Profiler key={id} id={id} onRender={onRender}>
            <Part />
          </Profiler>
        ))}
      </>,
      { wrapper: shopOf(server) },
    )
    await settle(server)
    server.always('hold')
    /** Which parts render while something is done. */
    const during = async (task: () => unknown) => {
      for (const id of Object.keys(renders)) renders[id] = 0
      await act(async () => void (await task()))
      return Object.keys(parts).filter((id) => renders[id] !== 0)
    }
    return { server, during }
  }

  test('a line, a selection, the coupons, the verbs', async () => {
    const { server, during } = await openParts()
    // The first edit puts every amount in doubt; from then on, only what it changes.
    await during(() => click('more Apple'))
    expect(await during(() => click('more Apple'))).toEqual(['apple', 'units', 'whole'])
    expect(await during(() => click('more Bread'))).toEqual(['bread', 'units', 'whole'])
    expect(await during(() => click('apply TEN'))).toContain('coupons')
    // One edit more waits, which is all that changes.
    expect(await during(() => click('apply TEN'))).toEqual(['whole'])
    expect(await during(() => click('more Apple'))).toEqual(['apple', 'units', 'whole'])
    await during(() => server.clock.settle())
    expect(await during(() => server.release({ status: 400 }))).toEqual(['whole'])
  })

  test('a selection of one that is new every time, when its parts are the same', async () => {
    const { during } = await openParts()
    await during(() => click('more Apple'))
    expect(await during(() => click('more Apple'))).not.toContain('skus')
    expect(await during(() => click('add pear'))).toContain('skus')
  })
})

test('StrictMode sends nothing twice', async () => {
  const server = openServer()
  const Wrapper = shopOf(server)
  render(
    <StrictMode>
      <Wrapper>
        <CartView />
        <CartView />
      </Wrapper>
    </StrictMode>,
  )
  await settle(server)
  expect(count(server, 'GET')).toBe(1)
  fireEvent.click(screen.getAllByRole('button', { name: 'add bread' })[0] ?? document.body)
  await settle(server)
  expect(count(server, 'PUT')).toBe(1)
  expect(server.sessions.get('cart')?.cartItems[1]?.quantity).toBe(2)
})

describe('nothing of one is shown to another', () => {
  test('session: a new id starts with an empty view, the old cart is kept for its return', async () => {
    const server = openServer()
    server.write('next', { cartItems: [{ ...bread, quantity: 7 }] })
    const queryClient = new QueryClient()
    const shop = (sessionId: string) => (
      <Shop client={server.client} queryClient={queryClient} sessionId={sessionId}>
        <CartView />
      </Shop>
    )
    const { rerender } = render(shop('cart'))
    await settle(server)
    server.script('PUT', 'hold')
    click('more Apple')
    rerender(shop('next'))
    expect(cartText()).not.toContain('Apple')
    expect(screen.getByRole('region').dataset.status).toBe('loading')
    await settle(server)
    expect(cartText()).toContain('Bread: 7')
    rerender(shop('cart'))
    expect(cartText()).toContain('Apple: 2')
    await act(() => server.release())
    expect(server.sessions.get('next')?.cartItems).toMatchObject([{ sku: 'BREAD', quantity: 7 }])
  })

  test('profile: another one starts with an empty view, also when the answer to the former comes late', async () => {
    const server = openServer()
    const queryClient = new QueryClient()
    const shop = (profileId: string) => (
      <Shop client={server.client} queryClient={queryClient} profileId={profileId}>
        <CartView />
      </Shop>
    )
    const { rerender } = render(shop('ada'))
    await settle(server)
    server.script('PUT', 'hold')
    click('more Apple')
    await settle(server)
    server.sessions.delete('cart')
    rerender(shop('ben'))
    expect(cartText()).not.toContain('Apple')
    await settle(server)
    expect(screen.getByRole('region').dataset.status).toBe('ready')
    await act(() => server.release())
    expect(cartText()).not.toContain('Apple')
    click('add bread')
    await settle(server)
    expect(server.puts.map(({ session }) => session?.profileId)).toEqual(['ada', 'ben'])
  })
})

test('signing out by clearing the cache: what waited is given up, and the next shopper starts with a cart of their own', async () => {
  const server = openServer()
  const queryClient = new QueryClient()
  const shop = () => (
    <Shop client={server.client} queryClient={queryClient}>
      <CartView />
    </Shop>
  )
  const { rerender } = render(shop())
  await settle(server)
  server.always({ status: 401 })
  click('add bread')
  await settle(server)
  expect(cartText()).toContain('Bread: 2')
  await act(async () => queryClient.clear())
  server.sessions.delete('cart')
  server.always('answer')
  rerender(shop())
  await settle(server)
  expect(cartText()).not.toContain('Apple')
  click('add bread')
  await settle(server)
  await act(() => server.clock.advance(1000))
  expect(server.sessions.get('cart')?.cartItems.map(({ sku, quantity }) => [sku, quantity])).toEqual([['BREAD', 1]])
})

describe('on a server', () => {
  test('renders the loading state, sends nothing, and hydrates without a difference', async () => {
    const server = openServer()
    const html = renderToString(
      <Shop client={server.client} queryClient={new QueryClient()}>
        <CartView />
      </Shop>,
    )
    expect(html).toContain('data-status="loading"')
    await server.clock.settle()
    expect(server.requests).toHaveLength(0)
    const { page, problems } = await hydratePage(
      html,
      <Shop client={server.client} queryClient={new QueryClient()}>
        <CartView />
      </Shop>,
    )
    await settle(server)
    expect(page.textContent).toContain('Apple: 1')
    expect(problems).toEqual([])
  })

  test('a part that hydrates later starts from what the server rendered, although the cart has been read since', async () => {
    const server = openServer()
    const page = (gate: Promise<string>) => (
      <Shop client={server.client} queryClient={new QueryClient()}>
        <Units />
        <Suspense>
          <Late gate={gate} />
        </Suspense>
      </Shop>
    )
    const html = renderToString(page(settledPromise('late')))
    let open = (_value: string) => {}
    const gate = new Promise<string>((resolve) => {
      open = resolve
    })
    const hydrated = await hydratePage(html, page(gate))
    await settle(server)
    expect(hydrated.page.textContent).toBe('units: 2late: loading')
    await act(async () => open('late'))
    expect(hydrated.page.textContent).toBe('units: 2late: ready')
    expect(hydrated.problems).toEqual([])
  })

  test('a session that was read there shows at first render, there and here, and is not asked for again', async () => {
    const server = openServer()
    const there = new QueryClient()
    await there.prefetchQuery(queryFor(server.client, getCustomerSession, { customerSessionId: 'cart' }))
    const html = renderToString(
      <Shop client={server.client} queryClient={there}>
        <CartView />
      </Shop>,
    )
    expect(html).toContain('6.5 confirmed')
    const here = new QueryClient()
    hydrate(here, JSON.parse(JSON.stringify(dehydrate(there))))
    const { page, problems } = await hydratePage(
      html,
      <Shop client={server.client} queryClient={here}>
        <CartView />
      </Shop>,
    )
    expect(page.textContent).toContain('Apple: 1')
    await settle(server)
    expect(problems).toEqual([])
    expect(server.requests).toHaveLength(1)
  })
})

test('the wallet is read again after a reservation, and a coupon of it can be used', async () => {
  const sandbox = createSandbox()
  const client = createTalonOne({ baseUrl: 'http://shop.test', fetch: sandbox.fetch, profileId: 'ada' })
  const queryClient = new QueryClient()
  render(
    <Shop client={client} queryClient={queryClient}>
      <Wallet />
      <Coupons />
    </Shop>,
  )
  // The sandbox knows nobody who has not been there before.
  click('add pear')
  await waitFor(() => expect(sandbox.state.profiles.has('ada')).toBe(true))
  click('read')
  await screen.findByText('wallet:')
  click('reserve')
  await screen.findByText('wallet: WELCOME5')
  click('use')
  await screen.findByText('WELCOME5 accepted')
})

// Parts

function Line({ sku }: { sku: string }) {
  const line = useCartLine(sku)
  return <p>{line ? `${line.key} × ${line.quantity}` : 'no such line'}</p>
}

function Coupons() {
  return (
    <ul>
      {useCoupons().map(({ code, status }) => (
        <li key={code}>{`${code} ${status}`}</li>
      ))}
    </ul>
  )
}

function Actions() {
  const { add, applyCoupon } = useCartActions()
  return (
    <>
      <button onClick={() => add({ sku: 'PEAR', price: 1 })}>add pear</button>
      <button onClick={() => applyCoupon('TEN')}>apply TEN</button>
    </>
  )
}

function Units() {
  return <p>units: {useCart({ select: (cart) => cart.quantity })}</p>
}

function Skus() {
  return <p>{useCart({ select: (cart) => cart.lines.map(({ sku }) => sku) }).join()}</p>
}

function OtherCart() {
  return <p>other: {useCart({ sessionId: 'other', select: ({ quantity }) => quantity })}</p>
}

function Trouble() {
  const { error, retry } = useCart()
  return (
    <>
      {error && <p role="alert">{error.code}</p>}
      <button onClick={retry}>try again</button>
    </>
  )
}

function Late({ gate }: { gate: Promise<string> }) {
  const name = use(gate)
  const status = useCart({ select: (cart) => cart.status })
  return (
    <p>
      {name}: {status}
    </p>
  )
}

function Wallet() {
  const { data, refetch } = useCustomerInventory({ coupons: true }, { retry: false })
  const { mutate } = useReserveCoupon()
  const { applyCoupon } = useCartActions()
  const codes = data?.coupons?.map(({ value }) => value) ?? []
  return (
    <>
      <Actions />
      <button onClick={() => refetch()}>read</button>
      <button onClick={() => mutate({ couponValue: 'WELCOME5' })}>reserve</button>
      <button onClick={() => applyCoupon('WELCOME5')}>use</button>
      {data && <p>{`wallet: ${codes.join()}`.trim()}</p>}
    </>
  )
}

/** A promise that React can read at once. */
function settledPromise<Value>(value: Value): Promise<Value> {
  return Object.assign(Promise.resolve(value), { status: 'fulfilled', value })
}
