import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, waitFor } from 'storybook/test'
import { type TalonOneErrorCode, useCart } from 'talon-one-react'
import { type ScenarioName, useSandbox } from 'talon-one-react/testing'

const texts: Partial<Record<TalonOneErrorCode, string>> = {
  network: 'You seem to be offline. Your changes are kept.',
  conflict: 'Something else is being saved just now. Your changes are kept.',
  unavailable: 'The shop cannot be reached right now. Your changes are kept.',
  unauthenticated: 'Please sign in again. Your changes are kept.',
  bad_request: 'That could not be done. Your cart is as before.',
}
const otherwise = 'Something went wrong on our side. Your changes are kept.'

function Cart() {
  const { status, lines, coupons, totals, error, pending, setQuantity, removeCoupon, retry } = useCart()
  const sandbox = useSandbox()
  const { total } = totals
  return (
    <section aria-label="Cart" aria-busy={pending || status === 'loading'}>
      {status === 'loading' && <p>Your cart is on its way…</p>}
      <ul>
        {lines.map(({ key, name, quantity }) => (
          <li key={key}>
            {quantity} × {name}{' '}
            <button aria-label={`One more ${name}`} onClick={() => setQuantity(key, quantity + 1)}>
              +
            </button>
          </li>
        ))}
        {coupons.map((coupon) => (
          <li key={coupon.code}>
            {coupon.code}: {coupon.status === 'rejected' ? coupon.message : coupon.status}{' '}
            <button onClick={() => removeCoupon(coupon.code)}>Remove {coupon.code}</button>
          </li>
        ))}
      </ul>
      <p>
        Total: <output>{total.status === 'confirmed' ? `${total.value.toFixed(2)} €` : '…'}</output>
      </p>
      {/* There from the start: a screen reader announces what comes into it. */}
      <p role="alert">{error && (texts[error.code] ?? otherwise)}</p>
      {error?.code !== 'bad_request' && error && <button onClick={retry}>Try again</button>}{' '}
      <button onClick={() => sandbox.setWeather()}>Let the weather clear</button>
    </section>
  )
}

type Story = StoryObj<typeof Cart>
type Play = NonNullable<Story['play']>

/**
 * Bad days by name, so that they can be designed, shown and tested like any other day:
 *
 * ```tsx
 * // .storybook/preview.tsx
 * import { talonOneGlobalTypes, withTalonOne } from 'talon-one-react/testing'
 * export default { decorators: [withTalonOne], globalTypes: talonOneGlobalTypes }
 *
 * // your.stories.tsx
 * export const Offline = { parameters: { talonOne: { scenario: 'offline' } } }
 * ```
 *
 * The toolbar's lightning chooses one for any story. Whatever fails, the cart keeps what the shopper did, says what is uncertain, and
 * goes on when the weather clears.
 */
const meta: Meta<typeof Cart> = { title: '8 Bad weather', component: Cart }
export default meta

const during = (scenario: ScenarioName, play: Play): Story => ({ parameters: { talonOne: { scenario } }, play })

/** The cart as it was, one edit by keyboard, what is said about it, and the edit that goes out when the weather clears. */
const keepsEdits =
  (text: string): Play =>
  async ({ canvas, userEvent }) => {
    await expect(canvas.getByText('23.00 €')).toBeVisible()
    await userEvent.tab()
    await userEvent.keyboard('{Enter}')
    await expect(canvas.getByText(/3 × House beans/)).toBeVisible()
    await waitFor(() => expect(canvas.getByRole('alert')).toHaveTextContent(text))
    await expect(canvas.getByText('…')).toBeVisible()
    await userEvent.click(canvas.getByRole('button', { name: 'Let the weather clear' }))
    await userEvent.click(canvas.getByRole('button', { name: 'Try again' }))
    await canvas.findByText('34.50 €')
    await expect(canvas.getByRole('alert')).toBeEmptyDOMElement()
  }

/** The code with its reason, no alert, and the way to take it off. */
const showsReason =
  (reason: string): Play =>
  async ({ canvas, userEvent }) => {
    await expect(canvas.getByText(new RegExp(reason))).toBeVisible()
    await expect(canvas.getByText('23.00 €')).toBeVisible()
    await expect(canvas.getByRole('alert')).toBeEmptyDOMElement()
    await userEvent.click(canvas.getByRole('button', { name: /^Remove/ }))
    await waitFor(() => expect(canvas.queryByText(new RegExp(reason))).toBeNull())
  }

/** Nobody answers yet: nothing that looks like a price. */
export const Loading = during('loading', async ({ canvas }) => {
  await expect(canvas.getByText('Your cart is on its way…')).toBeVisible()
  await expect(canvas.queryByText(/€/)).toBeNull()
})

/** An edit shows at once; the price comes when it is known. */
export const Slow = during('slow', async ({ canvas, userEvent }) => {
  await userEvent.click(canvas.getByRole('button', { name: 'One more House beans' }))
  await expect(canvas.getByText(/3 × House beans/)).toBeVisible()
  await expect(canvas.getByText('…')).toBeVisible()
  await canvas.findByText('34.50 €', {}, { timeout: 4000 })
})

/** Edits wait for the network. */
export const Offline = during('offline', keepsEdits('You seem to be offline'))

/** 409: too many writes of one profile at once. */
export const Conflict = during('conflict', keepsEdits('Something else is being saved'))

/** 503: nothing is lost, it only takes longer. */
export const ServerDown = during('serverDown', keepsEdits('The shop cannot be reached'))

/** 401: edits wait for the shopper to sign in again. */
export const SignedOut = during('signedOut', keepsEdits('Please sign in again'))

/** An HTML page where an answer should be. */
export const Malformed = during('malformed', keepsEdits('Something went wrong on our side'))

/** 400: what the server will never take is given up, and said. */
export const Refused = during('refused', async ({ canvas, userEvent }) => {
  await userEvent.click(canvas.getByRole('button', { name: 'One more House beans' }))
  await waitFor(() => expect(canvas.getByRole('alert')).toHaveTextContent('Your cart is as before'))
  await expect(canvas.getByText(/2 × House beans/)).toBeVisible()
  await expect(canvas.getByText('23.00 €')).toBeVisible()
})

/** A refused code is no error: it says why, until it is taken off. */
export const ExpiredCoupon = during('expiredCoupon', showsReason('This code has expired'))

/** The campaign has given all it had. */
export const BudgetUsedUp = during('budgetUsedUp', showsReason('This offer has been used up'))

/** An effect of a later version: everything else works as ever. */
export const UnknownEffect = during('unknownEffect', async ({ canvas, userEvent }) => {
  await userEvent.click(canvas.getByRole('button', { name: 'One more House beans' }))
  await canvas.findByText('34.50 €')
  await expect(canvas.getByRole('alert')).toBeEmptyDOMElement()
})
