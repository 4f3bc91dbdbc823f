import type { Decorator, Preview } from '@storybook/react-vite'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { createTalonOne, TalonOneProvider } from 'talon-one-react'
import { createSandbox } from 'talon-one-react/sandbox'

/** A Talon.One of its own for each story: no network, no service worker, nothing left over from the story before. */
function SandboxProvider({ children }: { children: ReactNode }) {
  const [{ client, queryClient }] = useState(() => ({
    client: createTalonOne({ fetch: createSandbox({ latency: 200 }).fetch }),
    queryClient: new QueryClient(),
  }))
  return (
    <QueryClientProvider client={queryClient}>
      <TalonOneProvider client={client} profileId="ada" sessionId="story">
        {children}
      </TalonOneProvider>
    </QueryClientProvider>
  )
}

const withSandbox: Decorator = (Story) => (
  <SandboxProvider>
    <Story />
  </SandboxProvider>
)

const preview: Preview = {
  decorators: [withSandbox],
  parameters: { a11y: { test: 'error' } },
  tags: ['autodocs'],
}

export default preview
