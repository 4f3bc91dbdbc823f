import { useCartActions, useCartLine } from 'talon-one-react'
import { euros } from './money.ts'
import { ProductPicture } from './product-picture.tsx'
import type { Product } from './products.ts'

export function ProductCard({ product }: { product: Product }) {
  const cart = useCartActions()
  const line = useCartLine(product.sku)
  const { sku, name, price, category } = product
  return (
    <li className="product">
      <article aria-label={name}>
        <div className="product-picture">
          <ProductPicture sku={sku} />
          {category === 'Coffee' && <span className="tag">€1 off</span>}
          {line && <span className="tag in-cart-tag">{line.quantity} in cart</span>}
        </div>
        <div className="product-text">
          <h3>{name}</h3>
          <p className="product-price">
            {euros(price)} <small>{product.unit}</small>
          </p>
          <p className="product-blurb">{product.blurb}</p>
        </div>
        <button
          type="button"
          className="button secondary wide"
          aria-label={`Add to cart, ${name}`}
          onClick={() => cart.add({ sku, name, price, category })}
        >
          Add to cart
        </button>
      </article>
    </li>
  )
}
