/** Time that stands until nothing else can happen: deadlines pass at once, and only when somebody waits for them. */

export interface VirtualClock {
  now(): number
  /** Waits for all of them. False when one never ends. */
  settle(tasks: readonly Promise<unknown>[]): Promise<boolean>
  /** Gives the platform's timers back. */
  uninstall(): void
}

// Turns of the event loop in which nobody comes to an end before time goes on: reading a body takes one or two.
const patience = 4
const mostJumps = 200

/** Puts itself in the place of the platform's timers. */
export function installClock(): VirtualClock {
  const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = globalThis
  const timers = new Map<object, { at: number; task: () => void }>()
  let now = 0

  function setVirtualTimeout(task: () => void, ms = 0): object {
    const timer = { unref: () => timer, ref: () => timer }
    timers.set(timer, { at: now + ms, task })
    return timer
  }
  // The casts hold for whoever passes a function and a time, and gives back what it was given.
  globalThis.setTimeout = setVirtualTimeout as unknown as typeof setTimeout
  globalThis.clearTimeout = ((timer: object) => timers.delete(timer)) as unknown as typeof clearTimeout

  function jump(): boolean {
    let [first] = timers
    if (first === undefined) return false
    for (const timer of timers) if (timer[1].at < first[1].at) first = timer
    timers.delete(first[0])
    now = Math.max(now, first[1].at)
    first[1].task()
    return true
  }

  return {
    now: () => now,
    async settle(tasks) {
      let left = tasks.length
      for (const task of tasks) void task.finally(() => left--).catch(() => {})
      let jumps = 0
      for (let before = left, turns = 0; left > 0; turns++) {
        await new Promise((resolve) => setImmediate(resolve))
        if (left < before) turns = 0
        before = left
        if (turns < patience) continue
        turns = 0
        jump()
        if (++jumps > mostJumps) return false
      }
      return true
    },
    uninstall() {
      globalThis.setTimeout = realSetTimeout
      globalThis.clearTimeout = realClearTimeout
    },
  }
}
