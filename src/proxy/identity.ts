import { isRecord } from '../record.ts'
import { within } from './deadline.ts'
import { Problem } from './problem.ts'

/** Who a request comes from, by the shop's own session: never by anything the browser could choose. */
export interface Shopper {
  /** The integration id of the shopper's profile; a guest has one too. Stable, and not an e-mail address. */
  profileId: string
  /** The loyalty cards that are proven to be the shopper's, who may read and spend their points. Default: none. */
  loyaltyCardIds?: readonly string[]
}

/** Tells who a request comes from; null when nobody is signed in. */
export type Identify = (request: Request) => Shopper | null | Promise<Shopper | null>

/**
 * What staff may do. Each scope stands for itself; somebody who may do everything has all three.
 * - `'read'`: every operation that changes nothing.
 * - `'write'`: every one that changes something, dry runs of it included.
 * - `'destructive'`: those that delete a customer's data, an audience or its members, or transactions from ledgers.
 */
export type StaffScope = 'read' | 'write' | 'destructive'

/** Who of the staff a request comes from, by your own sign-in. */
export interface Staff {
  /** Whose account it is. Stable: an `Idempotency-Key` counts for its subject only. */
  subject: string
  scopes: readonly StaffScope[]
  /** When they last proved who they are. What is destructive needs it, no longer than five minutes ago. */
  signedInAt?: Date
}

/** Tells who of the staff a request comes from; null when nobody is signed in. */
export type IdentifyStaff = (request: Request) => Staff | null | Promise<Staff | null>

/** Asks `identify`, and fails closed: what is not a proper identity is never taken for an anonymous one. Null: nobody is signed in. */
export async function identifyShopper(identify: Identify, request: Request, ms: number): Promise<Shopper | null> {
  const shopper: unknown = await ask(identify, request, ms)
  if (shopper === null) return null
  if (typeof shopper !== 'object' || !('profileId' in shopper) || !isId(shopper.profileId)) throw new Problem(500, 'identity_invalid')
  const cards = 'loyaltyCardIds' in shopper && Array.isArray(shopper.loyaltyCardIds) ? shopper.loyaltyCardIds : []
  return { profileId: shopper.profileId, loyaltyCardIds: cards.filter((card) => typeof card === 'string') }
}

/** Asks `identify`, and fails closed, as for shoppers. A scope that nobody knows grants nothing. */
export async function identifyStaff(identify: IdentifyStaff, request: Request, ms: number): Promise<IdentifiedStaff> {
  const staff: unknown = await ask(identify, request, ms)
  if (staff === null) throw new Problem(401, 'unauthenticated')
  // A text of scopes is refused too: `includes` would find one scope within another word.
  if (!isRecord(staff) || !isId(staff.subject) || !Array.isArray(staff.scopes)) throw new Problem(500, 'identity_invalid')
  const { subject, scopes, signedInAt } = staff
  return { subject, scopes, signedInAt: signedInAt instanceof Date ? signedInAt.getTime() : NaN }
}

/** Staff as `identify` names them. A scope may be anything. */
export interface IdentifiedStaff {
  subject: string
  scopes: readonly unknown[]
  /** In milliseconds since 1970; NaN when it was not told. */
  signedInAt: number
}

function ask<Value>(identify: (request: Request) => Value | Promise<Value>, request: Request, ms: number): Promise<Value> {
  return within(ms, lateIdentity, () => identify(request))
}

/** What whoever waits too long for the shop's own code to say whose something is, is told. */
export function lateIdentity(): Problem {
  return new Problem(503, 'identity_unavailable', { retryable: true })
}

/** Whether something is an id that Talon.One can be given. */
export function isId(id: unknown): id is string {
  return (
    typeof id === 'string' &&
    id.trim() !== '' &&
    id.length <= 1000 &&
    id !== '.' &&
    id !== '..' &&
    id !== 'me' &&
    !/\p{Surrogate}|\p{Cc}/u.test(id)
  )
}
