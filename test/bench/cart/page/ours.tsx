/** The cart of this package, as a shop writes it. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { memo } from 'react'
import { createRoot } from 'react-dom/client'
import { createTalonOne, TalonOneProvider, useCart, useCartActions, useCartLine } from 'talon-one-react'
import type { Show } from './main.ts'
import { lineMarkup, totalsMarkup } from './markup.tsx'

export const show: Show = (root, sessionId) =>
  createRoot(root).render(
    <QueryClientProvider client={new QueryClient()}>
      <TalonOneProvider client={createTalonOne({ baseUrl: '/talon-one' })} sessionId={sessionId}>
        <Lines />
        <Totals />
      </TalonOneProvider>
    </QueryClientProvider>,
  )

function Lines() {
  const keys = useCart({ select: (cart) => cart.lines.map(({ key }) => key) })
  return (
    <ul>
      {keys.map((key) => (
        <Line key={key} lineKey={key} />
      ))}
    </ul>
  )
}

const Line = memo(function Line({ lineKey }: { lineKey: string }) {
  const line = useCartLine(lineKey)
  const { setQuantity } = useCartActions()
  if (line === undefined) return null
  const { name = '', quantity, total } = line
  return lineMarkup({ key: lineKey, name, quantity, total: shown(total) }, (next) => void setQuantity(lineKey, next))
})

function Totals() {
  const { total, units, isConfirmed } = useCart({
    select: ({ totals, quantity, pending }) => ({
      total: shown(totals.total),
      units: quantity,
      isConfirmed: !pending && totals.total.status === 'confirmed',
    }),
  })
  return totalsMarkup({ units, total, isConfirmed })
}

function shown(amount: { shown: number }): number {
  return amount.shown
}
