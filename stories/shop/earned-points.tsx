import { useCart } from 'talon-one-react'
import { Amount } from './amount.tsx'
import { points } from './money.ts'

/** What the cart earns. Points follow the shop's rules, so an edit makes them stale until the answer is there. */
export function EarnedPoints() {
  const earned = useEarnedPoints()
  const pending = useCart({ select: (cart) => cart.pending })
  return (
    <Amount amount={pending ? { status: 'stale', shown: earned } : { status: 'confirmed', shown: earned, value: earned }} format={points} />
  )
}

export const useEarnedPoints = (): number => useCart({ select: (cart) => cart.points.reduce((sum, { shown }) => sum + shown, 0) })
