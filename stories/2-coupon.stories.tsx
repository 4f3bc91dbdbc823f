import type { Meta, StoryObj } from '@storybook/react-vite'
import { useState } from 'react'
import { expect } from 'storybook/test'
import { useCart, useCartActions, useCoupons } from 'talon-one-react'

function CouponBox() {
  const coupons = useCoupons()
  const { applyCoupon, removeCoupon } = useCartActions()
  const [code, setCode] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (code.trim() === '') return
        void applyCoupon(code)
        setCode('')
      }}
    >
      <label>
        Coupon code <input maxLength={100} value={code} onChange={(event) => setCode(event.target.value)} />
      </label>
      <button>Apply</button>
      <ul>
        {coupons.map((coupon) => (
          <li key={coupon.code}>
            {coupon.code}: {coupon.status === 'rejected' ? coupon.message : coupon.status}{' '}
            <button type="button" onClick={() => removeCoupon(coupon.code)}>
              Remove {coupon.code}
            </button>
          </li>
        ))}
      </ul>
    </form>
  )
}

function Total() {
  const total = useCart({ select: (cart) => cart.totals.total })
  return <p>Total: {total.status === 'confirmed' ? `${total.value.toFixed(2)} €` : '…'}</p>
}

/** A coupon is `pending` until the server has given its verdict; a refused one carries a text for the shopper. */
const meta: Meta<typeof CouponBox> = {
  title: '2 Coupon',
  component: CouponBox,
  parameters: { talonOne: { cartItems: [{ sku: 'kettle', name: 'Kettle', price: 80, quantity: 1 }] } },
  render: () => (
    <>
      <CouponBox />
      <Total />
    </>
  ),
}
export default meta

/** Ten percent off the cart. */
export const Accepted: StoryObj<typeof CouponBox> = {
  play: async ({ canvas, userEvent }) => {
    await userEvent.type(canvas.getByLabelText('Coupon code'), 'SAVE10')
    await userEvent.click(canvas.getByRole('button', { name: 'Apply' }))
    await expect(canvas.getByText(/SAVE10: pending/)).toBeVisible()
    await canvas.findByText(/SAVE10: accepted/)
    await canvas.findByText('Total: 72.00 €')
  },
}

/** A refused code is not an error: it stays, with its reason, until it is removed. */
export const Refused: StoryObj<typeof CouponBox> = {
  play: async ({ canvas, userEvent }) => {
    await userEvent.type(canvas.getByLabelText('Coupon code'), 'EXPIRED{Enter}')
    await canvas.findByText(/This code has expired/)
    await userEvent.click(canvas.getByRole('button', { name: 'Remove EXPIRED' }))
    await expect(canvas.queryByText(/EXPIRED:/)).toBeNull()
  },
}
