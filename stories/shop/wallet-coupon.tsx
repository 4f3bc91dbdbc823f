import { useCartActions, useCoupons, useReleaseCoupon } from 'talon-one-react'
import { errorText } from './error-text.ts'
import { offerOf } from './offers.ts'

interface WalletCouponProps {
  code: string
  /** `active`, `used`, `expired`, `pending`, `disabled`, or a word still to come. */
  state: string
  expiryDate: string | undefined
}

const dayFormat = new Intl.DateTimeFormat('en-IE', { dateStyle: 'long' })

export function WalletCoupon({ code, state, expiryDate }: WalletCouponProps) {
  const cart = useCartActions()
  const applied = useCoupons()
  const release = useReleaseCoupon()
  const inCart = applied.some((coupon) => coupon.code === code)
  const free = () => {
    if (inCart) void cart.removeCoupon(code)
    release.mutate({ couponValue: code })
  }
  return (
    <li className="wallet-coupon">
      <p>
        <strong className="code">{code}</strong>
        <span className="badge" data-state={state}>
          {state}
        </span>
        <span className="wallet-coupon-text">
          {offerOf(code)?.title ?? 'A coupon of yours'}
          {expiryDate && `, until ${dayFormat.format(new Date(expiryDate))}`}
        </span>
      </p>
      <button
        type="button"
        className="button primary small"
        aria-label={inCart ? `${code} is in use` : `Use ${code}`}
        disabled={inCart || state !== 'active'}
        onClick={() => cart.applyCoupon(code)}
      >
        {inCart ? 'In use' : 'Use'}
      </button>
      <button type="button" className="button small" aria-label={`Release ${code}`} disabled={release.isPending} onClick={free}>
        Release
      </button>
      {release.isError && (
        <p className="field-problem" role="alert">
          {errorText(release.error)}
        </p>
      )}
    </li>
  )
}
