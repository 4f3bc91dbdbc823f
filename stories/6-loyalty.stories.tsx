import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, waitFor } from 'storybook/test'
import { useLoyaltyBalances, useLoyaltyTransactions, useUpdateSession } from 'talon-one-react'

const loyaltyProgramId = 1
let orders = 0

function Points() {
  const { data: points = 0 } = useLoyaltyBalances(
    { loyaltyProgramId },
    { select: ({ balance }) => balance?.activePoints ?? 0, retry: false },
  )
  const { data, hasNextPage, fetchNextPage, isFetching } = useLoyaltyTransactions({ loyaltyProgramId, pageSize: 2 }, { retry: false })
  const order = useUpdateSession()
  const transactions = data?.pages.flatMap((page) => page.data) ?? []
  const placeOrder = () => {
    orders += 1
    order.mutate({
      customerSessionId: `order-${orders}`,
      customerSession: { state: 'closed', cartItems: [{ sku: 'filter', name: 'Paper filters', price: 10, quantity: 1 }] },
    })
  }
  return (
    <section aria-label="Points" aria-busy={isFetching}>
      <output>{points} points</output>
      <button onClick={placeOrder}>Place an order of €10</button>
      <ul>
        {transactions.map(({ transactionUUID, amount, type }) => (
          <li key={transactionUUID}>
            {type === 'addition' ? '+' : '−'}
            {amount}
          </li>
        ))}
      </ul>
      {hasNextPage && <button onClick={() => void fetchNextPage()}>Show more</button>}
    </section>
  )
}

/**
 * Points by program, and their history in pages. Closing a session books points, so balance and history are read again by themselves.
 * A shop's order system closes sessions; here the story does.
 */
const meta: Meta<typeof Points> = { title: '6 Loyalty', component: Points }
export default meta

export const EarnAndLookBack: StoryObj<typeof Points> = {
  play: async ({ canvas, userEvent }) => {
    for (const points of [10, 20, 30]) {
      await userEvent.click(canvas.getByRole('button', { name: /Place an order/ }))
      await canvas.findByText(`${points} points`)
    }
    await waitFor(() => expect(canvas.getAllByText('+10')).toHaveLength(2))
    await userEvent.click(await canvas.findByRole('button', { name: 'Show more' }))
    await waitFor(() => expect(canvas.getAllByText('+10')).toHaveLength(3))
  },
}
