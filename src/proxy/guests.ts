/** Shoppers that nobody has introduced: known by a cookie that no script can read, and that nobody can make up. */
import type { Shopper } from './identity.ts'
import { base64url, deriveId, type SessionNamespace } from './session-id.ts'

/** How guests are known. */
export interface GuestOptions {
  /** How long a browser keeps a guest, in milliseconds. @default 2592000000, which is 30 days */
  maxAge?: number
  /**
   * For development over plain http in browsers that keep no `Secure` cookie there, such as Safari on localhost: then another host of the
   * same site can set the cookie, too. @default false
   */
  unsafeHttp?: boolean
}

// The prefix has a browser refuse it from any other host, path or connection.
const nameOf = ({ unsafeHttp }: GuestOptions) => (unsafeHttp ? 'talon-one-guest' : '__Host-talon-one-guest')
const attributesOf = ({ unsafeHttp }: GuestOptions) => `Path=/; ${unsafeHttp ? '' : 'Secure; '}HttpOnly; SameSite=Strict`

// Keeps guests apart from the shop's own profiles.
const prefix = 'guest_'

/**
 * The guest whose cookie a request carries; undefined where it has none, or one that this shop has not made. For the shop's own sign-in,
 * which knows by it whose cart to hand over; see `createOrderSystem`.
 */
export function readGuest({ headers }: Request, namespace: SessionNamespace & GuestOptions): Shopper | undefined {
  for (const cookie of (headers.get('cookie') ?? '').split(';')) {
    const [, name, id = '', mac = ''] = /^\s*([\w-]+)=([\w-]{22})\.([\w-]{43})\s*$/.exec(cookie) ?? []
    if (name === nameOf(namespace) && isEqual(mac, macOf(namespace, id))) return { profileId: prefix + id }
  }
  return undefined
}

/** A guest whom nobody has met: 128 random bits. */
export function newGuest(): Shopper {
  return { profileId: prefix + base64url(crypto.getRandomValues(new Uint8Array(16))) }
}

/** Whether a profile is that of a guest. */
export function isGuest(profileId: string): boolean {
  return /^guest_[\w-]{22}$/.test(profileId)
}

/** The `Set-Cookie` that has a browser forget its guest: once their cart has been handed over. */
export function forgetGuest(options: GuestOptions = {}): string {
  return `${nameOf(options)}=; ${attributesOf(options)}; Max-Age=0`
}

/** The `Set-Cookie` that has a browser remember a guest. */
export function guestCookie({ profileId }: Shopper, namespace: SessionNamespace, options: GuestOptions): string {
  const { maxAge = 30 * 86_400_000 } = options
  const id = profileId.slice(prefix.length)
  return `${nameOf(options)}=${id}.${macOf(namespace, id)}; ${attributesOf(options)}; Max-Age=${Math.round(maxAge / 1000)}`
}

function macOf(namespace: SessionNamespace, id: string): string {
  return deriveId(namespace, 'guest', id)
}

// As long for a wrong one as for the right one: both are 43 characters.
function isEqual(one: string, other: string): boolean {
  let difference = 0
  for (let index = 0; index < other.length; index++) difference |= one.charCodeAt(index) ^ other.charCodeAt(index)
  return difference === 0
}
