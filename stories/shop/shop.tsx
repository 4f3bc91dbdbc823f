import { useState } from 'react'
import { TalonOneProvider, useCart, type TalonOne } from 'talon-one-react'
import { CartDrawer } from './cart-drawer.tsx'
import { CartPanel } from './cart-panel.tsx'
import { Header } from './header.tsx'
import { Hero } from './hero.tsx'
import { useInventory } from './inventory.ts'
import type { Order } from './order.ts'
import { Points } from './points.tsx'
import { ProductGrid } from './product-grid.tsx'
import { Referral } from './referral.tsx'
import { useShopSession } from './session.ts'
import { ThankYou } from './thank-you.tsx'
import { Wallet } from './wallet.tsx'
import { useWideScreen } from './wide-screen.ts'

/** The whole shop. A new session id starts a new cart. */
export function Shop({ client }: { client: TalonOne }) {
  const { sessionId, renew } = useShopSession()
  return (
    <TalonOneProvider client={client} sessionId={sessionId}>
      <Storefront sessionId={sessionId} onNewCart={renew} />
    </TalonOneProvider>
  )
}

function Storefront({ sessionId, onNewCart }: { sessionId: string; onNewCart: () => void }) {
  const [cartIsOpen, setCartIsOpen] = useState(false)
  const [order, setOrder] = useState<Order>()
  const isEmpty = useCart({ select: (cart) => cart.quantity === 0 })
  const { refetch } = useInventory()
  const wide = useWideScreen()

  const openCart = () => (wide ? document.getElementById('cart-heading')?.focus() : setCartIsOpen(true))
  const closeCart = () => setCartIsOpen(false)
  const finish = (placed: Order) => {
    setOrder(placed)
    onNewCart()
    // Coupons are redeemed and points paid out by now.
    void refetch()
  }
  const continueShopping = () => {
    setOrder(undefined)
    closeCart()
  }

  return (
    <>
      <a className="skip-link" href="#shop">
        Skip to the products
      </a>
      <Header onOpenCart={openCart} />
      <div className="page" id="top">
        <main>
          <Hero />
          <ProductGrid />
          <div className="account">
            <Wallet />
            <Points />
            <Referral />
          </div>
          <p className="colophon">The demo shop of talon-one-react. Nothing here is for sale, which is a pity.</p>
        </main>
        <CartDrawer open={cartIsOpen} onClose={closeCart}>
          {order && isEmpty ? (
            <ThankYou order={order} onContinue={continueShopping} />
          ) : (
            <CartPanel sessionId={sessionId} onPlaced={finish} onNewCart={onNewCart} onClose={wide ? undefined : closeCart} />
          )}
        </CartDrawer>
      </div>
    </>
  )
}
