import type { Amount as CartAmount } from 'talon-one-react'
import { euros } from './money.ts'

interface AmountProps {
  amount: CartAmount
  /** What to write for the value. Euros by default; a discount is written with its sign turned. */
  format?: (value: number) => string
}

/** Money that says how sure it is: confirmed as it stands, estimated with a ≈, stale dimmed until the answer is there. */
export function Amount({ amount, format = euros }: AmountProps) {
  const text = format(amount.value)
  switch (amount.status) {
    case 'confirmed':
      return <span className="amount">{text}</span>
    case 'estimated':
      return (
        <span className="amount" data-status="estimated" title="Estimated until the shop has answered">
          <span aria-hidden="true">≈ </span>
          {text}
          <span className="sr-only"> estimated</span>
        </span>
      )
    case 'stale':
      return (
        <span className="amount" data-status="stale">
          {text}
          <span className="sr-only"> updating</span>
        </span>
      )
  }
}
