import { useReserveCoupon } from 'talon-one-react'
import { errorText } from './error-text.ts'
import type { Offer } from './offers.ts'

/** A coupon that can be put into the wallet. */
export function OfferTicket({ offer, owned }: { offer: Offer; owned: boolean }) {
  const reserve = useReserveCoupon()
  const { code, value, title, text } = offer
  return (
    <article className="ticket" aria-label={`Offer ${code}`}>
      <p className="ticket-value">{value}</p>
      <div className="ticket-text">
        <h3>{title}</h3>
        <p>{text}</p>
        <p className="code">{code}</p>
        <button
          type="button"
          className="button small"
          aria-label={owned ? `${code} is in your wallet` : `Reserve ${code}`}
          disabled={owned || reserve.isPending}
          onClick={() => reserve.mutate({ couponValue: code })}
        >
          {owned ? 'In your wallet' : 'Reserve'}
        </button>
        {reserve.isError && (
          <p className="field-problem" role="alert">
            {errorText(reserve.error)}
          </p>
        )}
      </div>
    </article>
  )
}
