import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, waitFor } from 'storybook/test'
import { useCartActions, useCartStatus, useLeaveGuard } from 'talon-one-react'
import { useSandbox } from 'talon-one-react/testing'

const beans = { sku: 'beans', name: 'House beans', price: 12.5, category: 'Coffee' }

function Status() {
  const { sync, pending, durable, error } = useCartStatus()
  useLeaveGuard()
  const waiting = `${pending} ${pending === 1 ? 'change' : 'changes'}`
  const kept = durable ? 'kept on this device' : 'lost when you leave'
  const texts: Record<typeof sync, string> = {
    idle: 'Saved.',
    sending: 'Saving…',
    retrying: `${waiting} not saved yet, ${kept}. Trying again.`,
    offline: `You are offline: ${waiting} not saved yet, ${kept}.`,
    stopped: error?.code === 'unauthenticated' ? `Sign in to save ${waiting}.` : `${waiting} could not be saved.`,
  }
  return <output>{texts[sync]}</output>
}

function Buttons() {
  const { add, retry } = useCartActions()
  const sandbox = useSandbox()
  return (
    <p>
      <button onClick={() => add(beans)}>Add {beans.name}</button>{' '}
      <button
        onClick={() => {
          sandbox.setWeather()
          retry()
        }}
      >
        Let the weather clear
      </button>
    </p>
  )
}

/**
 * `useCartStatus` says what is not saved yet, and why, and renders for nothing else. `useLeaveGuard` has the browser ask before the shopper
 * leaves, while there are edits that would be lost; while nothing would be, it does not even listen.
 */
const meta: Meta<typeof Status> = {
  title: '10 Status',
  component: Status,
  render: () => (
    <>
      <Buttons />
      <Status />
    </>
  ),
}
export default meta

/** An edit is saved in the time that a request takes. */
export const Saving: StoryObj<typeof Status> = {
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Add House beans' }))
    await expect(canvas.getByRole('status')).toHaveTextContent('Saving…')
    await waitFor(() => expect(canvas.getByRole('status')).toHaveTextContent('Saved.'))
  },
}

/** Edits wait for the network, and say how many they are. */
export const Retrying: StoryObj<typeof Status> = {
  parameters: { talonOne: { scenario: 'offline' } },
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Add House beans' }))
    await userEvent.click(canvas.getByRole('button', { name: 'Add House beans' }))
    await waitFor(() => expect(canvas.getByRole('status')).toHaveTextContent('2 changes not saved yet, kept on this device.'))
    await userEvent.click(canvas.getByRole('button', { name: 'Let the weather clear' }))
    await waitFor(() => expect(canvas.getByRole('status')).toHaveTextContent('Saved.'))
  },
}
