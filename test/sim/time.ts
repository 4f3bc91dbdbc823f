import type { Clock } from '../../src/cart/cart.ts'

/** Time that jumps from one event to the next. Milliseconds. */
export interface VirtualTime extends Clock {
  at(moment: number, task: () => void): void
  /** Runs every event up to a moment, in order, each with all that follows from it. */
  runUntil(moment: number): Promise<void>
  /** Counts work that is neither an event nor a microtask of its own, such as reading a body; the clock stands until it is done. */
  busy(change: 1 | -1): void
}

interface Event {
  at: number
  task: () => void
}

export function createTime(): VirtualTime {
  // Latest first, and of the same moment the one that was added last.
  const events: Event[] = []
  let now = 0
  let busy = 0

  function add(moment: number, task: () => void): Event {
    const event = { at: Math.max(now, moment), task }
    let place = events.length
    while (place > 0 && (events[place - 1]?.at ?? 0) <= event.at) place--
    events.splice(place, 0, event)
    return event
  }

  /** One turn of the loop lets every microtask run; the turn after that shows that none of them has started any work. */
  async function settle(): Promise<void> {
    do await turn()
    while (busy > 0)
    await turn()
  }

  return {
    now: () => now,
    at: (moment, task) => void add(moment, task),
    setTimeout: (task, ms) => add(now + ms, task),
    clearTimeout: (timer) => {
      const place = events.findIndex((event) => event === timer)
      if (place >= 0) events.splice(place, 1)
    },
    busy: (change) => void (busy += change),
    async runUntil(moment) {
      await settle()
      for (let event = events.at(-1); event && event.at <= moment; event = events.at(-1)) {
        events.pop()
        now = event.at
        event.task()
        await settle()
      }
      now = moment
    },
  }
}

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve))
