'use client'

import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ComponentType, createContext, createElement, type ReactElement, type ReactNode, useContext, useEffect, useState } from 'react'
import type { TalonOne } from '../client.ts'
import { TalonOneError } from '../error.ts'
import { TalonOneProvider, type TalonOneProviderProps } from '../react/provider.ts'
import type { Sandbox } from '../sandbox/index.ts'
import { type OpenShop, openShop, type TestShopOptions } from './shop.ts'

/** What {@link TalonOneTestProvider} takes. */
export interface TalonOneTestProviderProps extends TestShopOptions, Pick<TalonOneProviderProps, 'keyOf' | 'messages'> {
  children?: ReactNode
}

/** A shop for tests, as {@link createTestShop} makes it. */
export interface TestShop {
  /** Its Talon.One: look into `state`, change the weather with `setWeather`. */
  sandbox: Sandbox
  client: TalonOne
  /** Its cache: a failed request is not sent again unless a hook says so. Cleared when the last page has been unmounted. */
  queryClient: QueryClient
  /** Testing Library's `wrapper`. Rendering with it a second time is another page of the same shop. */
  wrapper: ComponentType<{ children?: ReactNode }>
}

type Wording = Pick<TalonOneProviderProps, 'keyOf' | 'messages'>

const wordingOf = ({ keyOf, messages }: { [Name in keyof Wording]: Wording[Name] | undefined }): Wording => ({
  ...(keyOf && { keyOf }),
  ...(messages && { messages }),
})

const SandboxContext = createContext<Sandbox | undefined>(undefined)

/**
 * A provider with a Talon.One of its own, for a test or a story: nothing to start, mock or clean up. The cart is filled and known
 * before the first render; unmounting it ends everything that waits. Options are read once, when it mounts; another `scenario` starts over.
 *
 * @example
 * render(<Checkout />, { wrapper: TalonOneTestProvider })
 * render(<TalonOneTestProvider scenario="expiredCoupon"><Checkout /></TalonOneTestProvider>)
 *
 * @throws TalonOneError while it renders: `invalid_config` for a scenario or a weather that cannot be, `invalid_input` for a cart that
 * cannot be.
 */
export function TalonOneTestProvider({ children, ...options }: TalonOneTestProviderProps): ReactElement {
  return createElement(OwnShop, { key: options.scenario, options }, children)
}

/**
 * The same as an object, for a test that looks into its sandbox or changes the weather.
 *
 * @example
 * const { wrapper, sandbox } = createTestShop({ scenario: 'offline' })
 * render(<Checkout />, { wrapper })
 * sandbox.setWeather() // back online
 *
 * @throws TalonOneError `invalid_config`, `invalid_input`
 */
export function createTestShop({ keyOf, messages, ...options }: Omit<TalonOneTestProviderProps, 'children'> = {}): TestShop {
  const shop = openShop(options)
  const { sandbox, client, queryClient } = shop
  const wording = wordingOf({ keyOf, messages })
  return { sandbox, client, queryClient, wrapper: ({ children }) => createElement(Shop, { shop, wording }, children) }
}

/**
 * The sandbox of the nearest {@link TalonOneTestProvider}, for a story with a button that changes the weather.
 *
 * @throws TalonOneError `missing_provider`
 */
export function useSandbox(): Sandbox {
  const sandbox = useContext(SandboxContext)
  if (sandbox) return sandbox
  throw new TalonOneError('missing_provider', 'useSandbox needs a <TalonOneTestProvider> above it')
}

function OwnShop({ options, children }: { options: TestShopOptions & Wording; children?: ReactNode }): ReactElement {
  const { keyOf, messages, ...ofShop } = options
  const [shop] = useState(() => openShop(ofShop))
  return createElement(Shop, { shop, wording: wordingOf({ keyOf, messages }) }, children)
}

function Shop({ shop, wording, children }: { shop: OpenShop; wording: Wording; children?: ReactNode }): ReactElement {
  const { sandbox, client, queryClient, platform, sessionId, enter } = shop
  useEffect(() => enter(), [enter])
  const provider = createElement(TalonOneProvider, { client, platform, sessionId, ...wording }, children)
  return createElement(SandboxContext.Provider, { value: sandbox }, createElement(QueryClientProvider, { client: queryClient }, provider))
}
