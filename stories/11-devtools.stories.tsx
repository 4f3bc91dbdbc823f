import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, waitFor, within } from 'storybook/test'
import { useCart } from 'talon-one-react'
import { CartDevtools } from 'talon-one-react/devtools'

const beans = { sku: 'beans', name: 'House beans', price: 12.5, category: 'Coffee' }

function Shop() {
  const cart = useCart()
  return (
    <>
      <p>
        {cart.quantity} in the cart <button onClick={() => cart.add(beans)}>Add {beans.name}</button>{' '}
        <button onClick={() => cart.applyCoupon('SAVE10')}>Apply SAVE10</button>
      </p>
      <CartDevtools />
    </>
  )
}

/**
 * What a cart does, and why it shows what it shows: edits, requests, the effects that each answer brought and took away, latencies, and
 * the writes that may still land. Open the line below the buttons.
 *
 * ```tsx
 * import { CartDevtools } from 'talon-one-react/devtools'
 *
 * <TalonOneProvider client={talonOne} sessionId={sessionId}>
 *   <Shop />
 *   <CartDevtools />
 * </TalonOneProvider>
 * ```
 *
 * What shoppers wrote, such as codes and attributes, is hidden until "Show values" is pressed. In production it is nothing at all, so a
 * Storybook that has been built shows none here.
 */
const meta: Meta<typeof Shop> = { title: '11 Devtools', component: Shop }
export default meta

/** Two edits, one of them a coupon, the requests that carried them, and what the answers changed. */
export const AfterTwoEdits: StoryObj<typeof Shop> = {
  play: async ({ canvas, userEvent }) => {
    const panel = within(await canvas.findByRole('region', { name: 'Cart devtools' }))
    await userEvent.click(canvas.getByRole('button', { name: 'Add House beans' }))
    await waitFor(() => expect(panel.getByRole('button', { name: /^Cart: idle/ })).toHaveTextContent('0 edits waiting'))
    await userEvent.click(canvas.getByRole('button', { name: 'Apply SAVE10' }))
    await waitFor(() => expect(panel.getByRole('button', { name: /^Cart: idle/ })).toHaveTextContent('0 edits waiting'))
    await userEvent.click(panel.getByRole('button', { name: /^Cart: idle/ }))
    const events = await panel.findByRole('list', { name: 'What happened, newest first' })
    await expect(events).toHaveTextContent(/applyCoupon: ok, \d+ ms/)
    await expect(events).toHaveTextContent(/PUT with 1 edit: ok, \d+ ms/)
    await expect(events).toHaveTextContent(/gained acceptCoupon/)
    await expect(events).not.toHaveTextContent('SAVE10')
  },
}

/** By keyboard: the line opens, and the values behind the edits are shown. */
export const WithValues: StoryObj<typeof Shop> = {
  play: async ({ canvas, userEvent }) => {
    const panel = within(await canvas.findByRole('region', { name: 'Cart devtools' }))
    await userEvent.click(canvas.getByRole('button', { name: 'Apply SAVE10' }))
    await userEvent.tab()
    await userEvent.keyboard('{Enter}')
    const show = await panel.findByRole('button', { name: 'Show values' })
    await expect(panel.queryByText(/SAVE10/)).toBeNull()
    await userEvent.tab()
    await userEvent.keyboard(' ')
    await expect(show).toHaveAttribute('aria-pressed', 'true')
    await expect(panel.getByText(/SAVE10/)).toBeVisible()
    await waitFor(() => expect(panel.getByRole('button', { name: /^Cart: idle/ })).toBeVisible())
  },
}
