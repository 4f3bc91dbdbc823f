/** A page over a scripted Talon.One, as the tests of hooks mount it. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, fireEvent, screen } from '@testing-library/react'
import type { ReactNode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { type CartOptions, type RejectionMessages, type TalonOne, TalonOneProvider } from 'talon-one-react'
import { onTestFinished, vi } from 'vitest'
import { createServer, type TalonOneServer } from '../talon-one.ts'

export const apple = { sku: 'APPLE', name: 'Apple', price: 2.5 }
export const bread = { sku: 'BREAD', name: 'Bread', price: 4 }

export interface ShopProps {
  client: TalonOne
  queryClient: QueryClient
  sessionId?: string
  profileId?: string
  platform?: NonNullable<CartOptions['platform']>
  messages?: RejectionMessages
  children?: ReactNode
}

export function Shop({ client, queryClient, sessionId = 'cart', profileId, platform, messages, children }: ShopProps) {
  return (
    <QueryClientProvider client={queryClient}>
      <TalonOneProvider
        client={client}
        sessionId={sessionId}
        {...(profileId !== undefined && { profileId })}
        {...(platform && { platform })}
        {...(messages && { messages })}
      >
        {children}
      </TalonOneProvider>
    </QueryClientProvider>
  )
}

/** A shop whose cart holds an apple and a bread. */
export function openServer(): TalonOneServer {
  const server = createServer()
  server.write('cart', { cartItems: [apple, bread].map((item) => ({ ...item, quantity: 1 })) })
  return server
}

/** Testing Library's `wrapper`. Its own cache: pages of different wrappers share no cart. */
export function shopOf({ client }: TalonOneServer, platform?: ShopProps['platform']) {
  const queryClient = new QueryClient()
  return function Wrapper({ children }: { children: ReactNode }) {
    return (
      <Shop client={client} queryClient={queryClient} {...(platform && { platform })}>
        {children}
      </Shop>
    )
  }
}

export const settle = (server: TalonOneServer) => act(() => server.clock.settle())
export const click = (name: string) => fireEvent.click(screen.getByRole('button', { name }))
export const count = (server: TalonOneServer, method: string) => server.requests.filter((request) => request.method === method).length

/** Hydrates a page as a browser does; whatever React has to say against it is a problem. */
export async function hydratePage(html: string, node: ReactNode) {
  const page = document.createElement('div')
  page.innerHTML = html
  document.body.append(page)
  const problems: unknown[] = []
  const { restore } = hushed(problems)
  const root = await act(async () => hydrateRoot(page, node, { onRecoverableError: (error) => problems.push(error) }))
  onTestFinished(() => {
    act(() => root.unmount())
    page.remove()
    restore()
  })
  return { page, problems }
}

/** Keeps the console quiet, and what it was told. */
export function hushed(told: unknown[] = []) {
  const spy = vi.spyOn(console, 'error').mockImplementation((...words) => void told.push(words))
  return { told, restore: () => spy.mockRestore() }
}
