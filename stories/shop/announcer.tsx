import { useCart } from 'talon-one-react'
import { verdictText } from './code-verdict.tsx'
import { euros, items } from './money.ts'

/**
 * Tells a screen reader what happened to the cart. Each sentence is an element of its own and the region is not atomic, so only
 * what is new is read. The total is left out while it is a guess, which makes the confirmed one new.
 */
export function Announcer() {
  const { status, quantity, totals, coupons, referral } = useCart()
  const codes = referral ? [...coupons, referral] : coupons
  return (
    <output className="sr-only" aria-label="Cart news" aria-atomic="false">
      {status === 'ready' && <span key={`quantity ${quantity}`}>{items(quantity)} in the cart. </span>}
      {totals.total.status === 'confirmed' && quantity > 0 && (
        <span key={`total ${totals.total.value}`}>The total is {euros(totals.total.value)}. </span>
      )}
      {codes
        .filter((code) => code.status !== 'pending')
        .map((code) => (
          <span key={`${code.code} ${code.status}`}>
            Code {code.code}: {verdictText(code)}{' '}
          </span>
        ))}
    </output>
  )
}
