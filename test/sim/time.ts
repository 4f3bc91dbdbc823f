import type { Clock } from '../../src/cart/timing.ts'

/** Time that jumps from one event to the next. Milliseconds. */
export interface VirtualTime extends Clock {
  at(moment: number, task: () => void): void
  /** Runs every event up to a moment, in order, each with all that follows from it. */
  runUntil(moment: number): Promise<void>
  /** Counts work that is neither an event nor a microtask of its own, such as reading a body; the clock stands until it is done. */
  busy(change: 1 | -1): void
}

// A schedule has a few thousand.
const mostEvents = 200_000
const stepsInTurn = 16

interface Event {
  at: number
  task: () => void
}

export function createTime(): VirtualTime {
  // Latest first, and of the same moment the one that was added last.
  const events: Event[] = []
  let now = 0
  let busy = 0
  let hasBeenBusy = false
  let count = 0

  function add(moment: number, task: () => void): Event {
    const event = { at: Math.max(now, moment), task }
    let place = events.length
    while (place > 0 && (events[place - 1]?.at ?? 0) <= event.at) place--
    events.splice(place, 0, event)
    return event
  }

  /** The next event, where there is one until a moment. False at the end. */
  function step(moment: number): boolean {
    // After work of another kind, one more turn shows whether it has started any.
    const mustWait = busy > 0 || hasBeenBusy
    hasBeenBusy = busy > 0
    if (mustWait) return true
    const event = events.at(-1)
    if (!event || event.at > moment) return false
    if (++count > mostEvents) throw new Error(`there is no end of events at ${now / 1000} s`)
    events.pop()
    now = event.at
    event.task()
    return true
  }

  /** Between two immediates every microtask runs. Many are set at once, since each turn of the loop costs more than a step. */
  function run(moment: number, end: () => void, fail: (caught: unknown) => void): void {
    let isGoingOn = true
    const next = () => {
      try {
        isGoingOn &&= step(moment)
      } catch (caught) {
        isGoingOn = false
        fail(caught)
      }
    }
    const turn = () => {
      if (!isGoingOn) return end()
      for (let left = stepsInTurn; left > 0; left--) setImmediate(next)
      setImmediate(turn)
    }
    turn()
  }

  return {
    now: () => now,
    at: (moment, task) => void add(moment, task),
    setTimeout: (task, ms) => add(now + ms, task),
    clearTimeout: (timer) => {
      const place = events.findIndex((event) => event === timer)
      if (place >= 0) events.splice(place, 1)
    },
    busy: (change) => {
      busy += change
      hasBeenBusy = true
    },
    async runUntil(moment) {
      await new Promise<void>((resolve, reject) => run(moment, resolve, reject))
      now = moment
    },
  }
}
