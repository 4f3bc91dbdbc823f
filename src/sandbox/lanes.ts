/** Who waits for whom: requests that update one profile or one session run one at a time. */
import type { Endpoint } from '../endpoint.ts'
import { identitiesOf, lacksIdentity } from '../identity.ts'
import { tooManyRequests } from './refusal.ts'
import type { State } from './state.ts'

/** Runs `work` after everything else on these lanes, or refuses with 409. */
export type Lanes = <T>(keys: readonly string[], work: () => Promise<T>) => Promise<T>

// docs.talon.one/docs/dev/tutorials/load-testing: one running and two queued; the next one gets 409.
const capacity = 3

/** Makes empty lanes. */
export function createLanes(): Lanes {
  const lines = new Map<string, { length: number; tail: Promise<void> }>()

  return async (keys, work) => {
    const full = keys.find((key) => (lines.get(key)?.length ?? 0) >= capacity)
    if (full !== undefined) throw tooManyRequests(full.startsWith('session ') ? 'session' : 'profile')

    const mine = Promise.all(keys.flatMap((key) => lines.get(key)?.tail ?? [])).then(work)
    const tail = mine.then(
      () => undefined,
      () => undefined,
    )
    for (const key of keys) lines.set(key, { length: (lines.get(key)?.length ?? 0) + 1, tail })
    try {
      return await mine
    } finally {
      for (const key of keys) {
        const line = lines.get(key)
        if (line === undefined) continue
        if (line.length === 1) lines.delete(key)
        else line.length -= 1
      }
    }
  }
}

const serialised: ReadonlySet<string> = new Set([
  'updateCustomerSessionV2',
  'updateCustomerProfileV2',
  'updateCustomerSession',
  'updateCustomerProfile',
  'trackEvent',
  'trackEventV2',
  'trackEventV3',
])

/** The lanes of a request: its session's first, its profile's second. A dry run updates nothing and has none. */
export function lanesOf(endpoint: Endpoint, input: Record<string, unknown>, state: State): string[] {
  if (!serialised.has(endpoint.operationId) || input.dry === true) return []
  const sessionId = input.customerSessionId ?? input.sessionId
  if (typeof sessionId !== 'string') return identitiesOf(endpoint, input).map((id) => `profile ${id}`)
  // An explicit '' moves the session away from its profile.
  const stored = lacksIdentity(endpoint, input) ? state.sessions.get(sessionId)?.session.profileId : undefined
  const profileId = identitiesOf(endpoint, input)[0] ?? stored
  return [`session ${sessionId}`, ...(profileId ? [`profile ${profileId}`] : [])]
}
