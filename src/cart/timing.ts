/** When requests leave: bursts are gathered, failures are spaced out. */

/** Time, as the cart uses it: milliseconds. */
export interface Clock {
  now(): number
  setTimeout(task: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
}

/** The platform's time, which never jumps. */
export const platformClock: Clock = {
  now: () => performance.now(),
  setTimeout: (task, ms) => globalThis.setTimeout(task, ms),
  // Only what this clock's own `setTimeout` returned comes back here.
  clearTimeout: (timer) => globalThis.clearTimeout(timer as ReturnType<typeof globalThis.setTimeout>),
}

/**
 * How long a request may be on its way before it is taken for lost, in milliseconds: a server's own time limit, and the hops before it.
 * No answer, not even a failure, proves that a write will never land: whoever stands between may send it again.
 */
export const landingMs = 30_000

// A burst is one leading request and one trailing: sent after this much quiet, and at the latest after that much waiting. Whoever goes on
// clicking sends no more often than this from then on.
const quietMs = 100
const latestMs = 1_500
const gapMs = 500

/*
 * clicks   x   x x  x x x
 * requests |leading |      |trailing: 100 ms after the last click, at the latest 1500 ms after the first that waits
 */
/** Gathers a burst of edits into one leading request and one trailing. */
export interface Pace {
  /** An edit is made, while a request is out, or the first one since everything was answered, or neither. */
  edited(now: number, meanwhile: 'sending' | 'idle' | 'waiting'): void
  /** A request leaves with what waits. */
  left(now: number): void
  /** When the next request may leave. */
  dueAt(): number
}

export function createPace(): Pace {
  let lastEditAt = -Infinity
  // Since when an edit waits behind a request or for quiet; -Infinity when the next request may leave at once.
  let waitingSince = -Infinity
  let lastLeftAt = -Infinity
  let requests = 0
  return {
    edited(now, meanwhile) {
      if (now - lastEditAt >= gapMs) requests = 0
      if (meanwhile === 'sending' && waitingSince === -Infinity) waitingSince = now
      if (meanwhile === 'idle') waitingSince = now - lastEditAt < quietMs ? now : -Infinity
      lastEditAt = now
    },
    left(now) {
      waitingSince = -Infinity
      lastLeftAt = now
      requests += 1
    },
    dueAt() {
      const due = waitingSince === -Infinity ? -Infinity : Math.min(lastEditAt + quietMs, waitingSince + latestMs)
      return requests < 2 ? due : Math.max(due, lastLeftAt + gapMs)
    },
  }
}

const firstBackoffMs = 300
const longestBackoffMs = 30_000
// Failures cost more than successes give: whoever fails for long asks rarely.
const fullBudget = 500
const costOfRetry = 5

/** How long to wait after failures in a row: full jitter under an exponential ceiling, and the longest when the budget is used up. */
export interface Retries {
  failed(): number
  succeeded(): void
}

export function createRetries(random: () => number): Retries {
  let failures = 0
  let budget = fullBudget
  return {
    failed() {
      const isSpent = budget < costOfRetry
      budget = Math.max(0, budget - costOfRetry)
      const longest = isSpent ? longestBackoffMs : Math.min(firstBackoffMs * 2 ** failures++, longestBackoffMs)
      return random() * longest
    },
    succeeded() {
      failures = 0
      budget = Math.min(fullBudget, budget + 1)
    },
  }
}

/** Waits that can be cut short. */
export interface Nap {
  /** Waits, or until somebody wakes it. */
  sleep(ms: number): Promise<void>
  wake(): void
}

export function createNap(clock: Clock): Nap {
  let wake = () => {}
  return {
    sleep: (ms) =>
      new Promise((resolve) => {
        const timer = clock.setTimeout(resolve, ms)
        wake = () => {
          clock.clearTimeout(timer)
          resolve()
        }
      }),
    wake: () => wake(),
  }
}
