import { useRef } from 'react'
import { useCart } from 'talon-one-react'
import { CartLine } from './cart-line.tsx'
import { CartSummary } from './cart-summary.tsx'
import { ClosedCart } from './closed-cart.tsx'
import { CouponBox } from './coupon-box.tsx'
import { EmptyCart } from './empty-cart.tsx'
import { errorText } from './error-text.ts'
import { CloseIcon } from './icons.tsx'
import { items } from './money.ts'
import type { Order } from './order.ts'
import { PlaceOrder } from './place-order.tsx'
import { Skeleton } from './skeleton.tsx'

interface CartPanelProps {
  sessionId: string
  onPlaced: (order: Order) => void
  onNewCart: () => void
  /** Given where the cart can be closed. */
  onClose: (() => void) | undefined
}

export function CartPanel({ sessionId, onPlaced, onNewCart, onClose }: CartPanelProps) {
  const cart = useCart()
  const heading = useRef<HTMLHeadingElement>(null)
  const isEmpty = cart.lines.length === 0
  return (
    <>
      <header className="cart-head">
        <h2 id="cart-heading" ref={heading} tabIndex={-1}>
          Your cart
        </h2>
        <span className="cart-count">{cart.pending ? 'Updating…' : items(cart.quantity)}</span>
        {onClose && (
          <button type="button" className="icon-button" aria-label="Close cart" onClick={onClose}>
            <CloseIcon />
          </button>
        )}
      </header>
      {cart.status === 'closed' ? (
        <ClosedCart onNewCart={onNewCart} />
      ) : (
        <>
          {cart.sync === 'offline' && (
            <div className="notice" role="alert">
              <p>You are offline. {cart.pending && 'What you changed is kept, and goes out as soon as you are back.'}</p>
            </div>
          )}
          {cart.error && cart.sync !== 'offline' && (
            <div className="notice" role="alert">
              <p>
                {errorText(cart.error)} {cart.error.retryable && 'What you changed is kept, and goes out as soon as we get through.'}
              </p>
              <button type="button" className="button small" onClick={() => cart.retry()}>
                Try again
              </button>
            </div>
          )}
          {isEmpty && (cart.status === 'loading' ? <Skeleton rows={3} label="Loading your cart" /> : <EmptyCart />)}
          {!isEmpty && (
            <ul className="cart-lines" aria-label="Cart items">
              {cart.lines.map((line) => (
                <CartLine key={line.key} line={line} onGone={() => heading.current?.focus()} />
              ))}
            </ul>
          )}
          <CouponBox />
          {!isEmpty && (
            <footer className="cart-foot">
              <CartSummary />
              <PlaceOrder sessionId={sessionId} onPlaced={onPlaced} />
            </footer>
          )}
        </>
      )}
    </>
  )
}
