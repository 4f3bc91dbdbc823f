/** The devtools panel: what it tells of a cart, what it keeps to itself, and where it is nothing. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { type ReactNode, StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { TalonOneProvider, useCart, useCartActions } from 'talon-one-react'
import { CartDevtools } from 'talon-one-react/devtools'
import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { effect, type TalonOneServer } from '../talon-one.ts'
import { bread, click, hushed, hydratePage, openServer, settle, Shop, shopOf } from './open-shop.tsx'

afterEach(cleanup)
afterEach(() => vi.unstubAllEnvs())

// A page loads it after the first render, which a clock that moves only when told to does not wait for.
beforeAll(() => import('../../src/devtools/panel.tsx'))

const panelOf = () => screen.queryByRole('region', { name: 'Cart devtools' })
const facts = () => panelOf()?.querySelector('dl')?.textContent ?? ''
const events = () =>
  within(panelOf() ?? document.body)
    .getAllByRole('listitem')
    .map(({ textContent }) => textContent)
const open = () => fireEvent.click(screen.getByRole('button', { name: /^Cart: / }))

async function openPage(server: TalonOneServer, page: ReactNode = <CartDevtools />) {
  const view = render(
    <>
      <Buttons />
      {page}
    </>,
    { wrapper: shopOf(server, { clock: server.clock }) },
  )
  await settle(server)
  return view
}

test('tells of edits, requests and the effects that answers bring and take away, by name only', async () => {
  const server = openServer()
  server.verdicts = { 'SECRET-CODE': 'accepted' }
  server.rules = ({ couponCodes = [] }) => (couponCodes.length > 0 ? [effect('setDiscount', { name: 'Ten', value: 1 })] : [])
  server.latency = 120
  await openPage(server)
  open()
  await act(() => server.clock.advance(120))
  click('apply')
  await act(() => server.clock.advance(500))
  click('remove')
  await act(() => server.clock.advance(500))
  expect(events()).toEqual([
    expect.stringMatching(/Revision 3:lost acceptCoupon, campaign 1, rulelost setDiscount, campaign 1, rule$/),
    'lost acceptCoupon, campaign 1, rule',
    'lost setDiscount, campaign 1, rule',
    expect.stringMatching(/PUT with 1 edit: ok, 120 ms$/),
    expect.stringMatching(/removeCoupon: ok, \d+ ms $/),
    expect.stringMatching(/Revision 2:gained acceptCoupon, campaign 1, rulegained setDiscount, campaign 1, rule$/),
    'gained acceptCoupon, campaign 1, rule',
    'gained setDiscount, campaign 1, rule',
    expect.stringMatching(/PUT with 1 edit: ok, 120 ms$/),
    expect.stringMatching(/applyCoupon: ok, 120 ms $/),
    expect.stringMatching(/Revision 1, the same effects$/),
    expect.stringMatching(/\+0\.00 s GET: ok, 120 ms$/),
  ])
  expect(facts()).toContain('Last request120 msMedian request120 ms')
})

test('hides what the shopper wrote until it is asked for', async () => {
  const server = openServer()
  await openPage(server)
  open()
  click('apply')
  click('engrave')
  await settle(server)
  const html = () => document.body.innerHTML
  expect(events().join()).toContain('applyCoupon')
  for (const value of ['SECRET-CODE', 'BREAD', 'for Ada', 'cart"']) expect(html()).not.toContain(value)
  const toggle = screen.getByRole('button', { name: 'Show values' })
  fireEvent.click(toggle)
  expect(toggle.getAttribute('aria-pressed')).toBe('true')
  for (const value of ['SECRET-CODE', 'BREAD', 'for Ada']) expect(html()).toContain(value)
  fireEvent.click(toggle)
  expect(html()).not.toContain('SECRET-CODE')
})

test('says what waits, what fails and what may still land', async () => {
  const server = openServer()
  await openPage(server)
  open()
  server.script('PUT', { status: 400 })
  click('add')
  await settle(server)
  expect(events()).toContainEqual(expect.stringMatching(/PUT with 1 edit: bad_request 400, 0 ms$/))
  expect(events()).toContainEqual(expect.stringMatching(/add: bad_request 400, 0 ms $/))
  expect(facts()).toContain('Errorbad_request')
  server.script('PUT', 'hold')
  click('add')
  await act(() => server.clock.advance(500))
  click('add')
  expect(events().filter((text) => text?.includes('add: waits'))).toHaveLength(2)
  expect(events()).toContainEqual(expect.stringMatching(/PUT with 1 edit: on its way$/))
  expect(screen.getByRole('button', { name: 'Cart: sending, revision 1, 2 edits waiting' })).toBeDefined()
  expect(facts()).toContain('Edits that wait2')
  expect(facts()).toContain('Writes that may still land1')
})

test('keeps the last 200, shows 20 of them, and all on request', async () => {
  const server = openServer()
  await openPage(server)
  server.always('hang')
  for (let nth = 0; nth < 210; nth++) click('add')
  open()
  await settle(server)
  expect(events()).toHaveLength(20)
  click('Show all 200')
  expect(events()).toHaveLength(200)
  click('Clear')
  expect(screen.getByText('Nothing has happened yet.')).toBeDefined()
})

test('starts from what a cart has when it comes later, and records from then on', async () => {
  const server = openServer()
  server.rules = () => [effect('setDiscount', { name: 'Ten', value: 1 })]
  const { rerender } = await openPage(server, <Units />)
  rerender(
    <>
      <Buttons />
      <CartDevtools />
    </>,
  )
  await settle(server)
  open()
  expect(events()).toEqual([
    expect.stringMatching(/Revision 1:gained setDiscount, campaign 1, rule$/),
    'gained setDiscount, campaign 1, rule',
  ])
  click('add')
  await settle(server)
  expect(events()).toContainEqual(expect.stringMatching(/PUT with 1 edit: ok/))
})

test('records everything once, however many look, and keeps it while nobody does', async () => {
  const server = openServer()
  const both = (
    <StrictMode>
      <CartDevtools />
      <CartDevtools />
    </StrictMode>
  )
  const { rerender } = await openPage(server, both)
  click('add')
  await settle(server)
  rerender(<Buttons />)
  rerender(
    <>
      <Buttons />
      <CartDevtools />
    </>,
  )
  await settle(server)
  open()
  expect(events().map((text) => text?.replace(/^\+\S+ s /, '').replace(/[:,].*/, ''))).toEqual([
    'Revision 2',
    'PUT with 1 edit',
    'add',
    'Revision 1',
    'GET',
  ])
})

test('is nothing in production', async () => {
  vi.stubEnv('NODE_ENV', 'production')
  const server = openServer()
  const { container } = render(<CartDevtools />, { wrapper: shopOf(server) })
  await settle(server)
  expect(container.innerHTML).toBe('')
  // Not even somebody who looks.
  expect(server.requests).toEqual([])
})

test('is nothing on a server, and comes without a difference', async () => {
  const server = openServer()
  const page = () => (
    <Shop client={server.client} queryClient={new QueryClient()}>
      <CartDevtools />
    </Shop>
  )
  const html = renderToString(page())
  expect(html).toBe('')
  const { problems } = await hydratePage(html, page())
  await settle(server)
  expect(panelOf()).not.toBeNull()
  expect(problems).toEqual([])
})

test('is about another cart where it says so', async () => {
  const server = openServer()
  server.write('other', {})
  server.write('other', {})
  await openPage(server, <CartDevtools sessionId="other" />)
  expect(screen.getByRole('button', { name: 'Cart: idle, revision 2, 0 edits waiting' })).toBeDefined()
})

test.each([
  ['missing_provider', undefined],
  ['invalid_session_id', openServer().client],
])('says %s', (code, client) => {
  const { restore } = hushed()
  const panel = client ? (
    <TalonOneProvider client={client}>
      <CartDevtools />
    </TalonOneProvider>
  ) : (
    <CartDevtools />
  )
  expect(() => render(<QueryClientProvider client={new QueryClient()}>{panel}</QueryClientProvider>)).toThrow(
    expect.objectContaining({ code }),
  )
  restore()
})

function Units() {
  return <p>{useCart({ select: (cart) => cart.quantity })} units</p>
}

function Buttons() {
  const { add, applyCoupon, removeCoupon, setItemAttributes } = useCartActions()
  return (
    <>
      <button onClick={() => add(bread)}>add</button>
      <button onClick={() => applyCoupon('SECRET-CODE')}>apply</button>
      <button onClick={() => removeCoupon('SECRET-CODE')}>remove</button>
      <button onClick={() => setItemAttributes('BREAD', { Engraving: 'for Ada' })}>engrave</button>
    </>
  )
}
