import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, waitFor } from 'storybook/test'
import { useCustomerInventory, useReleaseCoupon, useReserveCoupon } from 'talon-one-react'

function Wallet() {
  const { data: coupons = [], isPending } = useCustomerInventory(
    { coupons: true },
    { select: (inventory) => inventory.coupons ?? [], retry: false },
  )
  const reserve = useReserveCoupon()
  const release = useReleaseCoupon()
  return (
    <section aria-label="Wallet" aria-busy={isPending}>
      <button onClick={() => reserve.mutate({ couponValue: 'WELCOME5' })}>Reserve WELCOME5</button>
      {reserve.isError && <p role="alert">This offer cannot be reserved ({reserve.error.code}).</p>}
      <ul>
        {coupons.map((coupon) => (
          <li key={coupon.value}>
            {coupon.value} ({coupon.state}){' '}
            <button onClick={() => release.mutate({ couponValue: coupon.value })}>Release {coupon.value}</button>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Coupons in the wallet are the inventory's; a reservation makes it stale, so it is read again by itself. */
const meta: Meta<typeof Wallet> = { title: '3 Wallet', component: Wallet }
export default meta

export const ReserveAndRelease: StoryObj<typeof Wallet> = {
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Reserve WELCOME5' }))
    await canvas.findByText(/WELCOME5 \(active\)/)
    await userEvent.click(canvas.getByRole('button', { name: 'Release WELCOME5' }))
    await waitFor(() => expect(canvas.queryByText(/WELCOME5 \(active\)/)).toBeNull())
  },
}
