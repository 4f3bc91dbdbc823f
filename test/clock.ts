import { setImmediate } from 'node:timers/promises'
import type { Clock } from 'talon-one-react'

/** A clock that moves only when told to. */
export interface TestClock extends Clock {
  /** Runs what is due within the next `ms`, in its order, each with everything that follows from it. */
  advance(ms: number): Promise<void>
  /** Waits until nothing goes on any more but waiting for this clock. */
  settle(): Promise<void>
  /** Tells the clock what else goes on: work that is neither a microtask nor a timer of its own. */
  watch(isBusy: () => boolean): void
}

export function createClock(): TestClock {
  interface Timer {
    at: number
    task: () => void
  }
  const timers = new Set<Timer>()
  const watched: (() => boolean)[] = []
  let now = 1_000

  const next = (until: number): Timer | undefined =>
    [...timers].filter(({ at }) => at <= until).toSorted((one, other) => one.at - other.at)[0]

  async function settle(): Promise<void> {
    // One turn lets every microtask run; two in a row without work mean that none of them has started any.
    for (let idle = 0; idle < 2; idle++) {
      await setImmediate()
      if (watched.some((isBusy) => isBusy())) idle = -1
    }
  }

  return {
    now: () => now,
    setTimeout(task, ms) {
      const timer = { at: now + ms, task }
      timers.add(timer)
      return timer
    },
    clearTimeout(timer) {
      for (const one of timers) if (one === timer) timers.delete(one)
    },
    async advance(ms) {
      const until = now + ms
      await settle()
      for (let timer = next(until); timer; timer = next(until)) {
        timers.delete(timer)
        now = Math.max(now, timer.at)
        timer.task()
        await settle()
      }
      now = until
    },
    settle,
    watch: (isBusy) => void watched.push(isBusy),
  }
}
