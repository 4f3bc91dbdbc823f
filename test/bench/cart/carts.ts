/** The carts that are measured, and what is in them. */

/** A cart that is measured. */
export type CartName = 'ours' | 'recipe' | 'hydrogen' | 'plain'

/** The line that is clicked: near the top, and without a discount of its own. */
export const clickedKey = 'SKU-1'

/** A line of every cart. `price` in major currency units. */
export interface SoldLine {
  sku: string
  name: string
  category: string
  quantity: number
  price: number
}

/** The lines that every cart starts with. One in three is coffee, which has a discount of its own. */
export function soldLines(count: number): SoldLine[] {
  return Array.from({ length: count }, (_, index) => ({
    sku: `SKU-${index}`,
    name: `Product ${index}`,
    category: index % 3 === 0 ? 'Coffee' : 'Other',
    quantity: 1 + (index % 3),
    price: 5 + (index % 7),
  }))
}
