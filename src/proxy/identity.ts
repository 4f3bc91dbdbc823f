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

/** Asks `identify`, and fails closed: what is not a proper identity is never taken for an anonymous one. */
export async function identifyShopper(identify: Identify, request: Request): Promise<Shopper> {
  const shopper: unknown = await identify(request)
  if (shopper === null) throw new Problem(401, 'unauthenticated')
  if (typeof shopper !== 'object' || !('profileId' in shopper) || !isProfileId(shopper.profileId))
    throw new Problem(500, 'identity_invalid')
  const cards = 'loyaltyCardIds' in shopper && Array.isArray(shopper.loyaltyCardIds) ? shopper.loyaltyCardIds : []
  return { profileId: shopper.profileId, loyaltyCardIds: cards.filter((card) => typeof card === 'string') }
}

function isProfileId(id: unknown): id is string {
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
