import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'

/** What ids are derived from, beside the profile and the browser's own id. */
export interface SessionNamespace {
  /** At least 32 characters, the same on every replica and in the order system. */
  secret: string | undefined
  /** Shop, application or environment: the same id in two of them is two sessions. Default: `'shop'`. */
  audience?: string
}

/** Whether a secret is one. */
export function isSecret(secret: unknown): secret is string {
  return typeof secret === 'string' && secret.length >= 32
}

/**
 * The id under which Talon.One knows a shopper's session. Derived from the browser's id, the profile and a secret
 * (HMAC-SHA-256), so every shopper has a namespace of their own: there is nothing to mint, to store or to steal, and another
 * shopper's id leads nowhere. The order system calls it to close what a shopper filled.
 */
export function shopperSessionId(namespace: SessionNamespace, profileId: string, browserId: string): string {
  return deriveId(namespace, 'session', profileId, browserId)
}

/** An id that only this shopper's requests lead to. Those of two kinds never meet, whatever the browser calls them. */
export function deriveId(
  { secret, audience = 'shop' }: SessionNamespace,
  kind: 'session' | 'event' | 'idempotency-key' | 'guest',
  profileId: string,
  ...names: readonly string[]
): string {
  if (!isSecret(secret)) throw new Error('shopperSessionId: `secret` must have at least 32 characters')
  // A JSON array keeps its parts apart: `a` + `bc` is not `ab` + `c`.
  const parts = JSON.stringify([`talon-one-${kind}`, 1, audience, profileId, ...names])
  return base64url(keyedWith(secret).update(utf8ToBytes(parts)).digest())
}

let latest: { secret: string; mac: ReturnType<typeof hmac.create> } | undefined

// A shop has one secret, and half of what a short HMAC takes is to take in its key.
function keyedWith(secret: string) {
  if (latest?.secret !== secret) latest = { secret, mac: hmac.create(sha256, utf8ToBytes(secret)) }
  return latest.mac.clone()
}

/** The SHA-256 of a text, 43 characters long. */
export function hashOf(text: string): string {
  return base64url(sha256(utf8ToBytes(text)))
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Bytes as text for a path or a header. */
// A request has ten ids made: `btoa`, and replacing what it writes, would take four times as long.
export function base64url(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let count = 0
  for (const byte of bytes) {
    bits = ((bits & 63) << 8) | byte
    for (count += 8; count >= 6; count -= 6) text += digits[(bits >> (count - 6)) & 63]
  }
  return count === 0 ? text : text + digits[(bits << (6 - count)) & 63]
}
