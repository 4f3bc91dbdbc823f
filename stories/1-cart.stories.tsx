import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect } from 'storybook/test'
import { type Amount, type LineAmount, useCart } from 'talon-one-react'

const beans = { sku: 'beans', name: 'House beans', price: 12.5, category: 'Coffee' }

function Cart() {
  const cart = useCart()
  return (
    <section aria-label="Cart">
      <button onClick={() => cart.add(beans)}>Add {beans.name}</button>
      <ul>
        {cart.lines.map((line) => (
          <li key={line.key}>
            {line.quantity} × {line.name} <Money amount={line.total} />{' '}
            <button aria-label={`One more ${line.name}`} onClick={() => cart.setQuantity(line.key, line.quantity + 1)}>
              +
            </button>
            <button onClick={() => cart.remove(line.key)}>Remove {line.name}</button>
          </li>
        ))}
      </ul>
      <p>
        Total: <Money amount={cart.totals.total} />
      </p>
    </section>
  )
}

/** Only what the server has said looks like a price. */
function Money({ amount }: { amount: Amount | LineAmount }) {
  if (amount.status === 'confirmed' || amount.status === 'answered') return <output>{amount.shown.toFixed(2)} €</output>
  return <output aria-busy="true">{amount.status === 'estimated' ? `≈ ${amount.shown.toFixed(2)} €` : '…'}</output>
}

/** A whole cart. `add`, `setQuantity` and `remove` show at once; each amount says how far it can be trusted. */
const meta: Meta<typeof Cart> = { title: '1 Cart', component: Cart }
export default meta

/** One euro off each unit comes from the sandbox's campaign for the category Coffee. */
export const AddAndChange: StoryObj<typeof Cart> = {
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Add House beans' }))
    await canvas.findByText(/1 × House beans/)
    await userEvent.click(canvas.getByRole('button', { name: 'One more House beans' }))
    await expect(canvas.getByText(/2 × House beans/)).toBeVisible()
    await canvas.findAllByText('23.00 €')
  },
}
