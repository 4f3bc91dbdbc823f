/** One write of a profile at a time, whichever replica it comes to: Talon.One answers 409 to what overlaps. */
import { hashedKey } from './hashed-key.ts'
import { Problem } from './problem.ts'
import type { ProxyStore } from './store.ts'

// Longer than a write may take to land that nobody waits for any more.
const laneMs = 30_000
const retryAfterMs = 1_000

/** Runs a write in its profile's lane. Refuses with a 409 that says to try again while another one is under way. */
export async function inWriteLane<Value>(
  store: ProxyStore,
  audience: string,
  profileId: string,
  write: () => Promise<Value>,
): Promise<Value> {
  const key = hashedKey('lane', audience, profileId)
  const token = await store.lock(key, laneMs)
  if (token === undefined) throw new Problem(409, 'conflict', { retryable: true, retryAfterMs })
  let mayLand = false
  try {
    return await write()
  } catch (error) {
    // It may still land, and would then land over what comes next.
    mayLand = error instanceof Problem && error.code === 'upstream_timeout'
    throw error
  } finally {
    if (!mayLand) await store.unlock(key, token)
  }
}
