import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { afterEach, beforeAll, expect, test } from 'vitest'
import {
  createCouponReservation,
  createTalonOne,
  isEffect,
  type TalonOne,
  TalonOneProvider,
  updateCustomerSessionV2,
  useCart,
} from 'talon-one-react'

// The demo's own server answers here: the real proxy over real HTTP, with a guest's cookie, prices from the demo's catalogue.

// A page of the shop hands out the guest's cookie; this one is Vitest's.
beforeAll(async () => void (await fetch('/shop/orders', { headers: { accept: 'text/html' } })))
afterEach(cleanup)

function Cart() {
  const cart = useCart()
  return (
    <>
      <button onClick={() => cart.add({ sku: 'coffee-ayla', name: 'Ayla', price: 1 })}>Add</button>
      <output>{`${cart.quantity} units, ${cart.totals.subtotal.status} ${cart.totals.subtotal.shown}, revision ${cart.revision}`}</output>
    </>
  )
}

function renderCart(client: TalonOne, container?: HTMLElement) {
  return render(
    <QueryClientProvider client={new QueryClient()}>
      <TalonOneProvider client={client} sessionId={crypto.randomUUID()}>
        <Cart />
      </TalonOneProvider>
    </QueryClientProvider>,
    container && { container },
  )
}

test('a cart goes through the proxy, which knows better what things cost', async () => {
  renderCart(createTalonOne())
  await userEvent.click(screen.getByRole('button', { name: 'Add' }))
  await screen.findByText('1 units, confirmed 14.5, revision 1')
})

test('a cart inside a shadow root works like any other', async () => {
  const host = document.body.appendChild(document.createElement('div'))
  const root = host.attachShadow({ mode: 'open' }).appendChild(document.createElement('div'))
  const view = renderCart(createTalonOne(), root)
  await userEvent.click(view.getByRole('button', { name: 'Add' }))
  await view.findByText('1 units, confirmed 14.5, revision 1')
  host.remove()
})

test('writes of two clients take turns through the locks of the browser', async () => {
  let running = 0
  let most = 0
  const client = () =>
    createTalonOne({
      onRequest: () => void (most = Math.max(most, ++running)),
      onResponse: () => void running--,
    })
  const customerSessionId = crypto.randomUUID()
  const customerSession = { cartItems: [{ sku: 'coffee-ayla', quantity: 1 }] }
  const write = (by: TalonOne) => by.send(updateCustomerSessionV2, { customerSessionId, customerSession })
  const clients = [client(), client()]
  await Promise.all([...clients, ...clients, ...clients, ...clients].map(write))
  expect(most).toBe(1)
})

test('codes with any character arrive through browser, server and proxy as they are', async () => {
  // A guest of its own for each write: one guest may try but ten codes in vain.
  const client = createTalonOne({ fetch: (input, init) => fetch(input, { ...init, credentials: 'omit' }) })
  const codes = ['a/b', 'a?b=c', 'a#b', '100%', '%2e%2e', 'two words', '..x', '💸', 'ü', "it's", 'a+b&c=d;e', '\\x']
  const customerSession = { cartItems: [{ sku: 'coffee-ayla', quantity: 1 }], couponCodes: codes.slice(0, 10) }
  const { effects } = await client.send(updateCustomerSessionV2, { customerSessionId: codes.join(), customerSession })
  const refused = effects.filter((effect) => isEffect(effect, 'rejectCoupon')).map(({ props }) => props.value)
  // This Application compares codes without case and keeps them in upper case.
  const sent = codes.slice(0, 10).map((code) => code.toUpperCase())
  // In the order of the codes: their place says nothing of whether there are such codes.
  expect(refused).toEqual(sent.toSorted())
  // In a path: an unknown code is not found, which says that it was looked for rather than misrouted.
  for (const couponValue of codes)
    await expect(client.send(createCouponReservation, { couponValue })).rejects.toMatchObject({ code: 'not_found' })
})

test('a browser is kept from Talon.One itself, and from its key', () => {
  expect(() => createTalonOne({ baseUrl: 'https://shop.europe-west1.talon.one' })).toThrow(
    expect.objectContaining({ code: 'invalid_config' }),
  )
  expect(() => createTalonOne({ headers: { authorization: 'ApiKey-v1 secret' } })).toThrow(
    expect.objectContaining({ code: 'invalid_config' }),
  )
})
