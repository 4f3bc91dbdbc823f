import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import { type ItemPreviewInput, useItemPreview } from 'talon-one-react'

const products: readonly ItemPreviewInput['item'][] = [
  { sku: 'beans', name: 'House beans', category: 'Coffee', price: 12.5 },
  { sku: 'filter', name: 'Paper filters', category: 'Equipment', price: 4.9 },
  { sku: 'espresso', name: 'Espresso roast', category: 'Coffee', price: 14 },
]

function ProductCard({ item, joint }: Pick<ItemPreviewInput, 'item' | 'joint'>) {
  const { data: preview, isPending, error } = useItemPreview({ item, ...(joint && { joint }) })
  const isReduced = preview !== undefined && preview.total < preview.line.subtotal
  return (
    <li aria-busy={isPending}>
      {item.name}{' '}
      {isReduced && (
        <s>
          <span hidden>Before: </span>
          {euros(preview.line.subtotal)}
        </s>
      )}{' '}
      {preview && <strong>{euros(preview.total)}</strong>}
      {error && <span role="alert">No price at the moment.</span>}
    </li>
  )
}

const euros = (amount: number) => amount.toLocaleString('en', { style: 'currency', currency: 'EUR' })

function ProductCards({ joint = false }: { joint?: boolean }) {
  return (
    <ul aria-label="Products">
      {products.map((item) => (
        <ProductCard key={item.sku} item={item} joint={joint} />
      ))}
    </ul>
  )
}

/**
 * What a product would cost, before it is in any cart: a dry run that stores nothing. Each card is priced alone; with `joint` all cards
 * share one request, and a threshold or a bundle of the shop sees all of them, so that a joint price need not be the price of one alone.
 */
const meta: Meta<typeof ProductCards> = { title: '5 Product cards', component: ProductCards }
export default meta

const showsPrices: NonNullable<StoryObj<typeof ProductCards>['play']> = async ({ canvas }) => {
  await canvas.findByText('€11.50')
  await canvas.findByText('€13.00')
  await expect(canvas.getByText('€4.90')).toBeVisible()
}

export const Alone: StoryObj<typeof ProductCards> = { play: showsPrices }

export const Joint: StoryObj<typeof ProductCards> = { args: { joint: true }, play: showsPrices }
