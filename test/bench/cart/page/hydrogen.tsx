/** The cart of `@shopify/hydrogen-react`, as its documentation shows it. */
import { CartProvider, ShopifyProvider, useCart } from '@shopify/hydrogen-react'
import { createRoot } from 'react-dom/client'
import type { Show } from './main.ts'
import { lineMarkup, type ShownLine, totalsMarkup } from './markup.tsx'

export const show: Show = (root, sessionId) => {
  // Where it finds the cart of an earlier visit.
  localStorage.setItem('shopifyCartId', sessionId)
  createRoot(root).render(
    <ShopifyProvider
      storeDomain={location.origin}
      storefrontToken="a public token"
      storefrontApiVersion="2026-04"
      countryIsoCode="US"
      languageIsoCode="EN"
    >
      <CartProvider numCartLines={1000}>
        <Cart />
      </CartProvider>
    </ShopifyProvider>,
  )
}

function Cart() {
  const { lines = [], cost, totalQuantity = 0, status, linesUpdate } = useCart()
  if (status === 'uninitialized' || status === 'fetching') return null
  return (
    <>
      <ul>
        {lines.map((line) => {
          const { id = '', quantity = 0, merchandise, cost: lineCost } = line ?? {}
          return (
            <Line
              key={id}
              line={{ key: id, name: merchandise?.title ?? '', quantity, total: Number(lineCost?.totalAmount?.amount) }}
              setQuantity={(next) => linesUpdate([{ id, quantity: next }])}
            />
          )
        })}
      </ul>
      {totalsMarkup({ units: totalQuantity, total: Number(cost?.totalAmount?.amount), isConfirmed: status === 'idle' })}
    </>
  )
}

function Line({ line, setQuantity }: { line: ShownLine; setQuantity: (quantity: number) => void }) {
  return lineMarkup(line, setQuantity)
}
