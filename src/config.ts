/** What a client may be told, checked before it is used. */
import type { HeadersSource } from './client.ts'
import { TalonOneError } from './error.ts'

const wrong = (message: string) => new TalonOneError('invalid_config', message)

function refuseInBrowser(what: string): void {
  if (typeof document !== 'undefined') throw wrong(`${what} must not be in a browser: leave it to your proxy`)
}

/** A base URL without slashes at its end, and whether it is Talon.One's own. */
export function readBaseUrl(baseUrl: string): { address: string; isTalonOne: boolean } {
  const address = baseUrl.replace(/\/+$/, '')
  const href = URL.canParse(address) ? new URL(address).href : ''
  // A URL parser drops some of these and reads a backslash as a slash, so that a path could turn into another host.
  const isOdd = /[\s\p{Cc}\\?#]/u.test(baseUrl)
  // In a parsed URL, what stands before an `@` of the host are credentials.
  if (isOdd || !(href ? /^https?:\/\/[^/@]+\//.test(href) : /^\/(?!\/)/.test(baseUrl)))
    throw wrong('`baseUrl` must be a path such as `/talon-one`, or an http(s) URL without credentials and query')
  const isTalonOne = /^https?:\/\/([^/]+\.)?talon\.one\.?[:/]/.test(href)
  if (isTalonOne) refuseInBrowser("Talon.One's own `baseUrl`")
  return { address, isTalonOne }
}

// What timers can count to: one that is set to more goes off at once.
const longestTimeout = 2 ** 31 - 1

/** Refuses a timeout that no timer can keep. */
export function checkTimeout(timeout: number): void {
  if (!(timeout > 0 && timeout <= longestTimeout)) throw wrong(`\`timeout\` must be above 0 and at most ${longestTimeout} ms`)
}

/** Reads headers in any of their forms. */
export function readHeaders(init: HeadersSource | undefined): Headers {
  try {
    return new Headers(init)
  } catch {
    // Without the platform's own error, even as a cause: it quotes the value, which may be a key.
    throw wrong('a header holds characters that are not allowed')
  }
}

/** Whether headers carry a credential of Talon.One, which is refused in a browser. */
export function checkKey(headers: Headers): boolean {
  const isKey = /^\s*ApiKey-v1\b/i.test(headers.get('authorization') ?? '') || headers.has('content-signature')
  if (isKey) refuseInBrowser('a Talon.One credential')
  return isKey
}
