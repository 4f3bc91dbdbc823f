/**
 * The cart as the guide of TanStack Query teaches it (optimistic updates, via the cache): each click a PUT of the whole cart, shown
 * by `onMutate`, rolled back on an error, and read again afterwards.
 */
import { QueryClient, QueryClientProvider, useMutation, useQuery } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { type CustomerSessionV2, type Effect, priceCart } from 'talon-one-react'
import type { Show } from './main.ts'
import { lineMarkup, type ShownLine, totalsMarkup } from './markup.tsx'

export const show: Show = (root, sessionId) => {
  const queryClient = new QueryClient()
  // Outside of React: the recipe itself does not ask, and pays nothing for being asked.
  const tell = () => (root.dataset.confirmed = String(queryClient.isMutating() + queryClient.isFetching() === 0))
  queryClient.getQueryCache().subscribe(tell)
  queryClient.getMutationCache().subscribe(tell)
  createRoot(root).render(
    <QueryClientProvider client={queryClient}>
      <Cart sessionId={sessionId} />
    </QueryClientProvider>,
  )
}

interface Answer {
  customerSession: CustomerSessionV2
  effects: Effect[]
}

interface Change {
  sku: string
  quantity: number
}

function Cart({ sessionId }: { sessionId: string }) {
  const url = `/talon-one/v2/customer_sessions/${sessionId}`
  const queryKey = ['cart', sessionId]
  const { data } = useQuery({ queryKey, queryFn: () => request(url) })
  const { mutate } = useMutation({
    mutationFn: (change: Change) => {
      const customerSession = { cartItems: changed(data, change)?.customerSession.cartItems }
      return request(url, { method: 'PUT', body: JSON.stringify({ customerSession, responseContent: ['customerSession'] }) })
    },
    onMutate: async (change, { client }) => {
      await client.cancelQueries({ queryKey })
      const previous = client.getQueryData<Answer>(queryKey)
      client.setQueryData<Answer>(queryKey, (old) => changed(old, change))
      return { previous }
    },
    onError: (_error, _change, result, { client }) => {
      client.setQueryData(queryKey, result?.previous)
    },
    onSettled: (_data, _error, _change, _result, { client }) => client.invalidateQueries({ queryKey }),
  })
  if (data === undefined) return null
  // A hand-written cart prices by hand; this package's own function flatters it.
  const { lines, total } = priceCart(data.customerSession, data.effects)
  return (
    <>
      <ul>
        {lines.map(({ item, total: lineTotal }) => (
          <Line
            key={item.sku}
            line={{ key: item.sku, name: item.name ?? '', quantity: item.quantity, total: lineTotal }}
            setQuantity={(quantity) => mutate({ sku: item.sku, quantity })}
          />
        ))}
      </ul>
      {totalsMarkup({ units: lines.reduce((units, { item }) => units + item.quantity, 0), total })}
    </>
  )
}

function Line({ line, setQuantity }: { line: ShownLine; setQuantity: (quantity: number) => void }) {
  return lineMarkup(line, setQuantity)
}

function changed(answer: Answer | undefined, { sku, quantity }: Change): Answer | undefined {
  if (answer === undefined) return undefined
  const { customerSession } = answer
  const cartItems = customerSession.cartItems.map((item) => (item.sku === sku ? { ...item, quantity } : item))
  return { ...answer, customerSession: { ...customerSession, cartItems } }
}

async function request(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { headers: { 'content-type': 'application/json' }, ...init })
  if (!response.ok) throw new Error(`the server answered ${response.status}`)
  return response.json()
}
