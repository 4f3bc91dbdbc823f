import { useCartActions, useCoupons } from 'talon-one-react'
import { CodeForm } from './code-form.tsx'
import { CodeVerdict } from './code-verdict.tsx'

export function CouponBox() {
  const cart = useCartActions()
  const coupons = useCoupons()
  return (
    <section className="coupons" aria-label="Coupons">
      <CodeForm label="Coupon code" button="Apply" empty="Type a coupon code first." onCode={(code) => cart.applyCoupon(code)} />
      {coupons.length > 0 && (
        <ul className="verdicts">
          {coupons.map((coupon) => (
            <li key={coupon.code}>
              <CodeVerdict kind="coupon" verdict={coupon} onRemove={() => cart.removeCoupon(coupon.code)} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
