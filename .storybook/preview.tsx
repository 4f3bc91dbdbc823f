import type { Decorator, Preview } from '@storybook/react-vite'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type CartItem, createTalonOne, type TalonOne, TalonOneProvider, updateCustomerSessionV2 } from 'talon-one-react'
import { createSandbox } from 'talon-one-react/sandbox'
import './preview.css'

/** What a story may ask for: `parameters: { cartItems }` is in its cart from the start. */
interface StoryParameters {
  cartItems?: CartItem[]
}

/** A Talon.One of its own for each story: no network, no service worker, nothing left over from the story before. */
async function openSandbox({ parameters }: { parameters: StoryParameters }): Promise<{ talonOne: TalonOne; queryClient: QueryClient }> {
  const talonOne = createTalonOne({ fetch: createSandbox({ latency: 200 }).fetch, profileId: 'ada' })
  const { cartItems } = parameters
  if (cartItems) await talonOne.send(updateCustomerSessionV2, { customerSessionId: 'story', customerSession: { cartItems } })
  return { talonOne, queryClient: new QueryClient() }
}

const withSandbox: Decorator = (Story, { loaded }) => (
  <QueryClientProvider client={loaded.queryClient}>
    <TalonOneProvider client={loaded.talonOne} sessionId="story">
      <Story />
    </TalonOneProvider>
  </QueryClientProvider>
)

const preview: Preview = {
  loaders: [openSandbox],
  decorators: [withSandbox],
  parameters: { a11y: { test: 'error' } },
  tags: ['autodocs'],
}

export default preview
