/** Writes of a cart that come too late: a newer one of the same page has been here before. */
import { hashedKey } from './hashed-key.ts'
import { Problem } from './problem.ts'
import type { ProxyStore } from './store.ts'

// As long as a page may have been asleep with a request on its way.
const fenceMs = 10 * 60_000

/**
 * Refuses a write with 412 that the network has kept while a newer one of the same page went past it.
 *
 *     page     write 1 ------------ (timeout) write 2
 *     network         \________________________________ kept, then
 *     proxy                                    2 lands ---- 1: refused
 *
 * `x-talon-sequence` names the page and counts its writes: `kqa1x7.12`. A request without it is let through.
 */
export async function refuseOvertaken(store: ProxyStore, { headers }: Request, sessionId: string): Promise<void> {
  const sequence = headers.get('x-talon-sequence')
  if (sequence === null) return
  const [, page, count] = /^([\w-]{1,64})\.(\d{1,15})$/.exec(sequence) ?? []
  if (page === undefined) {
    const message = 'the `x-talon-sequence` must be a word, a dot and a number'
    throw new Problem(400, 'invalid_request', { issues: [{ pointer: '', message }] })
  }
  if (!(await store.raise(hashedKey('fence', sessionId, page), Number(count), fenceMs)))
    // Of a write that the network sent twice, the other copy may have been carried out.
    throw new Problem(412, 'stale_write', { retryable: true, outcome: 'unknown' })
}
