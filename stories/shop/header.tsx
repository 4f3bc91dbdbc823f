import { useCart } from 'talon-one-react'
import { CartIcon } from './icons.tsx'
import { items } from './money.ts'
import { ThemeToggle } from './theme.tsx'

export function Header({ onOpenCart }: { onOpenCart: () => void }) {
  const quantity = useCart({ select: (cart) => cart.quantity })
  return (
    <header className="header">
      <a className="brand" href="#top">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <circle cx={16} cy={16} r={16} />
          <path d="M9.5 24C5 20 6 13 10.5 9S22 5 24 7c2 5 .5 11-3.5 15s-9 4-11 2Zm0 0c.5-5 3-6.5 6-8.5S22.5 11 24 7" />
        </svg>
        Morrow
      </a>
      <nav aria-label="Sections">
        <a href="#shop">Shop</a>
        <a href="#points">Bean Club</a>
        <a href="#wallet">Wallet</a>
        <a href="#invite">Invite</a>
      </nav>
      <div className="header-tools">
        <ThemeToggle />
        <button type="button" className="button primary cart-button" onClick={onOpenCart}>
          <CartIcon />
          <span aria-hidden="true">Cart</span>
          <span className="count" aria-hidden="true">
            {quantity}
          </span>
          <span className="sr-only">Cart, {items(quantity)}</span>
        </button>
      </div>
    </header>
  )
}
