import { render, screen } from '@testing-library/react'
import { useCoupons } from 'talon-one-react'
import { createTestShop } from 'talon-one-react/testing'
import { expect, test } from 'vitest'

const Coupons = () => useCoupons().map((coupon) => <p key={coupon.code}>{coupon.status === 'rejected' && coupon.message}</p>)

test('a code that has expired says so', () => {
  const { wrapper } = createTestShop({ scenario: 'expiredCoupon' })
  render(<Coupons />, { wrapper })
  expect(screen.getByText('This code has expired.')).toBeDefined()
})
