import { useCartActions, type CartLine as Line } from 'talon-one-react'
import { Amount } from './amount.tsx'
import { CloseIcon } from './icons.tsx'
import { euros } from './money.ts'
import { ProductPicture } from './product-picture.tsx'
import { QuantityStepper } from './quantity-stepper.tsx'

interface CartLineProps {
  line: Line
  /** Called when the line is taken out, so that the focus can move on. */
  onGone: () => void
}

export function CartLine({ line, onGone }: CartLineProps) {
  const cart = useCartActions()
  const name = line.name ?? line.sku
  const setQuantity = (quantity: number) => {
    void cart.setQuantity(line.key, quantity)
    if (quantity === 0) onGone()
  }
  return (
    <li className="cart-line" data-pending={line.pending || undefined}>
      <div className="thumb">
        <ProductPicture sku={line.sku} />
      </div>
      <div className="cart-line-name">
        <h3>{name}</h3>
        {line.unitPrice !== undefined && <p>{euros(line.unitPrice)} each</p>}
      </div>
      <button type="button" className="icon-button quiet" aria-label={`Remove ${name}`} onClick={() => setQuantity(0)}>
        <CloseIcon />
      </button>
      <QuantityStepper name={name} quantity={line.quantity} onChange={setQuantity} />
      <p className="cart-line-price">
        {line.discount.shown > 0 && (
          <s>
            <span className="sr-only">Before discount </span>
            {euros(line.subtotal.shown)}
          </s>
        )}
        <Amount amount={line.total} />
      </p>
    </li>
  )
}
