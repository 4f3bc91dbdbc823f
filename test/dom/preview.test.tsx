/** Previews below a provider. */
import { defaultShouldDehydrateQuery, dehydrate, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { createTalonOne, TalonOneProvider, useCustomerInventory, useItemPreview, useSessionPreview } from 'talon-one-react'
import { createSandbox } from 'talon-one-react/sandbox'
import { afterEach, expect, test } from 'vitest'

afterEach(cleanup)

const item = { sku: 'beans', price: 12.5, category: 'Coffee' }

function Prices() {
  const { data: alone } = useItemPreview({ item })
  const { data: cart } = useSessionPreview({ customerSession: { cartItems: [{ ...item, quantity: 2 }], profileId: 'ada' } })
  const { error } = useCustomerInventory({ coupons: true }, { retry: false })
  return alone && cart && error ? <output>{alone.total}</output> : null
}

async function showPrices(queryClient: QueryClient) {
  const talonOne = createTalonOne({ fetch: createSandbox().fetch, profileId: 'ada' })
  render(
    <QueryClientProvider client={queryClient}>
      <TalonOneProvider client={talonOne}>
        <Prices />
      </TalonOneProvider>
    </QueryClientProvider>,
  )
  await screen.findByText('11.5')
  queryClient.setQueryData(['something of the app'], 1)
}

test('previews are left out of what is stored, and nothing else is', async () => {
  const queryClient = new QueryClient()
  await showPrices(queryClient)
  expect(dehydrate(queryClient).queries.map(({ queryKey }) => queryKey)).toEqual([['something of the app']])
})

test('previews are left out beside what the app leaves out by default', async () => {
  const shouldDehydrateQuery: typeof defaultShouldDehydrateQuery = (query) => query.state.status !== 'success'
  const queryClient = new QueryClient({ defaultOptions: { dehydrate: { shouldDehydrateQuery } } })
  await showPrices(queryClient)
  const kept = dehydrate(queryClient).queries.map(({ queryKey }) => queryKey[3])
  expect(kept).toContain('getCustomerInventory')
  expect(kept).not.toContain('updateCustomerSessionV2')
})
