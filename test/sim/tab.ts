/** One page of a browser: it lives, sleeps and dies, and nothing reaches it that it should not hear. */
import type { Clock } from '../../src/cart/timing.ts'
import type { VirtualTime } from './time.ts'

export interface Tab {
  readonly number: number
  readonly clock: Clock
  readonly isAlive: boolean
  readonly openedAt: number
  /** When it died. */
  readonly endedAt: number | undefined
  readonly isFrozen: boolean
  readonly isHidden: boolean
  /** Since when nobody sees it. */
  hiddenAt: number | undefined
  /** Lets something reach the page: at once, after its sleep, or never. */
  deliver(task: () => void): void
  /** Called when the page dies. */
  onEnd(task: () => void): void
  /** The page is gone; whatever it did has no more consequences here. */
  end(): void
  freeze(): void
  thaw(): void
}

// No timer goes off in no time, or what waits for a moment that is a rounding error away would wait for ever.
const shortestTimer = 0.1

export function createTab(number: number, time: VirtualTime): Tab {
  const ends = new Set<() => void>()
  let held: (() => void)[] = []
  let endedAt: number | undefined
  let isFrozen = false
  // A page counts from when it was opened.
  const zero = time.now()

  function deliver(task: () => void): void {
    if (endedAt !== undefined) return
    if (isFrozen) held.push(task)
    else task()
  }

  return {
    number,
    openedAt: zero,
    hiddenAt: undefined,
    get isHidden() {
      return this.hiddenAt !== undefined
    },
    get isAlive() {
      return endedAt === undefined
    },
    get endedAt() {
      return endedAt
    },
    get isFrozen() {
      return isFrozen
    },
    clock: {
      now: () => time.now() - zero,
      setTimeout(task, ms) {
        const timer = { isCancelled: false, event: undefined as unknown }
        timer.event = time.setTimeout(() => deliver(() => timer.isCancelled || task()), Math.max(ms, shortestTimer))
        return timer
      },
      clearTimeout(timer) {
        // Only what this clock's own `setTimeout` returned comes back here.
        const known = timer as { isCancelled: boolean; event: unknown } | undefined
        if (!known) return
        known.isCancelled = true
        time.clearTimeout(known.event)
      },
    },
    deliver,
    onEnd: (task) => void ends.add(task),
    end() {
      endedAt = time.now()
      held = []
      for (const task of ends) task()
    },
    freeze() {
      isFrozen = true
    },
    thaw() {
      isFrozen = false
      const late = held
      held = []
      // Each in a turn of its own, as a page that wakes up runs them.
      for (const task of late) time.at(time.now(), () => deliver(task))
    },
  }
}
