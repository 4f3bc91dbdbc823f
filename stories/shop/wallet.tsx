import { errorText } from './error-text.ts'
import { useInventory } from './inventory.ts'
import { OfferTicket } from './offer-ticket.tsx'
import { offers } from './offers.ts'
import { Skeleton } from './skeleton.tsx'
import { WalletCoupon } from './wallet-coupon.tsx'

export function Wallet() {
  const { inventory, error, isPending, refetch } = useInventory()
  const coupons = inventory?.coupons ?? []
  const owned = new Set(coupons.map((coupon) => coupon.value))
  return (
    <section id="wallet" className="card wallet" aria-labelledby="wallet-heading">
      <h2 id="wallet-heading">Your wallet</h2>
      <p className="lead">Keep a coupon for later. It stays yours, on every device.</p>
      <ul className="offers" aria-label="Offers">
        {offers.map((offer) => (
          <li key={offer.code}>
            <OfferTicket offer={offer} owned={owned.has(offer.code)} />
          </li>
        ))}
      </ul>
      <h3>Your coupons</h3>
      {isPending && <Skeleton rows={2} label="Loading your wallet" />}
      {error && (
        <div className="notice" role="alert">
          <p>Your wallet could not be opened. {errorText(error)}</p>
          <button type="button" className="button secondary small" onClick={() => refetch()}>
            Try again
          </button>
        </div>
      )}
      {inventory && coupons.length === 0 && <p className="empty-note">Nothing here yet. Reserve one of the coupons above.</p>}
      {coupons.length > 0 && (
        <ul className="wallet-coupons" aria-label="Your coupons">
          {coupons.map((coupon) => (
            <WalletCoupon key={coupon.value} code={coupon.value} state={coupon.state} expiryDate={coupon.expiryDate} />
          ))}
        </ul>
      )}
    </section>
  )
}
