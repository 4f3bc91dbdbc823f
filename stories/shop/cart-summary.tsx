import { useCart } from 'talon-one-react'
import { Amount } from './amount.tsx'
import { EarnedPoints, useEarnedPoints } from './earned-points.tsx'
import { BeanIcon } from './icons.tsx'
import { euros } from './money.ts'

export function CartSummary() {
  const cart = useCart()
  const earned = useEarnedPoints()
  return (
    <>
      <dl className="summary">
        <div>
          <dt>Subtotal</dt>
          <dd>
            <Amount amount={cart.totals.subtotal} />
          </dd>
        </div>
        {cart.discounts.map((discount) => (
          <div key={discount.name} className="deal">
            <dt>{discount.name}</dt>
            <dd>
              <Amount amount={discount} format={(value) => euros(-value)} />
            </dd>
          </div>
        ))}
        <div className="summary-total">
          <dt>Total</dt>
          <dd>
            <Amount amount={cart.totals.total} />
          </dd>
        </div>
      </dl>
      {earned > 0 && (
        <p className="earn">
          <BeanIcon />
          <span>
            You will earn <EarnedPoints />
          </span>
        </p>
      )}
    </>
  )
}
