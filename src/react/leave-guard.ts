'use client'

import { useEffect } from 'react'
import type { CartView } from '../cart/view.ts'
import { type UseCartOptions, useCartStore, useSelection } from './cart.ts'

/** What {@link useLeaveGuard} takes. */
export interface UseLeaveGuardOptions extends UseCartOptions {
  /** Asks while anything waits for the server, also what would be sent when the shopper comes back. @default false */
  whilePending?: boolean
}

/**
 * Has the browser ask before a shopper leaves the page, while there are edits that would be lost: those that wait for the server
 * where the browser keeps nothing. At all other times it does not listen, so that the page stays eligible for the back/forward cache.
 * Browsers ask in their own words, only after the shopper has touched the page, and on phones often not at all. Stands on
 * updateCustomerSessionV2.
 *
 * @throws TalonOneError `missing_provider`, `invalid_session_id`
 */
export function useLeaveGuard({ sessionId, whilePending = false }: UseLeaveGuardOptions = {}): void {
  const isAtRisk = useSelection(useCartStore(sessionId), whilePending ? isPending : wouldBeLost)
  useEffect(() => {
    if (!isAtRisk) return
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [isAtRisk])
}

const isPending = ({ pending }: CartView) => pending
const wouldBeLost = ({ pending, durable }: CartView) => pending && !durable
const ask = (event: Event) => event.preventDefault()
