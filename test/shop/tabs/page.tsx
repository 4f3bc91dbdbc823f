/** A shop's page that says of its cart what a test wants to know, and edits it when a test says so. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useLayoutEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { type CartActions, type CartView, createTalonOne, TalonOneProvider, useCart } from 'talon-one-react'

/** What a page says of its cart. */
export interface Report {
  /** What is on screen: units by line. */
  shown: Record<string, number>
  /** Whether nothing waits, and every amount is the server's. */
  isAtRest: boolean
  revision: number
  durable: boolean
  error: string | undefined
  /** Verbs whose promises have not settled yet. */
  open: number
  /** The codes of the errors with which promises were rejected. */
  rejected: string[]
}

/** What a test may do in a page. */
export interface Shop {
  /** Calls a verb of the cart. Returns when, by the clock of this machine. */
  edit: (verb: Verb, ...given: readonly unknown[]) => number
  report: () => Report
  /** When so many units of a line were on screen first, or undefined. */
  shownAt: (key: string, units: number) => number | undefined
}

export type Verb = 'add' | 'setQuantity' | 'remove' | 'applyCoupon'

declare global {
  interface Window {
    shop?: Shop
  }
}

const search = new URLSearchParams(location.search)
const talonOne = createTalonOne()
const queryClient = new QueryClient()
const shown: { at: number; units: Record<string, number> }[] = []
const rejected: string[] = []
let open = 0

const now = () => performance.timeOrigin + performance.now()

function onScreen(): Record<string, number> {
  const lines = [...document.querySelectorAll<HTMLElement>('li')]
  return Object.fromEntries(lines.map(({ dataset, textContent }) => [dataset.key ?? '', Number(textContent)]))
}

function shopOf(cart: CartView & CartActions): Shop {
  return {
    edit(verb, ...given) {
      open++
      // The test knows what its verb takes.
      const call = cart[verb] as (...given: readonly unknown[]) => Promise<unknown>
      const at = now()
      call(...given)
        .catch((error: { code?: string }) => rejected.push(error.code ?? 'no error of the cart'))
        .finally(() => open--)
      return at
    },
    report: () => ({
      shown: onScreen(),
      isAtRest: cart.status === 'ready' && !cart.pending && cart.sync === 'idle' && cart.totals.total.status === 'confirmed',
      revision: cart.revision,
      durable: cart.durable,
      error: cart.error?.code,
      open,
      rejected,
    }),
    shownAt: (key, units) => shown.find((frame) => frame.units[key] === units)?.at,
  }
}

function Cart() {
  const cart = useCart()
  useLayoutEffect(() => {
    window.shop = shopOf(cart)
    shown.push({ at: now(), units: onScreen() })
  }, [cart])
  return (
    <ul>
      {cart.lines.map(({ key, quantity }) => (
        <li key={key} data-key={key}>
          {quantity}
        </li>
      ))}
    </ul>
  )
}

// So the page can be loaded without a network.
if (search.has('worker')) void navigator.serviceWorker.register('/worker.js')

createRoot(document.body.appendChild(document.createElement('main'))).render(
  <QueryClientProvider client={queryClient}>
    <TalonOneProvider client={talonOne} sessionId={search.get('session') ?? 'cart'}>
      <Cart />
    </TalonOneProvider>
  </QueryClientProvider>,
)
