import { useState } from 'react'
import { ProductCard } from './product-card.tsx'
import { categories, products, type Category } from './products.ts'

type Filter = Category | 'All'

const filters: readonly Filter[] = ['All', ...categories]

export function ProductGrid() {
  const [filter, setFilter] = useState<Filter>('All')
  const shown = products.filter((product) => filter === 'All' || product.category === filter)
  return (
    <section id="shop" aria-labelledby="shop-heading">
      <div className="section-head">
        <h2 id="shop-heading">The shelf</h2>
        <fieldset className="filters" aria-label="Show">
          {filters.map((each) => (
            <button key={each} type="button" aria-pressed={each === filter} onClick={() => setFilter(each)}>
              {each}
            </button>
          ))}
        </fieldset>
      </div>
      <ul className="products">
        {shown.map((product) => (
          <ProductCard key={product.sku} product={product} />
        ))}
      </ul>
    </section>
  )
}
