import { useEffect, useRef } from 'react'
import { BeanIcon, CheckIcon } from './icons.tsx'
import { euros, points } from './money.ts'
import type { Order } from './order.ts'

export function ThankYou({ order, onContinue }: { order: Order; onContinue: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <section className="thank-you" aria-labelledby="thank-you-heading">
      <span className="thank-you-mark">
        <CheckIcon />
      </span>
      <h2 id="thank-you-heading" ref={heading} tabIndex={-1}>
        Thank you
      </h2>
      <p>
        Your order of <strong>{euros(order.total)}</strong> is on its way.
      </p>
      {order.points > 0 && (
        <p className="earn">
          <BeanIcon />
          You earned {points(order.points)}
        </p>
      )}
      <button type="button" className="button secondary" onClick={onContinue}>
        Continue shopping
      </button>
    </section>
  )
}
