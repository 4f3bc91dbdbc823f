/** Pages that a server has rendered from a session it has read, and that a browser takes over while the cart goes on. */
import { dehydrate, hydrate, QueryClient } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { type ReactNode, Suspense, use } from 'react'
import { renderToString } from 'react-dom/server'
import {
  germanRejections,
  getCustomerSession,
  queryFor,
  useCart,
  useCartActions,
  useCartStatus,
  useCoupons,
  useLeaveGuard,
} from 'talon-one-react'
import { afterEach, expect, test } from 'vitest'
import { createMemoryStorage } from '../../src/cart/storage.ts'
import type { TalonOneServer } from '../talon-one.ts'
import { bread, hydratePage, openServer, settle, Shop, type ShopProps } from './open-shop.tsx'

afterEach(cleanup)

const sessionOf = ({ client }: TalonOneServer) => queryFor(client, getCustomerSession, { customerSessionId: 'cart' })

interface Rendered extends Pick<ShopProps, 'messages' | 'platform'> {
  children: ReactNode
}

/** Renders a page on a server that has read the session, and hydrates it in a browser that has read nothing yet. */
async function hydrateRead(server: TalonOneServer, { children, ...options }: Rendered, there: ReactNode = children) {
  const reader = new QueryClient()
  await reader.prefetchQuery(sessionOf(server))
  const shop = (queryClient: QueryClient, page: ReactNode) => (
    <Shop client={server.client} queryClient={queryClient} {...options}>
      {page}
    </Shop>
  )
  const html = renderToString(shop(reader, there))
  const queryClient = new QueryClient()
  hydrate(queryClient, JSON.parse(JSON.stringify(dehydrate(reader))))
  const hydrated = await hydratePage(html, shop(queryClient, children))
  return { html, ...hydrated, view: within(hydrated.page) }
}

test.each([
  ['its own texts', undefined, 'LATE: We do not know this code. Please check the spelling.'],
  ['texts of the shop', { ...germanRejections, CouponNotFound: 'Unbekannt.' }, 'LATE: Unbekannt.'],
])('a session with coupons: %s, there and here', async (_name, messages, said) => {
  const server = openServer()
  server.verdicts = { TEN: 'accepted' }
  server.write('cart', { couponCodes: ['TEN', 'LATE'] })
  const { html, page, problems } = await hydrateRead(server, { children: <Coupons />, ...(messages && { messages }) })
  expect(html).toBe(`<ul><li>TEN: accepted</li><li>${said}</li></ul>`)
  await settle(server)
  expect(page.textContent).toBe(`TEN: accepted${said}`)
  expect(problems).toEqual([])
})

test('edits that are made before all of a page has been taken over', async () => {
  const server = openServer()
  let open = () => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const page = (late: Promise<void>) => (
    <>
      <Adder />
      <Suspense>
        <Late gate={late}>
          <Cart />
        </Late>
      </Suspense>
    </>
  )
  // A promise that React can read at once.
  const read = Object.assign(Promise.resolve(), { status: 'fulfilled', value: undefined })
  const { html, page: shown, problems, view } = await hydrateRead(server, { children: page(gate) }, page(read))
  expect(html).toContain('Apple 1, Bread 1, ready, 0 waiting')
  server.script('PUT', 'hold')
  fireEvent.click(view.getByRole('button', { name: 'add bread' }))
  await settle(server)
  expect(shown.textContent).toContain('Apple 1, Bread 1, ready, 0 waiting')
  await act(async () => open())
  expect(shown.textContent).toContain('Apple 1, Bread 2, ready, 1 waiting')
  await act(() => server.release())
  expect(shown.textContent).toContain('Apple 1, Bread 2, ready, 0 waiting')
  expect(problems).toEqual([])
})

test('a cart whose edits have been kept from an earlier page', async () => {
  const server = openServer()
  const platform = { storage: createMemoryStorage(), clock: server.clock }
  server.script('PUT', 'unreachable')
  const earlier = render(
    <Shop client={server.client} queryClient={new QueryClient()} platform={platform}>
      <Adder />
      <Cart />
    </Shop>,
  )
  await settle(server)
  fireEvent.click(screen.getByRole('button', { name: 'add bread' }))
  await settle(server)
  expect(earlier.container.textContent).toContain('Bread 2, ready, 1 waiting')
  earlier.unmount()
  server.script('PUT', 'hold')
  const { html, page, problems } = await hydrateRead(server, { children: <Cart />, platform })
  expect(html).toContain('Apple 1, Bread 1, ready, 0 waiting')
  await settle(server)
  expect(page.textContent).toContain('Apple 1, Bread 2, ready, 1 waiting')
  expect(problems).toEqual([])
})

test.each([
  ['nobody has read', (_server: TalonOneServer, queryClient: QueryClient) => queryClient],
  [
    'a server could not read',
    async (server: TalonOneServer, queryClient: QueryClient) => {
      server.script('GET', { status: 404 })
      await queryClient.prefetchQuery({ ...sessionOf(server), retry: false })
    },
  ],
  [
    'a server has read something else instead of',
    (server: TalonOneServer, queryClient: QueryClient) => queryClient.setQueryData(sessionOf(server).queryKey, {} as never),
  ],
  [
    'a server has read without a list of codes',
    (server: TalonOneServer, queryClient: QueryClient) =>
      queryClient.setQueryData(sessionOf(server).queryKey, { customerSession: { cartItems: [], couponCodes: 7 } } as never),
  ],
])('status, guard and the verbs of a cart that %s', async (_name, prepare) => {
  const server = openServer()
  const page = (queryClient: QueryClient) => (
    <Shop client={server.client} queryClient={queryClient}>
      <Adder />
      <Cart />
    </Shop>
  )
  const read = new QueryClient()
  await prepare(server, read)
  const html = renderToString(page(read))
  expect(html).toContain(', loading, 0 waiting')
  const { page: shown, problems } = await hydratePage(html, page(new QueryClient()))
  await settle(server)
  expect(shown.textContent).toContain('Apple 1, Bread 1, ready, 0 waiting')
  expect(problems).toEqual([])
})

function Coupons() {
  return (
    <ul>
      {useCoupons().map((coupon) => (
        <li key={coupon.code}>{`${coupon.code}: ${coupon.status === 'rejected' ? coupon.message : coupon.status}`}</li>
      ))}
    </ul>
  )
}

function Cart() {
  const lines = useCart({ select: (cart) => cart.lines.map(({ name, quantity }) => `${name} ${quantity}`) })
  const { status, pending } = useCartStatus()
  useLeaveGuard()
  return <p>{`${lines.join(', ')}, ${status}, ${pending} waiting`}</p>
}

function Adder() {
  const { add } = useCartActions()
  return <button onClick={() => add(bread)}>add bread</button>
}

function Late({ gate, children }: { gate: Promise<void>; children: ReactNode }) {
  use(gate)
  return children
}
