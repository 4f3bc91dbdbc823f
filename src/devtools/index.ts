'use client'
/** A panel for whoever builds a shop: what a cart does, and why it shows what it shows. */

import { createElement, type ReactElement, useEffect, useState } from 'react'
import { useCartStore } from '../react/cart.ts'
import { historyOf } from './history.ts'
import type { CartPanelProps } from './panel.tsx'

/** What {@link CartDevtools} takes. */
export interface CartDevtoolsProps {
  /** Which cart. Default: the provider's. */
  sessionId?: string
}

/**
 * Shows a cart's last 200 edits, requests and answers, with the effects that each answer brought and took away, how long requests take,
 * and which writes may still land. What shoppers wrote stays hidden until "Show values" is pressed. Put it anywhere below the provider;
 * it is a closed line until somebody opens it, and records from when it is mounted.
 *
 * In production (`process.env.NODE_ENV`) it is nothing: it renders nothing, loads nothing, and bundlers leave its code out.
 *
 * @example
 * <TalonOneProvider client={talonOne} sessionId={sessionId}>
 *   <Shop />
 *   <CartDevtools />
 * </TalonOneProvider>
 *
 * @throws TalonOneError while it renders: `missing_provider`, `invalid_session_id`
 */
export function CartDevtools(props: CartDevtoolsProps): ReactElement | null {
  return process.env.NODE_ENV === 'production' ? null : createElement(LaterPanel, props)
}

const loadPanel = () => import('./panel.tsx')

// Its code comes after the page has been shown, and never on a server.
function LaterPanel({ sessionId }: CartDevtoolsProps): ReactElement | null {
  const cart = useCartStore(sessionId)
  const [Panel, setPanel] = useState<(props: CartPanelProps) => ReactElement>()
  useEffect(() => void historyOf(cart), [cart])
  useEffect(() => {
    loadPanel().then(
      ({ CartPanel }) => setPanel(() => CartPanel),
      (cause) => console.warn('talon-one-react/devtools could not be loaded', cause),
    )
  }, [])
  return Panel ? createElement(Panel, { cart }) : null
}
