/** Pages whose cart's engine comes late, or not at all: each test has its own copy of the package, in which it has not been loaded. */
import { dehydrate, hydrate, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, render } from '@testing-library/react'
import { renderToString } from 'react-dom/server'
import { prerender } from 'react-dom/static'
import type * as Package from 'talon-one-react'
import { getCustomerSession, queryFor } from 'talon-one-react'
import { afterEach, expect, test, vi } from 'vitest'
import type { TalonOneServer } from '../talon-one.ts'
import { apple, hydratePage, openServer } from './open-shop.tsx'

const engine = '../../src/cart/engine.ts'

afterEach(() => {
  cleanup()
  vi.doUnmock(engine)
  vi.resetModules()
})

/** A copy of the package whose engine comes when `gate` opens. */
async function copyOf(gate: Promise<void>, server: TalonOneServer) {
  vi.resetModules()
  vi.doMock(engine, async (original) => {
    await gate
    return original<object>()
  })
  const copy = await import('talon-one-react')
  return { preloadCart: copy.preloadCart, Page: pageOf(copy, server) }
}

function pageOf({ TalonOneProvider, useCart }: typeof Package, { client, clock }: TalonOneServer) {
  function Cart() {
    const { lines, status, totals, error, add } = useCart()
    const shown = lines.map(({ name, quantity, total }) => `${name} ${quantity} ${total.status}`).join(', ')
    return (
      <button onClick={() => add(apple)}>{`${status}: ${shown}; ${totals.total.shown} ${totals.total.status} ${error?.code ?? ''}`}</button>
    )
  }
  return function Page({ queryClient }: { queryClient: QueryClient }) {
    return (
      <QueryClientProvider client={queryClient}>
        <TalonOneProvider client={client} sessionId="cart" platform={{ clock }}>
          <Cart />
        </TalonOneProvider>
      </QueryClientProvider>
    )
  }
}

/** A server that has two apples in its cart, what a page's server has read of it, and the same as it comes to a page. */
async function readCart() {
  const server = openServer()
  server.script('PUT', 'hold')
  server.write('cart', { cartItems: [{ ...apple, quantity: 2 }] })
  const read = new QueryClient()
  await read.prefetchQuery(queryFor(server.client, getCustomerSession, { customerSessionId: 'cart' }))
  const queryClient = new QueryClient()
  hydrate(queryClient, JSON.parse(JSON.stringify(dehydrate(read))))
  return { server, read, queryClient }
}

/** The page as a server renders it that has the engine. */
async function rendered(server: TalonOneServer, read: QueryClient): Promise<string> {
  const { Page, preloadCart } = await copyOf(Promise.resolve(), server)
  await preloadCart()
  return renderToString(<Page queryClient={read} />)
}

const ready = 'ready: Apple 2 answered; 5 confirmed '

test('what a server has rendered stays on the page until it can be read, and then goes on', async () => {
  const { server, read, queryClient } = await readCart()
  const html = await rendered(server, read)
  expect(html).toContain(ready)
  const gate = Promise.withResolvers<void>()
  const { Page, preloadCart } = await copyOf(gate.promise, server)
  const { page, problems } = await hydratePage(html, <Page queryClient={queryClient} />)
  expect(page.textContent).toBe(ready)
  gate.resolve()
  await act(() => preloadCart())
  expect(page.textContent).toBe(ready)
  await act(async () => page.querySelector('button')?.click())
  expect(page.textContent).toBe('ready: Apple 3 estimated; 7.5 estimated ')
  expect(problems).toEqual([])
})

test('a page that cannot load it starts over, and says so', async () => {
  const { server, read, queryClient } = await readCart()
  const html = await rendered(server, read)
  const { Page } = await copyOf(Promise.reject(new TypeError('Failed to fetch')), server)
  const { page } = await hydratePage(html, <Page queryClient={queryClient} />)
  await act(() => vi.waitFor(() => expect(page.textContent).toBe('loading: ; 0 stale not_loaded')))
})

test('a page that is not hydrated shows that it loads, and then what it has', async () => {
  const { server, queryClient } = await readCart()
  const gate = Promise.withResolvers<void>()
  const { Page, preloadCart } = await copyOf(gate.promise, server)
  const { container } = render(<Page queryClient={queryClient} />)
  expect(container.textContent).toBe('loading: ; 0 stale ')
  await act(async () => container.querySelector('button')?.click())
  expect(container.textContent).toBe('loading: Apple 1 stale; 2.5 stale ')
  gate.resolve()
  await act(() => preloadCart())
  expect(container.textContent).toBe('ready: Apple 3 estimated; 7.5 estimated ')
})

test('a server that streams waits for it, and has it from then on', async () => {
  const { server, read } = await readCart()
  const gate = Promise.withResolvers<void>()
  const { Page } = await copyOf(gate.promise, server)
  const streamed = prerender(<Page queryClient={read} />)
  gate.resolve()
  expect(await new Response((await streamed).prelude).text()).toContain(ready)
  expect(renderToString(<Page queryClient={read} />)).toContain(ready)
})

test('a server whose read has failed has nothing to wait for', async () => {
  const server = openServer()
  server.script('GET', { status: 404 })
  const read = new QueryClient()
  await read.prefetchQuery({ ...queryFor(server.client, getCustomerSession, { customerSessionId: 'cart' }), retry: false })
  const { Page } = await copyOf(new Promise(() => {}), server)
  expect(renderToString(<Page queryClient={read} />)).toContain('loading: ; 0 stale ')
})
