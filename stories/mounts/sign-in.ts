/** Stands for your own sign-in, whose cookie says who somebody is and is signed: `customer=ada.<HMAC-SHA-256 of customer:ada, in base64>`. */
import type { Identify } from 'talon-one-react/proxy'

export function signedInBy(secret = ''): Identify {
  return async ({ headers }) => {
    const [, profileId, mac] = /(?:^|; )customer=([\w-]+)\.([\w+/]{43}=)(?:;|$)/.exec(headers.get('cookie') ?? '') ?? []
    if (profileId === undefined || mac === undefined) return null
    const key = await crypto.subtle.importKey('raw', bytesOf(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
    const isTrue = await crypto.subtle.verify('HMAC', key, fromBase64(mac), bytesOf(`customer:${profileId}`))
    return isTrue ? { profileId } : null
  }
}

const bytesOf = (text: string) => new TextEncoder().encode(text)
const fromBase64 = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
