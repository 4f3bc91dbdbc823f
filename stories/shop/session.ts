import { useState } from 'react'

const storageKey = 'shop.sessionId'

function remember(sessionId: string): string {
  localStorage.setItem(storageKey, sessionId)
  return sessionId
}

/** The id of the shopper's cart. It is kept, so that a reload finds the cart again; an order is followed by a new one. */
export function useShopSession() {
  const [sessionId, setSessionId] = useState(() => localStorage.getItem(storageKey) ?? remember(crypto.randomUUID()))
  const renew = () => setSessionId(remember(crypto.randomUUID()))
  return { sessionId, renew }
}
