import { hmac } from '@noble/hashes/hmac.js'
// MD5 is what the scheme asks for; WebCrypto has none.
import { md5 } from '@noble/hashes/legacy.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'

/** Signs the exact bytes of a request body; `''` for a request without one. Returns the header's value. */
export type ContentSignature = (body: string) => string

/**
 * The legacy credential: `Content-Signature: signer=<application id>; signature=<HMAC-MD5>`, keyed with the application's
 * hex-encoded key. Only for the V1 operations of accounts that still have it; everybody else has an API key.
 *
 * Source: developers.talon.one, Integration API, Authentication (2019 to 2021).
 *
 * @throws Error when the key is not hexadecimal; the message does not hold it.
 */
export function contentSignature({ applicationId, applicationKey }: { applicationId: number; applicationKey: string }): ContentSignature {
  if (!Number.isSafeInteger(applicationId) || applicationId < 1)
    throw new Error('contentSignature: `applicationId` must be a positive integer')
  if (!/^([0-9a-f]{2})+$/i.test(applicationKey)) throw new Error('contentSignature: `applicationKey` must be hexadecimal')
  const key = hexToBytes(applicationKey.toLowerCase())
  return (body) => `signer=${applicationId}; signature=${bytesToHex(hmac(md5, key, new TextEncoder().encode(body)))}`
}
