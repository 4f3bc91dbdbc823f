import { hashOf } from './session-id.ts'

/**
 * A key for the proxy's store: the SHA-256 of its purpose and its parts, 43 characters long whatever the parts are. No two purposes and no
 * two lists of parts share one, and nobody who reads the store learns an id from it that they could not guess.
 */
export function hashedKey(purpose: string, ...parts: readonly string[]): string {
  // A JSON array keeps its parts apart: `a` + `bc` is not `ab` + `c`. WebCrypto would take 43 µs for what takes 3 here.
  const text = JSON.stringify([`talon-one-${purpose}`, 1, ...parts])
  const known = recent.get(text)
  if (known !== undefined) return known
  const key = hashOf(text)
  if (text.length > longestKept) return key
  // A map iterates in the order of insertion.
  const [oldest] = recent.size >= mostKept ? recent.keys() : []
  if (oldest !== undefined) recent.delete(oldest)
  recent.set(text, key)
  return key
}

// Whoever sends one request sends more, and each needs half a dozen keys that are the same every time.
const recent = new Map<string, string>()
const mostKept = 5_000
const longestKept = 300
