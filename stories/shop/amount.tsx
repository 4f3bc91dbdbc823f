import type { Amount as CartAmount, LineAmount } from 'talon-one-react'
import { euros } from './money.ts'

interface AmountProps {
  amount: CartAmount | LineAmount
  /** What to write for the value. Euros by default; a discount is written with its sign turned. */
  format?: (value: number) => string
}

/** Money that says how sure it is: confirmed or answered as it stands, estimated with a ≈, stale dimmed until the answer is there. */
export function Amount({ amount, format = euros }: AmountProps) {
  const text = format(amount.shown)
  switch (amount.status) {
    case 'confirmed':
    case 'answered':
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
