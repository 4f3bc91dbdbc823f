/** How often somebody may ask. */
import type { GuardedStore } from './guarded-store.ts'
import type { Rate } from './limits.ts'
import { Problem } from './problem.ts'

/** Counts one more. Refuses with 429 what is too many. */
export async function countOne(store: GuardedStore, key: string, rate: Rate, options?: { failClosed: boolean }): Promise<void> {
  const { count, resetMs } = await store.increment(key, 1, rate.perMs, options)
  if (count > rate.most) throw new Problem(429, 'rate_limited', { retryable: true, retryAfterMs: resetMs })
}
