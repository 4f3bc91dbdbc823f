import type { Meta, StoryObj } from '@storybook/react-vite'
import { useState } from 'react'
import { expect } from 'storybook/test'
import { useCart } from 'talon-one-react'
import { addFreeItem, buyXGetY, type CampaignNode, percentOffCart, showNotification, tieredSpend } from 'talon-one-react/sandbox'

const isCoffee = ({ category }: { category: string | undefined }) => category === 'Coffee'

/** Campaigns as a shopkeeper reads them: ready-made rules, one written by hand, and two of which the better one counts. */
const campaigns: CampaignNode[] = [
  { id: 1, name: 'Three for two', rules: [buyXGetY({ buy: 2, get: 1, which: isCoffee, name: 'Three for two' })] },
  {
    id: 2,
    name: 'A spoon with it',
    rules: [
      {
        name: 'A spoon from 30 euros on',
        when: (cart) => cart.discountedTotal >= 30,
        then: () => [addFreeItem('spoon', 'A coffee spoon')],
        otherwise: (cart) => [showNotification('Almost there', `${(30 - cart.discountedTotal).toFixed(2)} € to go for a coffee spoon`)],
      },
    ],
  },
  {
    mode: 'highestDiscount',
    campaigns: [
      { id: 3, name: 'Welcome', coupons: [{ value: 'WELCOME' }], rules: [percentOffCart(5, { needs: 'coupon' })] },
      {
        id: 4,
        name: 'Spend more',
        rules: [
          tieredSpend([
            { from: 50, percent: 10 },
            { from: 100, percent: 20 },
          ]),
        ],
      },
    ],
  },
]

function Cart() {
  const { lines, freeItems, notifications, coupons, totals, setQuantity, applyCoupon } = useCart()
  const [code, setCode] = useState('WELCOME')
  return (
    <section aria-label="Cart">
      {lines.map(({ key, name, quantity }) => (
        <p key={key}>
          {quantity} × {name}{' '}
          <button aria-label={`One less ${name}`} disabled={quantity === 1} onClick={() => setQuantity(key, quantity - 1)}>
            −
          </button>{' '}
          <button aria-label={`One more ${name}`} onClick={() => setQuantity(key, quantity + 1)}>
            +
          </button>
        </p>
      ))}
      {freeItems.map(({ sku, name }) => (
        <p key={sku}>With it: {name}</p>
      ))}
      <p>
        <output>{notifications.map(({ body }) => body).join(' ')}</output>
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void applyCoupon(code)
        }}
      >
        <label>
          Code <input value={code} onChange={(event) => setCode(event.target.value)} />
        </label>{' '}
        <button>Apply</button>
      </form>
      {coupons.map((coupon) => (
        <p key={coupon.code}>
          {coupon.code}: {coupon.status === 'rejected' ? coupon.message : coupon.status}
        </p>
      ))}
      <p>
        Total: <output>{totals.total.status === 'confirmed' ? `${totals.total.value.toFixed(2)} €` : '…'}</output>
      </p>
    </section>
  )
}

/**
 * What the sandbox runs is data and small functions: `when` a cart looks so, `then` these effects, by the API's names. Most campaigns are
 * a ready-made rule (`percentOffCart`, `buyXGetY`, `bundlePrice`, `tieredSpend`, `freeShipping`, `tierMultiplier`, `birthdayDiscount` …); campaigns in
 * a group compete. Press "Show code" to read those of this shop.
 *
 * Budgets stand beside the rules: `limits: [{ action: 'setDiscount', limit: 500, entities: ['Profile'], period: 'monthly' }]`, and
 * `partialRewards: true` gives what is left of one.
 */
const meta: Meta<typeof Cart> = {
  title: '9 Campaigns',
  component: Cart,
  parameters: {
    talonOne: { campaigns, cartItems: [{ sku: 'beans', name: 'House beans', price: 12.5, category: 'Coffee', quantity: 2 }] },
  },
}
export default meta

/** The third bag is free, then the spoon comes with it; at 100 euros the better of two campaigns wins over the code. */
export const Rules: StoryObj<typeof Cart> = {
  play: async ({ canvas, userEvent }) => {
    const more = canvas.getByRole('button', { name: 'One more House beans' })
    await expect(canvas.getByText('5.00 € to go for a coffee spoon')).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Apply' }))
    await canvas.findByText('WELCOME: accepted')
    await canvas.findByText('23.75 €')
    await userEvent.click(more)
    await canvas.findByText('23.13 €')
    await userEvent.click(more)
    await canvas.findByText('With it: A coffee spoon')
    await canvas.findByText(/^WELCOME: (?!accepted|pending)/)
    await canvas.findByText('32.50 €')
  },
}
