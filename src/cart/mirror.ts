/** A cart's session in the query cache, where other hooks, devtools and whoever renders on a server find it. */
import type { QueryClient } from '@tanstack/react-query'
import type { TalonOne } from '../client.ts'
import type { IntegrationCustomerSessionResponse } from '../effects.ts'
import { getCustomerSession } from '../endpoints.ts'
import { isTalonOneError } from '../error.ts'
import { queryKeyFor } from '../queries.ts'
import type { SessionAnswer } from './confirmed.ts'

/** What {@link createMirror} takes. */
export interface MirrorOptions {
  client: TalonOne
  sessionId: string
  queryClient: QueryClient | undefined
  /** Somebody else has put an answer there, such as a hook that writes the session or reads it. */
  heard: (answer: SessionAnswer) => void
}

/** Reads a session, and shows it to the rest of the page. */
export interface Mirror {
  /** The session from the server; undefined when there is none yet. */
  read(signal: AbortSignal): Promise<IntegrationCustomerSessionResponse | undefined>
  /** What the cache holds. */
  current(): unknown
  write(answer: SessionAnswer): void
  close(): void
}

export function createMirror({ client, sessionId, queryClient, heard }: MirrorOptions): Mirror {
  const input = { customerSessionId: sessionId }
  const queryKey = queryKeyFor(client, getCustomerSession, input)
  // Comparing two answers through and through costs as much as parsing one; lines are kept by the cart's own view.
  queryClient?.setQueryDefaults(queryKey, { structuralSharing: false })
  let isWriting = false
  const close = queryClient?.getQueryCache().subscribe(({ type, query }) => {
    if (type !== 'updated' || isWriting || JSON.stringify(query.queryKey) !== name) return
    const answer = queryClient.getQueryData<SessionAnswer>(queryKey)
    if (answer) heard(answer)
  })
  const name = JSON.stringify(queryKey)
  return {
    async read(signal) {
      try {
        return await client.send(getCustomerSession, input, { signal })
      } catch (caught) {
        if (isTalonOneError(caught) && caught.code === 'not_found') return undefined
        throw caught
      }
    },
    current: () => queryClient?.getQueryData(queryKey),
    write({ customerSession, effects = [] }) {
      if (!customerSession) return
      isWriting = true
      try {
        queryClient?.setQueryData(queryKey, { customerSession, effects: [...effects] })
      } finally {
        isWriting = false
      }
    },
    close: () => close?.(),
  }
}
