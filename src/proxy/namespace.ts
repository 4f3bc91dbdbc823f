/** What the browser calls a thing is not what Talon.One calls it: every shopper has a namespace of their own. */
import type { Endpoint } from '../endpoint.ts'
import { within } from './deadline.ts'
import { isId, lateIdentity, type Shopper } from './identity.ts'
import { Problem } from './problem.ts'
import { readIdempotencyKey } from './request.ts'
import { deriveId, hashOf, type SessionNamespace } from './session-id.ts'

/** An input with Talon.One's ids. */
export interface Namespaced {
  input: Record<string, unknown>
  /** What the browser calls the sessions it named, by the id that Talon.One knows them under. */
  browserIds: ReadonlyMap<string, string>
}

const sessionFields = ['customerSessionId', 'connectedSessionId', 'customerSessionIDs']

/** A shop's own mapping, where its carts have ids of their own: Talon.One's id for what a browser calls a session; null when it is not the shopper's. */
export type SessionOf = (shopper: Shopper, browserId: string) => string | null | Promise<string | null>

/** Leads every session and event that an input names into the shopper's namespace. `ms`: how long the shop's own mapping may take for each. */
export async function inNamespace(
  namespace: SessionNamespace,
  sessionOf: SessionOf | undefined,
  endpoint: Endpoint,
  input: Record<string, unknown>,
  shopper: Shopper,
  ms: number,
): Promise<Namespaced> {
  const { profileId } = shopper
  const browserIds = new Map<string, string>()
  const derived = { ...input }
  const sessionId = async (browserId: string): Promise<string> => {
    const id = await sessionIdOf(namespace, sessionOf, shopper, browserId, ms)
    browserIds.set(id, browserId)
    return id
  }
  for (const name of sessionFields) {
    const named = input[name]
    // `readInput` has held them to the row's shape: an id, or a list of ids.
    if (typeof named === 'string') derived[name] = await sessionId(named)
    else if (Array.isArray(named)) derived[name] = await Promise.all(named.map(sessionId))
  }
  // Where it is not the profile's, an `integrationId` is an event's.
  if (typeof input.integrationId === 'string' && endpoint.identity !== '/integrationId')
    derived.integrationId = deriveId(namespace, 'event', profileId, input.integrationId)
  return { input: derived, browserIds }
}

/** The id under which Talon.One knows what a shopper's browser calls a session. Refuses one that is not the shopper's. `ms`: how long the shop's own mapping may take. */
export async function sessionIdOf(
  namespace: SessionNamespace,
  sessionOf: SessionOf | undefined,
  shopper: Shopper,
  browserId: string,
  ms: number,
): Promise<string> {
  if (!sessionOf) return deriveId(namespace, 'session', shopper.profileId, browserId)
  const id = await within(ms, lateIdentity, () => sessionOf(shopper, browserId))
  if (id === null) throw new Problem(404, 'not_found')
  if (!isId(id)) throw new Problem(500, 'identity_invalid')
  return id
}

/**
 * The `Idempotency-Key` that goes upstream: with the browser's own, a shopper could have another one's answer replayed. It stands for
 * what is sent too, which differs between two attempts when a price has changed in between. Undefined when the browser sent none, or when
 * the row takes none.
 */
export function idempotencyKeyOf(
  namespace: SessionNamespace,
  endpoint: Endpoint,
  request: Request,
  input: Record<string, unknown>,
  profileId: string,
): string | undefined {
  const key = readIdempotencyKey(endpoint, request)
  if (key === undefined) return undefined
  // Hashed first: as a part of the list, all its quotes would be escaped.
  const sent = hashOf(JSON.stringify(input))
  return deriveId(namespace, 'idempotency-key', profileId, endpoint.operationId, key, sent)
}

/**
 * The same for staff: of their own key and who they are, and of nothing else, so that what Talon.One makes of a key that comes again is
 * there to see. With the plain key, somebody could use up the one that a colleague or the order system is about to send, whose write would
 * then never be carried out. It takes no secret: nobody can choose a key whose hash is another one's key.
 */
export function staffIdempotencyKeyOf(endpoint: Endpoint, request: Request, subject: string): string | undefined {
  const key = readIdempotencyKey(endpoint, request)
  if (key === undefined) return undefined
  return hashOf(JSON.stringify(['talon-one-staff-idempotency-key', 1, subject, key]))
}
