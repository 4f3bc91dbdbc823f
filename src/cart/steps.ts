/** What is done with a kept cart, one thing after the other: also when the page has forgotten the cart, and opens it again. */
import { handled } from './promises.ts'
import type { CartStorage } from './storage.ts'

/** The steps of a cart. */
export interface Steps {
  /** Whether steps that keep what this tab knows are still to be done: until then it knows more than storage does. */
  readonly isAhead: boolean
  /** Runs a step after those before it, unless the page has left. Never rejects unless falling back does not help. */
  run(task: () => Promise<void>): Promise<void>
  /** Runs one that keeps what this tab knows already. */
  runAhead(task: () => Promise<void>): Promise<void>
  /** Ends when what has been begun is done; a cart of the same name waits for that. */
  leave(end: () => void): void
}

// What is still to be done for carts that have been forgotten.
const leaving = new WeakMap<CartStorage, Map<string, Promise<void>>>()

/** `fallBack`: what is done when a step has failed, before it is tried once more. */
export function createSteps(storage: CartStorage, name: string, fallBack: () => Promise<void>): Steps {
  const inTheWay = leaving.get(storage) ?? new Map<string, Promise<void>>()
  let last = inTheWay.get(name) ?? Promise.resolve()
  let ahead = 0
  let isOver = false

  function run(task: () => Promise<void>): Promise<void> {
    if (isOver) return Promise.resolve()
    last = last.then(async () => {
      try {
        await task()
      } catch {
        await fallBack()
        await task()
      }
    })
    return handled(last)
  }

  return {
    get isAhead() {
      return ahead > 0
    },
    run,
    async runAhead(task) {
      ahead += 1
      await run(task)
      ahead -= 1
    },
    leave(end) {
      isOver = true
      const left = handled(last).then(() => {
        end()
        if (inTheWay.get(name) === left) inTheWay.delete(name)
      })
      leaving.set(storage, inTheWay.set(name, left))
    },
  }
}
